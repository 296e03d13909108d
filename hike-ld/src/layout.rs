//! Laying out the bundle: which objects go in, under which path, and what the manifest says.

use std::collections::{BTreeMap, BTreeSet};

use hike_format::bundle::{DOC, Member, SOURCE_MAP, SOURCES};
use hike_format::manifest::{ChainEntry, FORMAT, MemberKind, ObjectEntry};
use hike_format::script::{Attachment, ConfigSetting, MapAssignment};
use hike_format::sourcemap::Mapping;
use hike_format::{Bundle, Manifest, SourceMap, Symbol, SymbolKind};

use crate::docs::readme;
use crate::input::ChainFile;
use crate::native::{Natives, natives};
use crate::source_paths::SourcePaths;
use crate::symbols::{Definitions, Uses};
use crate::{LinkError, LinkMap, Linked, Options, Problem};

/// What every bundle needs of the kernel, by name.
const KERNEL_FEATURES: [&str; 3] = ["xdp", "btf", "tail-calls"];
const DEFAULT_VERSION: &str = "0.1.0";

/// Makes the bundle of everything that is used.
///
/// # Errors
/// When the bundle's name is none, or the bundle exceeds what readers accept.
pub fn lay_out(
    definitions: &Definitions,
    uses: &Uses,
    options: &Options,
) -> Result<Linked, LinkError> {
    let chain_paths = chain_paths(definitions.chain_files());
    let sources = SourcePaths::new(definitions.chain_files());
    let manifest = manifest(definitions, uses, options, &chain_paths)?;
    let mut members = objects(definitions, &manifest, &chain_paths);
    let natives = match options.no_native {
        true => Natives::default(),
        false => natives(definitions, &manifest),
    };
    members.extend(natives.members);
    members.extend(source_members(&sources));
    members.push(source_map(definitions, &sources)?);
    members.push(Member {
        path: DOC.to_owned(),
        kind: MemberKind::Doc,
        bytes: readme(&manifest, definitions).into_bytes(),
    });
    let symbols = symbols(&manifest).into_iter();
    let map = LinkMap::new(symbols, definitions, uses);
    let bundle = Bundle::new(manifest, members);
    let bundle = bundle.map_err(|error| LinkError::new(Problem::Bundle(error)))?;
    let not_fused = natives.refused;
    Ok(Linked {
        bundle,
        map,
        not_fused,
    })
}

/// The member of every object with chains: `chains/PACKAGE.o`, numbered from the second on.
fn chain_paths(files: &[ChainFile]) -> Vec<String> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    let paths = files.iter().map(|file| {
        let package = package(file);
        let count = counts.entry(package).or_default();
        *count += 1;
        match count {
            1 => format!("chains/{package}.o"),
            number => format!("chains/{package}.{number}.o"),
        }
    });
    paths.collect()
}

/// The package of an object's first chain; objects without chains are not read.
fn package(file: &ChainFile) -> &str {
    let first = file.object.chains.first();
    first.map_or("", |chain| chain.symbol.package())
}

fn manifest(
    definitions: &Definitions,
    uses: &Uses,
    options: &Options,
    chain_paths: &[String],
) -> Result<Manifest, LinkError> {
    Ok(Manifest {
        format: FORMAT,
        name: name(definitions, options)?,
        version: version(definitions, options),
        vm_abi: hike_abi::VM_ABI_VERSION,
        kernel_features: KERNEL_FEATURES.map(str::to_owned).to_vec(),
        chains: chains(definitions, chain_paths),
        programs: used_objects(SymbolKind::Program, uses),
        loaders: used_objects(SymbolKind::Loader, uses),
        maps: maps(definitions),
        config: config(definitions),
        attach: attach(definitions),
        members: Vec::new(),
    })
}

fn name(definitions: &Definitions, options: &Options) -> Result<String, LinkError> {
    let first = definitions.chain_files().first().map_or("", package);
    let name = options.name.as_deref().unwrap_or(first);
    // A bundle's name becomes a folder on the host, as a package's does.
    match Symbol::new(SymbolKind::Chain, name, "any") {
        Ok(_) => Ok(name.to_owned()),
        Err(_) => Err(LinkError::new(Problem::BundleName(name.to_owned()))),
    }
}

fn version(definitions: &Definitions, options: &Options) -> String {
    let mut scripts = definitions.scripts();
    let of_script = scripts.find_map(|(_, script)| script.version.clone());
    let version = options.version.clone().or(of_script);
    version.unwrap_or_else(|| DEFAULT_VERSION.to_owned())
}

fn chains(definitions: &Definitions, paths: &[String]) -> Vec<ChainEntry> {
    let files = definitions.chain_files().iter().zip(paths);
    let mut chains: Vec<_> = files
        .flat_map(|(file, path)| {
            file.object.chains.iter().map(|chain| ChainEntry {
                symbol: chain.symbol.clone(),
                object: path.clone(),
                params: chain.params.clone().unwrap_or_default(),
                instructions: chain.instructions,
            })
        })
        .collect();
    chains.sort_by(|a, b| a.symbol.cmp(&b.symbol));
    chains
}

fn used_objects(kind: SymbolKind, uses: &Uses) -> Vec<ObjectEntry> {
    let used = uses.keys().filter(|symbol| symbol.kind() == kind);
    used.map(|symbol| ObjectEntry {
        symbol: symbol.clone(),
        object: format!("{}/{}/{}.o", kind.prefix(), symbol.package(), symbol.name()),
    })
    .collect()
}

fn maps(definitions: &Definitions) -> Vec<MapAssignment> {
    let scripts = definitions.scripts();
    let maps = scripts.flat_map(|(_, script)| script.maps.iter().cloned());
    maps.map(|map| MapAssignment { place: None, ..map })
        .collect()
}

fn config(definitions: &Definitions) -> Vec<ConfigSetting> {
    let scripts = definitions.scripts();
    let config = scripts.flat_map(|(_, script)| script.config.iter().cloned());
    config
        .map(|setting| ConfigSetting {
            place: None,
            ..setting
        })
        .collect()
}

fn attach(definitions: &Definitions) -> Vec<Attachment> {
    let scripts = definitions.scripts();
    let attach = scripts.flat_map(|(_, script)| script.attach.iter().cloned());
    attach
        .map(|attachment| Attachment {
            place: None,
            ..attachment
        })
        .collect()
}

fn symbols(manifest: &Manifest) -> BTreeSet<&Symbol> {
    let chains = manifest.chains.iter().map(|chain| &chain.symbol);
    let objects = manifest.programs.iter().chain(&manifest.loaders);
    chains.chain(objects.map(|object| &object.symbol)).collect()
}

fn objects(definitions: &Definitions, manifest: &Manifest, chain_paths: &[String]) -> Vec<Member> {
    let chains = definitions.chain_files().iter().zip(chain_paths);
    let chains = chains.map(|(file, path)| Member {
        path: path.clone(),
        kind: MemberKind::Chain,
        bytes: file.object.bytes.clone(),
    });
    let programs = manifest
        .programs
        .iter()
        .map(|entry| (entry, MemberKind::Program));
    let loaders = manifest
        .loaders
        .iter()
        .map(|entry| (entry, MemberKind::Loader));
    let programs = programs.chain(loaders).filter_map(|(entry, kind)| {
        Some(Member {
            path: entry.object.clone(),
            kind,
            bytes: definitions.program(&entry.symbol)?.object.bytes.clone(),
        })
    });
    chains.chain(programs).collect()
}

fn source_members(sources: &SourcePaths<'_>) -> Vec<Member> {
    let members = sources.texts().map(|(path, text)| Member {
        path: format!("{SOURCES}{path}"),
        kind: MemberKind::Source,
        bytes: text.as_bytes().to_vec(),
    });
    members.collect()
}

fn source_map(definitions: &Definitions, sources: &SourcePaths<'_>) -> Result<Member, LinkError> {
    let mut map = SourceMap::default();
    for (index, file) in definitions.chain_files().iter().enumerate() {
        for chain in &file.object.chains {
            let mappings = chain.lines.iter().map(|line| {
                let mut place = line.place.clone();
                place.file = sources.path(index, &place.file);
                Mapping {
                    offset: line.slot.byte_offset(),
                    place,
                }
            });
            map.chains.insert(chain.symbol.clone(), mappings.collect());
        }
    }
    let json = serde_json::to_vec(&map);
    let json = json.map_err(|error| {
        let error = hike_format::bundle::BundleError::SourceMap(error.to_string());
        LinkError::new(Problem::Bundle(error))
    })?;
    Ok(Member {
        path: SOURCE_MAP.to_owned(),
        kind: MemberKind::SourceMap,
        bytes: json,
    })
}
