//! Small programs before and after: listings, with jumps as `goto LABEL` and `LABEL:` lines.

mod stack;
mod usual;

use std::collections::BTreeMap;

use hike_abi::vm_maps;
use hike_isa::{Insn, Reg, decode_at};

use super::{Cells, optimise};
use crate::fuse::asm::{Assembler, Item, Label};
use crate::fuse::stack::Stack;

/// How every fused program starts: the context is kept, the state of this CPU found and kept.
const START: &str = "*(u64 *)(r10 - 8) = r1
call 8
w0 &= 1023
w0 <<= 11
r2 = hike_state
r2 += r0
*(u64 *)(r10 - 16) = r2
";

/// What stays of it where only the state is needed.
const FOUND: &str = "call 8
w0 &= 1023
w0 <<= 11
r2 = hike_state
r2 += r0
";

/// Assembles lines; a jump names its label after `goto`.
fn assemble(text: &str) -> Assembler {
    let mut asm = Assembler::default();
    let mut labels: BTreeMap<String, Label> = BTreeMap::new();
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty()) {
        if let Some(name) = line.strip_suffix(':') {
            let label = *labels.entry(name.to_owned()).or_insert_with(|| asm.label());
            asm.bind(label);
            continue;
        }
        if line == "r2 = hike_state" {
            asm.refer(Reg::R2, vm_maps::STATE.to_owned(), 0);
            continue;
        }
        let (before, name) = match line.split_once("goto ") {
            Some((before, name)) => (format!("{before}goto +0"), Some(name)),
            None => (line.to_owned(), None),
        };
        let insn: Insn = before
            .parse()
            .unwrap_or_else(|_| panic!("no instruction: {line}"));
        match name {
            Some(name) => {
                let label = *labels.entry(name.to_owned()).or_insert_with(|| asm.label());
                asm.jump(insn.encode().slots()[0], label);
            }
            None => asm.insn(insn),
        }
    }
    asm
}

/// The listing of finished code.
fn listing(asm: Assembler) -> String {
    let code = asm.finish().expect("labels with places");
    let mut lines = Vec::new();
    let mut at = 0;
    while at < code.slots.len() {
        let insn = decode_at(&code.slots, at).expect("an instruction");
        lines.push(insn.to_string());
        at += insn.slots();
    }
    lines.join("\n")
}

fn cells(known_state: bool) -> Cells {
    Cells {
        stack: Stack::below(0, 1),
        known_state,
        looked_up: true,
        observed: true,
    }
}

#[track_caller]
fn check(before: &str, after: &str) {
    check_with(true, before, after);
}

#[track_caller]
fn check_with(known_state: bool, before: &str, after: &str) {
    let mut asm = assemble(before);
    optimise(&mut asm, cells(known_state));
    let after = listing(assemble(after));
    assert_eq!(listing(asm), after, "of:\n{before}");
}

#[test]
fn arguments_go_from_the_chain_to_the_logic_in_registers() {
    let before = format!(
        "{START}
        r1 = 7
        r0 = *(u64 *)(r10 - 16)
        *(u64 *)(r0 + 8) = r1
        r2 = r0
        r3 = *(u64 *)(r2 + 8)
        r0 = r3
        exit"
    );
    check(&before, "call 8\nr0 = 7\nexit");
}

#[test]
fn a_decided_branch_is_no_branch() {
    check(
        "r0 = -1
        if w0 != -1 goto verdict
        r0 = 2
        exit
        verdict:
        r0 = 1
        exit",
        "r0 = 2\nexit",
    );
}

/// Both ways end in one place, but each knows where it goes from there.
#[test]
fn a_jump_goes_where_the_branch_it_meets_leads() {
    check(
        "r2 = *(u32 *)(r1 + 12)
        r0 = 2
        if r2 == 0 goto end
        r0 = -1
        end:
        if w0 != -1 goto verdict
        r0 = *(u32 *)(r1 + 16)
        exit
        verdict:
        exit",
        "r2 = *(u32 *)(r1 + 12)
        r0 = 2
        if r2 == 0 goto verdict
        r0 = *(u32 *)(r1 + 16)
        exit
        verdict:
        exit",
    );
}

#[test]
fn what_a_loop_changes_is_not_known() {
    let text = "r0 = 0
        again:
        r0 += 1
        if r0 != 10 goto again
        exit";
    check(text, text);
}

#[test]
fn a_store_through_an_unknown_pointer_may_be_one_to_the_state() {
    let before = format!(
        "{START}
        *(u64 *)(r2 + 8) = 1
        r3 = *(u64 *)(r6 + 0)
        *(u64 *)(r3 + 0) = 5
        r0 = *(u64 *)(r2 + 8)
        exit"
    );
    let after = format!(
        "{FOUND}
        *(u64 *)(r2 + 8) = 1
        r3 = *(u64 *)(r6 + 0)
        *(u64 *)(r3 + 0) = 5
        r0 = *(u64 *)(r2 + 8)
        exit"
    );
    check(&before, &after);
}

/// With loops the verifier must not know what the state holds.
#[test]
fn the_state_is_not_known_where_it_must_not_be() {
    let before = format!("{START} *(u64 *)(r2 + 8) = 1\nr0 = *(u64 *)(r2 + 8)\nexit");
    check(&before, "call 8\nr0 = 1\nexit");
    let after = format!("{FOUND} *(u64 *)(r2 + 8) = 1\nr0 = *(u64 *)(r2 + 8)\nexit");
    check_with(false, &before, &after);
}

#[test]
fn stores_that_are_marked_stay() {
    let mut asm = assemble(START);
    asm.store_kept(hike_isa::Size::U64, Reg::R2, 0, Reg::R6);
    asm.push(Item::plain(Insn::Exit.encode().slots()[0]));
    optimise(&mut asm, cells(true));
    assert_eq!(
        listing(asm),
        listing(assemble(&format!("{FOUND} *(u64 *)(r2 + 0) = r6\nexit")))
    );
}

#[test]
fn what_is_equal_to_a_number_is_that_number() {
    let before = "r2 = *(u32 *)(r1 + 12)
        r0 = 1
        if w2 != 7 goto end
        r0 = r2
        end:
        exit";
    let after = "r2 = *(u32 *)(r1 + 12)
        r0 = 1
        if w2 != 7 goto end
        r0 = 7
        end:
        exit";
    check(before, after);
}

/// A check of 54 bytes, then one of 40 bytes from the 14th on.
fn checks_around(between: &str) -> String {
    format!(
        "r6 = r1
        r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 54
        if r4 > r3 goto short
        {between}
        r5 = *(u32 *)(r6 + 0)
        r5 += 14
        if r5 == 0 goto short
        r4 = r5
        r4 += 40
        r3 = *(u32 *)(r6 + 4)
        if r4 > r3 goto short
        r0 = *(u8 *)(r5 + 1)
        exit
        short:
        r0 = 2
        exit"
    )
}

#[test]
fn what_is_checked_is_not_checked_again() {
    let after = "r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 54
        if r4 > r3 goto short
        r0 = *(u8 *)(r2 + 15)
        exit
        short:
        r0 = 2
        exit";
    check(&checks_around(""), after);
}

/// A number from the packet leads anywhere: not even the pointer itself is known to be in it.
#[test]
fn a_pointer_of_unknown_distance_is_checked() {
    let text = "r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 54
        if r4 > r3 goto short
        r4 = *(u8 *)(r2 + 15)
        r4 += r2
        if r4 > r3 goto short
        r0 = 1
        exit
        short:
        r0 = 2
        exit";
    check(text, text);
}

/// The verifier knows it of what was kept on the stack.
#[test]
fn a_checked_pointer_is_kept_over_a_call() {
    let after = "r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 54
        if r4 > r3 goto short
        *(u64 *)(r10 - 96) = r2
        call 5
        r5 = *(u64 *)(r10 - 96)
        r5 += 14
        r0 = *(u8 *)(r5 + 1)
        exit
        short:
        r0 = 2
        exit";
    check(&checks_around("call 5"), after);
}

#[test]
fn a_packet_that_has_moved_is_checked_again() {
    let after = "r6 = r1
        r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r4 = r2
        r4 += 54
        if r4 > r3 goto short
        call 44
        r5 = *(u32 *)(r6 + 0)
        r5 += 14
        r4 = r5
        r4 += 40
        r3 = *(u32 *)(r6 + 4)
        if r4 > r3 goto short
        r0 = *(u8 *)(r5 + 1)
        exit
        short:
        r0 = 2
        exit";
    check(&checks_around("call 44"), after);
}

/// Only where the check has been made.
#[test]
fn a_check_that_one_way_has_made_stays() {
    let text = "r2 = *(u32 *)(r1 + 0)
        r3 = *(u32 *)(r1 + 4)
        r5 = *(u32 *)(r1 + 12)
        r4 = r2
        r4 += 54
        if r5 == 0 goto on
        if r4 > r3 goto short
        on:
        if r4 > r3 goto short
        r0 = *(u8 *)(r2 + 15)
        exit
        short:
        r0 = 2
        exit";
    check(text, text);
}

/// A program that finds its state, optimised.
fn with_state(lines: &str, observed: bool) -> String {
    let mut asm = assemble(&format!("{START}{lines}"));
    let cells = Cells {
        observed,
        ..cells(true)
    };
    optimise(&mut asm, cells);
    listing(asm)
}

#[test]
fn a_state_that_nobody_else_sees_is_on_the_stack() {
    let lines = "*(u16 *)(r2 + 112) = 14
        r6 = r2
        call 5
        r0 = *(u8 *)(r6 + 118)
        exit";
    let after = "*(u64 *)(r10 - 136) = 0
        call 5
        r0 = *(u8 *)(r10 - 130)
        exit";
    assert_eq!(with_state(lines, false), listing(assemble(after)));
    let stays = with_state(lines, true);
    assert!(stays.contains("*(u16 *)(r2 + 0x70) = 14"), "{stays}");
}

#[test]
fn a_state_whose_address_others_get_stays() {
    for lines in [
        "*(u64 *)(r2 + 8) = 1\nr1 = r2\ncall 25\nexit",
        "r2 += 440\nr0 = *(u64 *)(r2 + 0)\nexit",
        "*(u64 *)(r2 + 8) = r2\nr0 = *(u64 *)(r2 + 8)\nexit",
    ] {
        let found = with_state(lines, false);
        assert!(found.contains("call 8\n"), "{found}");
    }
}
