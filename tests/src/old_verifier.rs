//! What the verifier of Linux 6.1 says of a program's control flow, before it looks at
//! anything else: its `check_cfg`, written once more over slots.
//!
//! It walks over the program depth first, what follows an instruction before where that jumps
//! to, and refuses a way into code that it is still on the way from, a loop, unless a jump or
//! the way past a branch closes it.

use hike_isa::{Slot, ops};

/// A loop that it refuses, as its message names it: `back-edge from insn 94 to 95`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BackEdge {
    /// The slot that runs on.
    pub from: usize,
    /// The start of the loop.
    pub to: usize,
}

/// Upper half of the opcode of `exit` and of calls.
const EXIT: u8 = ops::EXIT & 0xf0;
const CALL: u8 = ops::CALL & 0xf0;

/// A way from a slot to another, and whether it may close a loop.
#[derive(Clone, Copy, Debug)]
struct Edge {
    to: usize,
    may_close: bool,
}

/// How far the walk is with a slot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Unknown,
    Discovered,
    Explored,
}

/// Walks over a program with its functions.
///
/// # Errors
/// When a loop is closed as it must not be.
///
/// # Panics
/// When a jump leaves the program.
pub fn check(slots: &[Slot]) -> Result<(), BackEdge> {
    let mut states = vec![State::Unknown; slots.len()];
    let mut stack = vec![(0, edges(slots, 0))];
    states[0] = State::Discovered;
    while let Some((from, edges_left)) = stack.last_mut() {
        let from = *from;
        let Some(edge) = edges_left.pop() else {
            states[from] = State::Explored;
            stack.pop();
            continue;
        };
        match states[edge.to] {
            State::Unknown => {
                states[edge.to] = State::Discovered;
                stack.push((edge.to, edges(slots, edge.to)));
            }
            State::Discovered if !edge.may_close => {
                return Err(BackEdge { from, to: edge.to });
            }
            State::Discovered | State::Explored => {}
        }
    }
    Ok(())
}

/// The ways from a slot, the first one last.
fn edges(slots: &[Slot], at: usize) -> Vec<Edge> {
    let slot = slots[at];
    let edge = |distance: i32, may_close| {
        let to = at.checked_add_signed(distance as isize + 1);
        let to = to.filter(|to| *to < slots.len()).expect("a way inside");
        Edge { to, may_close }
    };
    let class = slot.opcode & 7;
    // The second half of a constant is one too: its opcode is 0.
    if class != ops::class::JMP && class != ops::class::JMP32 {
        return vec![edge(0, false)];
    }
    match slot.opcode & 0xf0 {
        EXIT => Vec::new(),
        CALL if slot.src == ops::PSEUDO_CALL => vec![edge(slot.imm, false), edge(0, false)],
        CALL => vec![edge(0, false)],
        0 => vec![edge(slot.off.into(), true)],
        _ => vec![edge(slot.off.into(), true), edge(0, true)],
    }
}
