//! Map entries of the scripts as bytes.

use hike_format::encode::{EncodeError, Names, encode, encode_key};
use hike_format::script::{MapAssignment, MapEntry};
use hike_format::signature::MapInfo;
use hike_format::{Manifest, Symbol, nearest};

use super::ids::Ids;
use super::objects::Objects;
use super::{EntryPlan, PlanError};
use crate::sys::netlink::Interface;

/// Chains and interfaces of a host by name.
struct HostNames<'a> {
    ids: &'a Ids,
    interfaces: &'a [Interface],
}

impl Names for HostNames<'_> {
    fn chain(&self, symbol: &Symbol) -> Option<u32> {
        self.ids.chains.get(symbol).map(|id| id.0)
    }

    fn interface(&self, name: &str) -> Option<u32> {
        let interface = self.interfaces.iter().find(|it| it.name == name)?;
        Some(interface.index)
    }
}

/// Encodes all entries by the types of their maps.
pub(super) fn encode_all(
    manifest: &Manifest,
    objects: &Objects,
    ids: &Ids,
    interfaces: &[Interface],
) -> Result<Vec<EntryPlan>, PlanError> {
    let names = HostNames { ids, interfaces };
    let mut entries = Vec::new();
    for assignment in &manifest.maps {
        let map = map(objects, assignment)?;
        for (index, entry) in assignment.entries.iter().enumerate() {
            let place = Position { assignment, index };
            entries.push(place.plan(map, entry, &names)?);
        }
    }
    Ok(entries)
}

fn map<'a>(objects: &'a Objects, assignment: &MapAssignment) -> Result<&'a MapInfo, PlanError> {
    let signature = objects
        .get(&assignment.owner)
        .map(|object| &object.signature);
    let map = signature.and_then(|signature| signature.map(&assignment.map));
    map.ok_or_else(|| {
        let known = signature.into_iter().flat_map(|signature| &signature.maps);
        PlanError::NoMap {
            owner: assignment.owner.clone(),
            map: assignment.map.clone(),
            near: nearest(&assignment.map, known.map(|map| &map.name[..])).map(str::to_owned),
        }
    })
}

/// One entry of an assignment.
struct Position<'a> {
    assignment: &'a MapAssignment,
    index: usize,
}

impl Position<'_> {
    fn plan(
        &self,
        map: &MapInfo,
        entry: &MapEntry,
        names: &HostNames<'_>,
    ) -> Result<EntryPlan, PlanError> {
        let key = encode_key(&entry.key, map, names);
        let value = encode(&entry.value, &map.value, names);
        Ok(EntryPlan {
            package: self.assignment.owner.package().to_owned(),
            map: self.assignment.map.clone(),
            key: key.map_err(|error| self.error("key", error))?,
            value: value.map_err(|error| self.error("value", error))?,
        })
    }

    fn error(&self, part: &'static str, error: EncodeError) -> PlanError {
        PlanError::Entry {
            owner: self.assignment.owner.clone(),
            map: self.assignment.map.clone(),
            part,
            entry: self.index + 1,
            error,
        }
    }
}
