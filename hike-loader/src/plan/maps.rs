//! Maps of the bundle: one for each name and package, whoever declares it.

use std::collections::BTreeMap;

use hike_abi::vm_maps;
use hike_format::Symbol;
use hike_format::signature::{MapInfo, TypeInfo};

use super::objects::Objects;
use super::{MapPlan, PlanError};
use crate::sys::map::MapSpec;

/// Collects the maps of all objects, those of the VM left out.
pub(super) fn share(objects: &Objects) -> Result<Vec<MapPlan>, PlanError> {
    let mut maps: BTreeMap<(String, String), MapPlan> = BTreeMap::new();
    for (symbol, object) in objects {
        for (name, spec) in object.image.maps() {
            if vm_maps::ALL.contains(&name.as_str()) {
                continue;
            }
            let key = (symbol.package().to_owned(), name.clone());
            let event = object.signature.map(name).and_then(MapInfo::event);
            let map = maps.entry(key).or_insert_with(|| new(symbol, spec, event));
            check_same(map, symbol, spec, event)?;
            map.users.push(symbol.clone());
        }
    }
    Ok(maps.into_values().collect())
}

fn new(symbol: &Symbol, spec: &MapSpec, event: Option<&TypeInfo>) -> MapPlan {
    MapPlan {
        package: symbol.package().to_owned(),
        spec: spec.clone(),
        users: Vec::new(),
        event: event.cloned(),
    }
}

fn check_same(
    map: &MapPlan,
    symbol: &Symbol,
    spec: &MapSpec,
    event: Option<&TypeInfo>,
) -> Result<(), PlanError> {
    let agree = map.spec.agrees_with(spec) && map.event.as_ref() == event;
    match map.users.first() {
        Some(first) if !agree => Err(PlanError::MapDisagreement {
            package: map.package.clone(),
            map: spec.name.clone(),
            first: first.clone(),
            second: symbol.clone(),
        }),
        _ => Ok(()),
    }
}
