//! Fused programs of a bundle's loaders.

use hike_format::bundle::Member;
use hike_format::manifest::MemberKind;
use hike_format::script::Value;
use hike_format::{Manifest, Symbol, SymbolKind, native};

use crate::fuse::{FuseError, Part, Parts, fuse};
use crate::symbols::Definitions;

/// What fusing gave.
#[derive(Debug, Default)]
pub struct Natives {
    /// The fused programs.
    pub members: Vec<Member>,
    /// Loaders that could not be fused, and why.
    pub refused: Vec<(Symbol, FuseError)>,
}

/// Fuses every loader with its chains and programs.
pub fn natives(definitions: &Definitions, manifest: &Manifest) -> Natives {
    let mut natives = Natives::default();
    for entry in &manifest.loaders {
        let parts = parts(definitions, manifest, &entry.symbol);
        match fuse(&parts, &entry.symbol) {
            Ok(bytes) => natives.members.push(Member {
                path: native::path(&entry.symbol),
                kind: MemberKind::Native,
                bytes,
            }),
            Err(error) => natives.refused.push((entry.symbol.clone(), error)),
        }
    }
    natives
}

fn parts<'a>(definitions: &'a Definitions, manifest: &'a Manifest, loader: &Symbol) -> Parts<'a> {
    let chains = manifest.chains.iter().map(|entry| &entry.symbol);
    let objects = manifest.programs.iter().chain(&manifest.loaders);
    let programs = objects.filter_map(|entry| {
        let object = &definitions.program(&entry.symbol)?.object;
        let part = Part {
            bytes: &object.bytes,
            params: object.signature.params.len(),
            license: &object.license,
        };
        Some((&entry.symbol, part))
    });
    Parts {
        chains: chains
            .filter_map(|symbol| Some((symbol, definitions.chain(symbol)?)))
            .collect(),
        programs: programs.collect(),
        starts: starts(manifest, loader),
        packet_arguments: false,
        observed: false,
    }
}

/// Chains that the loader may start: those that its maps name, then every other one
/// without parameters, which may be put into a map later.
fn starts<'a>(manifest: &'a Manifest, loader: &Symbol) -> Vec<&'a Symbol> {
    let mut starts: Vec<&Symbol> = Vec::new();
    let assigned = manifest.maps.iter().filter(|map| map.owner == *loader);
    for entry in assigned.flat_map(|map| &map.entries) {
        named(&entry.value, &mut starts);
    }
    let plain = manifest.chains.iter().filter(|it| it.params.is_empty());
    starts.extend(plain.map(|entry| &entry.symbol));
    let mut seen = std::collections::BTreeSet::new();
    starts.retain(|symbol| seen.insert(*symbol));
    starts
}

fn named<'a>(value: &'a Value, chains: &mut Vec<&'a Symbol>) {
    match value {
        Value::Chain(symbol) if symbol.kind() == SymbolKind::Chain => chains.push(symbol),
        Value::List(values) => values.iter().for_each(|value| named(value, chains)),
        _ => {}
    }
}
