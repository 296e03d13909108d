//! A bundle: its manifest, with the signatures of what is in it.

use hike_format::manifest::{ChainEntry, MemberEntry, ObjectEntry};
use hike_format::script::{Attachment, ConfigSetting, Device, MapAssignment, Value as Entry};
use hike_format::{Bundle, Symbol};
use serde_json::{Value, json};

use super::table::section;

/// The description.
pub fn text(bundle: &Bundle) -> String {
    let manifest = bundle.manifest();
    let chains: Vec<_> = manifest.chains.iter().map(chain_row).collect();
    let members: Vec<_> = manifest.members.iter().map(member_row).collect();
    format!(
        "bundle {} {}\nformat {}, VM ABI {}, needs {}\ndigest {}\n{}{}{}{}{}",
        manifest.name,
        manifest.version,
        manifest.format,
        manifest.vm_abi,
        manifest.kernel_features.join(", "),
        bundle.digest(),
        section("chains", &chains),
        section("programs", &object_rows(bundle, &manifest.programs)),
        section("chain loaders", &object_rows(bundle, &manifest.loaders)),
        configuration(&manifest.maps, &manifest.config, &manifest.attach),
        section("members", &members),
    )
}

fn chain_row(chain: &ChainEntry) -> [String; 2] {
    let params: Vec<_> = chain.params.iter().map(ToString::to_string).collect();
    [
        format!("{}({})", chain.symbol, params.join(", ")),
        format!("{} instructions", chain.instructions),
    ]
}

fn object_rows(bundle: &Bundle, objects: &[ObjectEntry]) -> Vec<[String; 2]> {
    let rows = objects.iter().map(|object| {
        let signature = bundle.program(&object.symbol);
        let signature = match signature {
            Ok(program) => program.signature.to_string(),
            Err(error) => error.to_string(),
        };
        [object.symbol.package().to_owned(), signature]
    });
    rows.collect()
}

fn member_row(member: &MemberEntry) -> [String; 4] {
    [
        member.path.clone(),
        member.kind.name().to_owned(),
        format!("{} bytes", member.length),
        member.sha256.to_string(),
    ]
}

/// What scripts ask for besides code.
pub fn configuration(
    maps: &[MapAssignment],
    config: &[ConfigSetting],
    attach: &[Attachment],
) -> String {
    let maps: Vec<_> = maps.iter().flat_map(map_rows).collect();
    let config: Vec<_> = config
        .iter()
        .map(|setting| {
            let ConfigSetting {
                owner, name, value, ..
            } = setting;
            [format!("{owner}.{name}"), format!("= {value}")]
        })
        .collect();
    let attach: Vec<_> = attach.iter().map(attach_row).collect();
    section("map entries", &maps)
        + &section("configuration", &config)
        + &section("attachments", &attach)
}

fn map_rows(assignment: &MapAssignment) -> Vec<[String; 2]> {
    let rows = assignment.entries.iter().map(|entry| {
        [
            format!("{}[{}]", assignment.owner, assignment.map),
            format!("{} -> {}", value(&entry.key), value(&entry.value)),
        ]
    });
    rows.collect()
}

fn value(entry: &Entry) -> String {
    match entry {
        Entry::Number(number) => number.to_string(),
        Entry::Text(text) => format!("\"{text}\""),
        Entry::Chain(symbol) => symbol.to_string(),
        Entry::List(values) => {
            let values: Vec<_> = values.iter().map(value).collect();
            format!("({})", values.join(", "))
        }
    }
}

fn attach_row(attachment: &Attachment) -> [String; 2] {
    let device = match &attachment.device {
        Device::Name(name) => name.clone(),
        Device::Variable(name) => format!("the device of -D {name}=..."),
    };
    [
        attachment.loader.to_string(),
        format!("{} to {device}", attachment.mode.name()),
    ]
}

/// The description as data.
pub fn json(bundle: &Bundle) -> Value {
    let manifest = bundle.manifest();
    let objects = manifest.programs.iter().chain(&manifest.loaders);
    let signatures = objects.map(|object| signature(bundle, &object.symbol));
    json!({
        "kind": "bundle",
        "digest": bundle.digest(),
        "manifest": manifest,
        "signatures": signatures.collect::<Vec<_>>(),
    })
}

fn signature(bundle: &Bundle, symbol: &Symbol) -> Value {
    match bundle.program(symbol) {
        Ok(program) => super::program::json(&program),
        Err(error) => json!({"error": error.to_string()}),
    }
}
