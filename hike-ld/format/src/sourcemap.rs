//! From an instruction of a chain to the line of the script it came from.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Symbol;
use crate::script::Place;

/// Content of `source-map.json`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceMap {
    /// For each chain, where its instructions come from, by ascending offset.
    pub chains: BTreeMap<Symbol, Vec<Mapping>>,
}

/// From this offset up to the next mapping, instructions come from one place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    /// Offset from the chain's start, in bytes of bytecode.
    pub offset: u32,
    /// The place.
    #[serde(flatten)]
    pub place: Place,
}

impl SourceMap {
    /// Where the instruction at `offset` bytes into the chain comes from.
    pub fn lookup(&self, chain: &Symbol, offset: u32) -> Option<&Place> {
        let mappings = self.chains.get(chain)?;
        let after = mappings.partition_point(|mapping| mapping.offset <= offset);
        Some(&mappings.get(after.checked_sub(1)?)?.place)
    }

    /// Sorts the mappings, which [`SourceMap::lookup`] relies on.
    pub fn sort(&mut self) {
        for mappings in self.chains.values_mut() {
            mappings.sort_by_key(|mapping| mapping.offset);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instruction_belongs_to_the_last_mapping_before_it() {
        let chain: Symbol = "chains.a.b".parse().unwrap();
        let at = |offset, line| Mapping {
            offset,
            place: Place {
                file: "a.eclat".into(),
                line,
                column: 1,
            },
        };
        let map = SourceMap {
            chains: BTreeMap::from([(chain.clone(), vec![at(8, 3), at(24, 5)])]),
        };
        let line = |offset| map.lookup(&chain, offset).map(|place| place.line);
        assert_eq!(
            [line(0), line(8), line(16), line(24)],
            [None, Some(3), Some(3), Some(5)]
        );
        let json = serde_json::to_string(&map).unwrap();
        assert_eq!(serde_json::from_str::<SourceMap>(&json).unwrap(), map);
    }
}
