//! What the variables of a chain stand for at one point, and how that changed.

use crate::hir::LocalId;
use crate::ir::Operand;
use smallvec::SmallVec;

/// The current operand of every variable, with a log of changes: the state at an earlier
/// point is restored in the time the changes took, however many variables there are.
#[derive(Default)]
pub struct Env {
    current: Vec<Option<Operand>>,
    log: Vec<(LocalId, Option<Operand>)>,
}

/// A point in the log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark(usize);

/// What some variables stand for, in the order of the variables.
#[derive(Default)]
pub struct Changes(SmallVec<[(LocalId, Operand); 4]>);

impl Changes {
    /// What a variable stands for, if it is among them.
    pub fn get(&self, local: LocalId) -> Option<Operand> {
        let found = self.0.iter().find(|(id, _)| *id == local);
        found.map(|(_, value)| *value)
    }

    /// Each variable with what it stands for.
    pub fn iter(&self) -> impl Iterator<Item = (LocalId, Operand)> + '_ {
        self.0.iter().copied()
    }
}

impl Env {
    /// Makes it one of so many variables, none of which has a value.
    pub fn reset(&mut self, locals: usize) {
        self.current.clear();
        self.current.resize(locals, None);
        self.log.clear();
    }

    /// What a variable stands for; one that was never assigned is 0.
    pub fn get(&self, local: LocalId) -> Operand {
        self.assigned(local).unwrap_or(Operand::Const(0))
    }

    /// What a variable stands for, if it was assigned.
    pub fn assigned(&self, local: LocalId) -> Option<Operand> {
        self.current.get(local.index()).copied().flatten()
    }

    /// Gives a variable a new value.
    pub fn set(&mut self, local: LocalId, value: Operand) {
        if let Some(slot) = self.current.get_mut(local.index()) {
            self.log.push((local, slot.replace(value)));
        }
    }

    /// The present point.
    pub fn mark(&self) -> Mark {
        Mark(self.log.len())
    }

    /// What the variables that changed since `mark` stand for now.
    pub fn since(&self, mark: Mark) -> Changes {
        let changed = self.log[mark.0..].iter().map(|(local, _)| *local);
        let changed = changed.filter_map(|local| Some((local, self.assigned(local)?)));
        let mut changes: SmallVec<_> = changed.collect();
        changes.sort_unstable_by_key(|(local, _)| *local);
        changes.dedup_by_key(|(local, _)| *local);
        Changes(changes)
    }

    /// Goes back to the state at `mark`.
    pub fn rewind(&mut self, mark: Mark) {
        for (local, before) in self.log.drain(mark.0..).rev() {
            self.current[local.index()] = before;
        }
    }
}
