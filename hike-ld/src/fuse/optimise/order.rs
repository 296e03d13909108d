//! An order of the code in which, loops apart, everything comes after what leads to it.

use std::collections::BTreeSet;

use super::target;
use crate::fuse::asm::Assembler;

/// The order.
#[derive(Debug)]
pub struct Order {
    /// The items in this order; those that cannot be reached are left out.
    pub items: Vec<usize>,
    /// The place of each item in it.
    places: Vec<usize>,
    back: BTreeSet<usize>,
}

impl Order {
    /// Follows the code from its first item.
    pub fn new(asm: &Assembler) -> Self {
        let count = asm.items.len();
        let mut items = finished(asm);
        items.reverse();
        let mut places = vec![usize::MAX; count];
        for (place, item) in items.iter().enumerate() {
            places[*item] = place;
        }
        let mut order = Self {
            items,
            places,
            back: BTreeSet::new(),
        };
        let ways = order.items.iter().flat_map(|at| {
            let next = successors(asm, *at).into_iter().flatten();
            next.map(|next| (*at, next))
        });
        let back = ways.filter(|(at, next)| !order.is_later(*next, *at));
        order.back = back.map(|(_, next)| next).collect();
        order
    }

    /// Whether an item comes after another.
    pub fn is_later(&self, item: usize, other: usize) -> bool {
        let place = |item: usize| self.places.get(item);
        place(item)
            .zip(place(other))
            .is_some_and(|(a, b)| a > b && *a != usize::MAX)
    }

    /// Whether something that comes later leads to an item.
    pub fn is_back_target(&self, item: usize) -> bool {
        self.back.contains(&item)
    }
}

/// The items, each after all that it leads to.
fn finished(asm: &Assembler) -> Vec<usize> {
    let mut seen = vec![false; asm.items.len()];
    let mut finished = Vec::with_capacity(asm.items.len());
    let mut path = vec![(0, 0)];
    while let Some((at, tried)) = path.pop() {
        let Some(is_seen) = seen.get_mut(at) else {
            continue;
        };
        *is_seen = true;
        match successors(asm, at).get(tried) {
            None => finished.push(at),
            Some(next) => {
                path.push((at, tried + 1));
                let new = next.filter(|next| seen.get(*next) == Some(&false));
                path.extend(new.map(|next| (next, 0)));
            }
        }
    }
    finished
}

/// What can come after an item; the next one last, so that it directly follows in the order.
fn successors(asm: &Assembler, at: usize) -> [Option<usize>; 2] {
    let item = &asm.items[at];
    let next = item.falls_through().then_some(at + 1);
    [target(asm, item), next]
}
