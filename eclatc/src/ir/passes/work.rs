//! Which passes can have something to do after which change.
//!
//! Before a change every pass has had nothing to do, or will be run anyway. So what matters is
//! what the change makes possible that was not possible before. Where control can come back, or
//! where a branch is decided, that is anything; the usual changes are kinder than that.
//!
//! In debug builds a pass that is left out is tried all the same, and must change nothing.

/// What a pass has done to a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing.
    None,
    /// Calls have lost results that nobody reads: ends of blocks may be equal now.
    Results,
    /// Besides, computations that nobody reads are gone: blocks may be empty now, and what
    /// one of them hid from `cse` may be found.
    Dead,
    /// Jumps go where they went before, without empty blocks on the way, and blocks without
    /// parameters lie behind the only one that jumps there. Every way through the function is
    /// still one, none is new, and values are what they were.
    Jumps,
    /// The same, but there are jumps that may go another way only now.
    SomeJumps,
    /// Operations and operands are others, after a walk that saw every definition before its
    /// uses: another one would find nothing.
    Operations,
    /// Anything.
    Anything,
}

impl Change {
    /// Anything, or nothing.
    pub fn if_any(changed: bool) -> Self {
        match changed {
            true => Self::Anything,
            false => Self::None,
        }
    }

    /// Whether something is changed.
    pub fn happened(self) -> bool {
        self != Self::None
    }

    /// This change and another one.
    pub fn and(self, other: Self) -> Self {
        match (self, other) {
            (Self::None, only) | (only, Self::None) => only,
            _ if self == other => self,
            _ => Self::Anything,
        }
    }

    /// Whether every edge leads where it led before.
    pub fn keeps_edges(self) -> bool {
        match self {
            Self::None | Self::Results | Self::Dead | Self::Operations => true,
            Self::Jumps | Self::SomeJumps | Self::Anything => false,
        }
    }

    /// The passes that can have something to do now.
    pub fn work(self) -> Work {
        use Place::{Cfg, Cse, Dce, Implied, Params, Tails};
        match self {
            Self::None => Work::of(&[]),
            Self::Results => Work::of(&[Tails]),
            Self::Dead => Work::of(&[Cse, Cfg, Tails]),
            Self::Jumps => Work::of(&[Tails]),
            Self::SomeJumps => Work::of(&[Cfg, Tails]),
            Self::Operations => Work::of(&[Implied, Params, Cse, Dce, Cfg, Tails]),
            Self::Anything => Work::ALL,
        }
    }
}

/// A pass, by its place in [`PASSES`](super::PASSES).
#[derive(Clone, Copy, Debug)]
enum Place {
    /// `simplify` is the first; no change is work for it and not for all.
    Implied = 1,
    Params,
    Cse,
    Dce,
    Cfg,
    Tails,
}

/// A set of passes: a bit for each, by its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work(u8);

impl Work {
    /// All passes.
    pub const ALL: Self = Self((1 << super::PASSES.len()) - 1);

    fn of(places: &[Place]) -> Self {
        Self(
            places
                .iter()
                .fold(0, |bits, place| bits | 1 << *place as u8),
        )
    }

    /// Whether it is empty.
    pub fn is_done(self) -> bool {
        self.0 == 0
    }

    /// Takes the pass at this place out; says whether it was in.
    pub fn take(&mut self, place: usize) -> bool {
        let before = self.0;
        self.0 &= !(1 << place);
        self.0 != before
    }

    /// Adds the passes of another set.
    pub fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

#[cfg(test)]
mod tests {
    use super::super::PASSES;
    use super::Place::{Cfg, Cse, Dce, Implied, Params, Tails};

    #[test]
    fn places_are_those_of_the_passes() {
        for place in [Implied, Params, Cse, Dce, Cfg, Tails] {
            let (name, _) = PASSES[place as usize];
            assert_eq!(format!("{place:?}").to_lowercase(), name);
        }
    }
}
