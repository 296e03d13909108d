//! Chains: bytecode with symbols to quick code with runtime IDs.

use std::collections::BTreeMap;

use hike_format::chain::{Chain, SlotIndex};
use hike_format::{Bundle, SourceMap, Symbol};
use hike_vm::{Quick, quicken};

use super::ids::Ids;
use super::{ChainPlan, PlanError};
use crate::registry::PlaceRecord;

/// Translates every chain of a bundle.
pub(super) fn translate(bundle: &Bundle, ids: &Ids) -> Result<Vec<ChainPlan>, PlanError> {
    let objects = bundle.chain_objects().map_err(Box::new)?;
    let places = Places {
        map: bundle.source_map().map_err(Box::new)?,
        sources: bundle.sources().collect(),
    };
    let chains: BTreeMap<&Symbol, &Chain> = objects
        .values()
        .flat_map(|object| &object.chains)
        .map(|chain| (&chain.symbol, chain))
        .collect();
    let planned = ids.chains.iter().map(|(symbol, id)| {
        let chain = chains.get(symbol);
        let chain = chain.ok_or_else(|| PlanError::NoChain(symbol.clone()))?;
        let quick = quick(chain, ids)?;
        Ok(ChainPlan {
            symbol: symbol.clone(),
            id: *id,
            places: places.of(symbol, &quick),
            slots: quick.slots,
        })
    });
    planned.collect()
}

fn quick(chain: &Chain, ids: &Ids) -> Result<Quick, PlanError> {
    let missing = chain
        .calls
        .values()
        .find(|target| ids.target(target).is_none());
    if let Some(target) = missing {
        return Err(PlanError::Call {
            chain: chain.symbol.clone(),
            target: target.clone(),
        });
    }
    let resolve = |slot: usize| {
        let slot = SlotIndex(u32::try_from(slot).ok()?);
        ids.target(chain.calls.get(&slot)?)
    };
    quicken(&chain.code, resolve).map_err(|error| PlanError::Chain {
        chain: chain.symbol.clone(),
        error,
    })
}

/// Where code comes from.
struct Places<'a> {
    map: SourceMap,
    sources: BTreeMap<&'a str, &'a str>,
}

impl Places<'_> {
    /// The places of a chain's slots, one for each change.
    fn of(&self, chain: &Symbol, quick: &Quick) -> Vec<PlaceRecord> {
        let mut places: Vec<PlaceRecord> = Vec::new();
        for (slot, origin) in quick.origin.iter().enumerate() {
            let offset = SlotIndex(*origin).byte_offset();
            let Some(place) = self.map.lookup(chain, offset) else {
                continue;
            };
            if places.last().is_some_and(|last| last.place == *place) {
                continue;
            }
            places.push(PlaceRecord {
                slot: slot as u32,
                place: place.clone(),
                text: self.line(&place.file, place.line),
            });
        }
        places
    }

    /// A line of a script; empty when the bundle does not have it.
    fn line(&self, file: &str, line: u32) -> String {
        let index = (line as usize).checked_sub(1);
        let text = self.sources.get(file).zip(index);
        let text = text.and_then(|(text, index)| text.lines().nth(index));
        text.map_or_else(String::new, |text| text.trim().to_owned())
    }
}
