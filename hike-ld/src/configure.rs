//! Configuration of scripts: maps and variables exist and take what they are given.

use std::collections::BTreeMap;

use hike_format::encode::{EncodeError, Names, encode, encode_key};
use hike_format::nearest;
use hike_format::script::{Attachment, ConfigSetting, Device, MapAssignment, Value};
use hike_format::signature::{MapInfo, TypeInfo};
use hike_format::{Signature, Symbol, SymbolKind};

use crate::symbols::{Definitions, Use, script_place};
use crate::{LinkError, Problem};

/// Checks the configuration of every script.
pub fn check(definitions: &Definitions, errors: &mut Vec<LinkError>) {
    let mut attached = BTreeMap::new();
    for (file, script) in definitions.scripts() {
        for assignment in &script.maps {
            let place = script_place(file, &assignment.place);
            check_assignment(definitions, assignment, &place, errors);
        }
        for setting in &script.config {
            let place = script_place(file, &setting.place);
            check_setting(definitions, setting, &place, errors);
        }
        for attachment in &script.attach {
            let place = script_place(file, &attachment.place);
            check_attachment(attachment, place, &mut attached, errors);
        }
    }
}

/// What a check does not know: any chain and interface is there and has some number.
struct AnyHost;

impl Names for AnyHost {
    fn chain(&self, _: &Symbol) -> Option<u32> {
        Some(1)
    }

    fn interface(&self, _: &str) -> Option<u32> {
        Some(1)
    }
}

/// The signature of what is configured; none when that is an error of another phase.
fn owner<'d>(
    definitions: &'d Definitions,
    symbol: &Symbol,
    place: &Use,
    errors: &mut Vec<LinkError>,
) -> Option<&'d Signature> {
    if symbol.kind() == SymbolKind::Chain {
        let problem = Problem::Unexpected {
            symbol: symbol.clone(),
            expected: "program or chain loader",
        };
        errors.push(LinkError::at(problem, [place.clone()]));
    }
    definitions.signature(symbol)
}

fn check_assignment(
    definitions: &Definitions,
    assignment: &MapAssignment,
    place: &Use,
    errors: &mut Vec<LinkError>,
) {
    let Some(signature) = owner(definitions, &assignment.owner, place, errors) else {
        return;
    };
    let Some(map) = signature.map(&assignment.map) else {
        let names = signature.maps.iter().map(|map| map.name.as_str());
        let problem = Problem::NoMap {
            owner: assignment.owner.clone(),
            map: assignment.map.clone(),
            help: help("map", &assignment.map, names.collect()),
        };
        errors.push(LinkError::at(problem, [place.clone()]));
        return;
    };
    check_entries(assignment, map, place, errors);
}

fn check_entries(
    assignment: &MapAssignment,
    map: &MapInfo,
    place: &Use,
    errors: &mut Vec<LinkError>,
) {
    for (number, entry) in (1..).zip(&assignment.entries) {
        let key = encode_key(&entry.key, map, &AnyHost);
        let value = encode(&entry.value, &map.value, &AnyHost);
        for (part, result) in [("key", key), ("value", value)] {
            let Err(error) = result else {
                continue;
            };
            let problem = Problem::Entry {
                owner: assignment.owner.clone(),
                map: assignment.map.clone(),
                part,
                number,
                error,
            };
            errors.push(LinkError::at(problem, [place.clone()]));
        }
    }
}

fn check_setting(
    definitions: &Definitions,
    setting: &ConfigSetting,
    place: &Use,
    errors: &mut Vec<LinkError>,
) {
    let Some(signature) = owner(definitions, &setting.owner, place, errors) else {
        return;
    };
    if let Err(problem) = setting_problem(signature, setting) {
        errors.push(LinkError::at(problem, [place.clone()]));
    }
}

fn setting_problem(signature: &Signature, setting: &ConfigSetting) -> Result<(), Box<Problem>> {
    let Some(variable) = signature.config_var(&setting.name) else {
        let names = signature.config.iter().map(|var| var.name.as_str());
        return Err(Problem::NoVariable {
            owner: setting.owner.clone(),
            name: setting.name.clone(),
            help: help("configuration variable", &setting.name, names.collect()),
        }
        .into());
    };
    let value = Value::Number(setting.value);
    let encoded: Result<_, EncodeError> = encode(&value, &TypeInfo::Int(variable.ty), &AnyHost);
    let problem = |error| Problem::Setting {
        owner: setting.owner.clone(),
        name: setting.name.clone(),
        error,
    };
    encoded.map(drop).map_err(|error| problem(error).into())
}

/// The name that was probably meant, else all there are.
fn help(what: &str, name: &str, known: Vec<&str>) -> Option<String> {
    if let Some(nearest) = nearest(name, known.iter().copied()) {
        return Some(format!("did you mean `{nearest}`?"));
    }
    if known.is_empty() {
        return Some(format!("it has no {what}s"));
    }
    let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
    Some(format!("it has {}", known.join(", ")))
}

/// The first attachment to each device.
type Attached<'s> = BTreeMap<String, (&'s Attachment, Use)>;

fn check_attachment<'s>(
    attachment: &'s Attachment,
    place: Use,
    attached: &mut Attached<'s>,
    errors: &mut Vec<LinkError>,
) {
    if attachment.loader.kind() != SymbolKind::Loader {
        let problem = Problem::Unexpected {
            symbol: attachment.loader.clone(),
            expected: SymbolKind::Loader.noun(),
        };
        errors.push(LinkError::at(problem, [place]));
        return;
    }
    let device = match &attachment.device {
        Device::Name(name) => format!("device `{name}`"),
        Device::Variable(name) => format!("the device of variable `{name}`"),
    };
    if let Some((first, first_place)) = attached.get(&device) {
        let problem = Problem::DeviceTwice {
            device,
            first: first.loader.clone(),
            second: attachment.loader.clone(),
        };
        errors.push(LinkError::at(problem, [first_place.clone(), place]));
        return;
    }
    attached.insert(device, (attachment, place));
}
