//! Loops that older verifiers take: those that a jump closes.
//!
//! Before it verifies a program, the kernel walks over its control flow, depth first, what
//! follows an instruction before where it jumps to. Where it comes back to an instruction
//! that it is still on the way from, that is a loop. Up to Linux 6.6 only a jump, or the way
//! past a branch, may close one; another instruction that runs on into the start of a loop
//! from behind is refused: "back-edge from insn 94 to 95". Compilers and the optimiser lay out
//! loops so, with the test in the middle or the usual round apart from the others.
//!
//! [`close()`] puts a jump to the next instruction there. It costs nothing: the kernel takes
//! such jumps out once the program is verified.

use super::asm::{Assembler, Item};

/// Ends with a jump whatever closes a loop without one.
pub fn close(asm: &mut Assembler) {
    let mut open = open_ends(asm);
    open.sort_unstable();
    // From the last on, so that the places of the others stay.
    for at in open.into_iter().rev() {
        let next = asm.label_at(at + 1);
        let item = Item {
            target: Some(next),
            origin: asm.items[at].origin.clone(),
            ..Item::plain(Item::GOTO)
        };
        asm.insert(at + 1, item);
    }
}

/// How far the walk is with an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    /// It has not been there.
    New,
    /// It is on the way from there.
    Open,
    /// It has been everywhere from there.
    Done,
}

/// The items that are no jumps and run on into one that the walk is still on the way from.
fn open_ends(asm: &Assembler) -> Vec<usize> {
    let mut states = vec![State::New; asm.items.len()];
    let mut open = Vec::new();
    let mut path = vec![(0, 0)];
    while let Some((at, tried)) = path.pop() {
        let Some(state) = states.get_mut(at) else {
            continue;
        };
        *state = State::Open;
        let Some(next) = ways(asm, at).into_iter().flatten().nth(tried) else {
            *state = State::Done;
            continue;
        };
        path.push((at, tried + 1));
        match states.get(next) {
            Some(State::New) => path.push((next, 0)),
            Some(State::Open) if !asm.items[at].is_jump() => open.push(at),
            _ => {}
        }
    }
    open
}

/// Where the walk goes from an item, in this order; also into a function that it calls.
fn ways(asm: &Assembler, at: usize) -> [Option<usize>; 2] {
    let item = &asm.items[at];
    let next = item.falls_through().then_some(at + 1);
    [next, item.target.and_then(|label| asm.place(label))]
}

#[cfg(test)]
mod tests {
    use hike_isa::{Insn, Reg};

    use super::*;
    use crate::fuse::asm::Label;

    fn branch(asm: &mut Assembler, label: Label) {
        let insn: Insn = "if r1 == 0 goto +0".parse().unwrap();
        asm.jump(insn.encode().slots()[0], label);
    }

    /// A loop that is entered in its middle and ends with `r1 += 1`, which runs on into it.
    fn open_loop() -> Assembler {
        let mut asm = Assembler::default();
        let [start, middle, end] = [asm.label(), asm.label(), asm.label()];
        asm.goto(start);
        asm.bind(middle);
        asm.add(Reg::R1, 1);
        asm.bind(start);
        branch(&mut asm, end);
        asm.goto(middle);
        asm.bind(end);
        asm.insn(Insn::Exit);
        asm
    }

    fn opcodes(asm: Assembler) -> Vec<(u8, i16)> {
        let slots = asm.finish().unwrap().slots;
        slots.iter().map(|slot| (slot.opcode, slot.off)).collect()
    }

    #[test]
    fn what_closes_a_loop_is_a_jump() {
        let mut asm = open_loop();
        asm.function("all".to_owned(), 0);
        close(&mut asm);
        assert!(open_ends(&asm).is_empty());
        assert_eq!((asm.functions[0].start, asm.functions[0].end), (0, 6));
        // The way into the loop does not go over the new jump.
        let expected = [
            (0x05, 2),
            (0x07, 0),
            (0x05, 0),
            (0x15, 1),
            (0x05, -4),
            (0x95, 0),
        ];
        assert_eq!(opcodes(asm), expected);
    }

    #[test]
    fn loops_that_jumps_close_stay() {
        let mut asm = Assembler::default();
        let [start, end] = [asm.label(), asm.label()];
        asm.mov(Reg::R1, 3);
        asm.bind(start);
        asm.add(Reg::R1, -1);
        branch(&mut asm, end);
        asm.goto(start);
        asm.bind(end);
        asm.insn(Insn::Exit);
        let before = asm.items.clone();
        close(&mut asm);
        assert_eq!(asm.items, before);
    }

    /// Code that runs on into what has been walked over is no loop.
    #[test]
    fn ways_that_meet_stay() {
        let mut asm = Assembler::default();
        let [on, end] = [asm.label(), asm.label()];
        branch(&mut asm, on);
        asm.goto(end);
        asm.bind(on);
        asm.add(Reg::R1, 1);
        asm.bind(end);
        asm.insn(Insn::Exit);
        assert!(open_ends(&asm).is_empty());
    }

    #[test]
    fn functions_are_walked_over_too() {
        let mut asm = Assembler::default();
        let function = asm.label();
        asm.call(function);
        asm.insn(Insn::Exit);
        asm.bind(function);
        let inner = open_loop();
        let start = asm.here();
        let targets: Vec<Option<usize>> = inner
            .items
            .iter()
            .map(|item| inner.place(item.target?))
            .collect();
        for (item, target) in inner.items.into_iter().zip(targets) {
            let target = target.map(|target| asm.label_at(start + target));
            asm.push(Item { target, ..item });
        }
        assert_eq!(open_ends(&asm), [start + 1]);
    }
}
