//! The ways that usual packets take to code that is for all packets.

use std::collections::BTreeSet;

use super::{Access, Pass};
use crate::fuse::asm::{Item, Label};
use crate::fuse::optimise::facts::Facts;
use crate::fuse::optimise::split::{self, Way};

impl Pass<'_> {
    /// Notes a way to an item: by a jump, or from the item before.
    pub(super) fn note_way(&mut self, to: usize, jump: Option<usize>, facts: &Facts) {
        let usual = self.values.constant(split::USUAL);
        let usual = facts.holders(usual);
        self.targets.extend(jump.map(|_| to));
        self.ways.push(Way { to, usual, jump });
    }

    /// A label of its own for each way that usual packets take to a store of the network
    /// header's offset.
    pub(super) fn usual_ways(&mut self) -> Vec<Label> {
        let stores = self.stores.iter();
        let ways = stores.filter_map(|store| split::way_to(self.asm, *store, &self.ways));
        let ways: BTreeSet<Way> = ways.collect();
        ways.into_iter().map(|way| self.name_way(way)).collect()
    }

    fn name_way(&mut self, way: Way) -> Label {
        let label = self.asm.label_at(way.to);
        match way.jump {
            Some(jump) => self.asm.items[jump].target = Some(label),
            None => {
                let item = Item {
                    target: Some(label),
                    ..Item::plain(Item::GOTO)
                };
                let before = way.to.saturating_sub(1);
                let more = self.more.entry(before).or_default();
                more.push((item, Access::default()));
            }
        }
        label
    }
}
