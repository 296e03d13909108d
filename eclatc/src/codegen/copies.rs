//! Copies that happen at once, as moves one after another.

use super::machine::{Inst, Reg};
use smallvec::SmallVec;

/// What a copy gives its register.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copied {
    /// The value of a register before all copies.
    Reg(Reg),
    /// A constant.
    Const(u64),
}

/// Moves one after another; few blocks have many parameters.
type Moves = SmallVec<[Inst<'static>; 2]>;

/// Moves that have the effect of all `copies` at once; no register is copied to twice.
/// `fresh` gives a register that nothing else uses.
pub fn in_sequence(
    copies: impl Iterator<Item = (Reg, Copied)>,
    mut fresh: impl FnMut() -> Reg,
) -> Moves {
    let mut left: SmallVec<[_; 4]> = copies
        .filter(|(dst, from)| *from != Copied::Reg(*dst))
        .collect();
    let mut moves = Moves::new();
    while !left.is_empty() {
        let is_read = |dst: Reg| left.iter().any(|(_, from)| *from == Copied::Reg(dst));
        match left.iter().position(|(dst, _)| !is_read(*dst)) {
            Some(ready) => moves.push(copy(left.remove(ready))),
            None => {
                // Only cycles are left: one register steps aside.
                let (blocked, aside) = (left[0].0, fresh());
                moves.push(copy((aside, Copied::Reg(blocked))));
                for (_, from) in &mut left {
                    if *from == Copied::Reg(blocked) {
                        *from = Copied::Reg(aside);
                    }
                }
            }
        }
    }
    moves
}

fn copy((dst, from): (Reg, Copied)) -> Inst<'static> {
    match from {
        Copied::Reg(src) => Inst::Move { dst, src },
        Copied::Const(value) => Inst::Const { dst, value },
    }
}
