//! Quickening: what it refuses, what it fuses, and that jumps still land.

use hike_isa::{Insn, Slot};
use hike_vm::host::{Host, NoPrograms, Outcome, Programs};
use hike_vm::{Quick, QuickenError, Target, quicken};
use proptest::prelude::*;

/// Assembles lines; calls of symbols resolve to program 7.
fn assemble(text: &str) -> Result<Quick, QuickenError> {
    let insns = text.lines().map(|line| line.parse::<Insn>().expect(line));
    let code: Vec<Slot> = insns
        .flat_map(|insn| insn.encode().slots().to_vec())
        .collect();
    quicken(&code, |_| Some(Target::Program(7)))
}

#[track_caller]
fn check_refused(text: &str, message: &str) {
    assert_eq!(assemble(text).unwrap_err().to_string(), message);
}

#[test]
fn what_is_no_chain_is_refused() {
    check_refused("r0 = 0", "slot 0: the chain ends without exit or goto");
    check_refused("r10 = 0\nexit", "slot 0: writes r10, which is read-only");
    check_refused(
        "goto +1\nexit",
        "slot 0: jumps to slot 2, which is no instruction",
    );
    check_refused(
        "goto -2\nexit",
        "slot 0: jumps to slot -1, which is no instruction",
    );
    check_refused(
        "if r0 == 0 goto +1\nr0 = 1 ll\nexit",
        "slot 0: jumps to slot 2, which is no instruction",
    );
    check_refused(
        &format!("{}exit", "r0 = 0\n".repeat(256)),
        "a chain of 257 slots, expected at most 256",
    );
    let empty = quicken(&[], |_| None).unwrap_err();
    assert_eq!(empty.to_string(), "a chain without instructions");
    let call = [Insn::CallSymbol { imm: -1 }, Insn::Exit].map(|insn| insn.encode().slots()[0]);
    let unresolved = quicken(&call, |_| None).unwrap_err();
    assert_eq!(
        unresolved.to_string(),
        "slot 0: calls a symbol without a relocation"
    );
}

/// Flags are the bits 15, 10, 9 and 8 of a slot, which no register's offset has.
#[test]
fn frequent_slots_have_a_flag() {
    let flags = |line: &str| {
        let quick = assemble(&format!("{line}\nr0 = 0\nexit")).expect("a chain");
        quick.slots[0] >> 8 & 0x87
    };
    for arithmetic in ["r7 += 1", "r7 ^= r8", "r7 >>= r8", "r7 = r8", "r7 = -1"] {
        assert_eq!(flags(arithmetic), 0x02, "{arithmetic}");
    }
    for comparison in ["if r7 == 1 goto +0", "if r7 != 1 goto +0"] {
        assert_eq!(flags(comparison), 0x01, "{comparison}");
    }
    assert_eq!(flags("*(u64 *)(r10 - 8) = r6"), 0x04);
    assert_eq!(flags("call -1"), 0x80);
    let others = "w7 += 1,r7 *= 2,r7 s>>= 1,r7 = (s8)r8,r7 = be16 r7,if r7 == r8 goto +0,\
                  if w7 == 1 goto +0,if r7 > 1 goto +0,r7 = *(u8 *)(r6 + 0),call 1,exit";
    for other in others.split(',') {
        assert_eq!(flags(other), 0, "{other}");
    }
}

#[test]
fn a_constant_argument_and_its_call_become_one() {
    let quick = assemble("r1 = 5\ncall -1\nexit").expect("a chain");
    assert_eq!(quick.slots.len(), 2);
    assert_eq!(quick.slots[0], 5 << 32 | 7 << 16 | 0x80 << 8 | 0x08);
    assert_eq!(quick.origin, [1, 2], "the call is what can be a fault");
}

#[test]
fn a_packet_read_takes_its_constant_offset_with_it() {
    let quick = assemble("r1 = 12\ncall 2\nexit").expect("a chain");
    assert_eq!(quick.slots, [12 << 32 | 0x04 << 8 | 0x80 | 0x02, 0x95]);
    // Beyond what the verifier follows, and where the offset is not at hand, nothing is fused.
    let far = assemble("r1 = 32768\ncall 2\nexit").expect("a chain");
    assert_eq!(far.slots.len(), 3);
    let write = assemble("r1 = 12\ncall 6\nexit").expect("a chain");
    assert_eq!(write.slots.len(), 3);
}

#[test]
fn accesses_within_the_frame_are_direct() {
    let quick = assemble(
        "*(u64 *)(r10 - 8) = r6
*(u16 *)(r10 - 128) = 7
r7 = *(u64 *)(r10 - 8)
exit",
    );
    let off = |off: i16| u64::from(off.cast_unsigned()) << 16;
    let expected = [
        48 << 32 | off(-8) | 0x04 << 8 | 0x60 | 0x01,
        7 << 32 | off(-128) | 0x04 << 8 | 0x20 | 0x02,
        off(-8) | (56 | 0x04) << 8 | 0x01,
        0x95,
    ];
    assert_eq!(quick.expect("a chain").slots, expected);
}

/// The interpreter finds out that these are faults.
#[test]
fn accesses_beyond_the_frame_stay_as_they_are() {
    let quick = assemble("r7 = *(u64 *)(r10 - 4)\nr7 = *(u8 *)(r10 - 129)\nexit");
    let opcodes = quick.expect("a chain").slots;
    let opcodes: Vec<u8> = opcodes.iter().map(|slot| *slot as u8).collect();
    assert_eq!(opcodes, [0x79, 0x71, 0x95]);
}

#[test]
fn a_call_that_is_jumped_to_stays_alone() {
    let quick = assemble("if r6 == 0 goto +1\nr1 = 5\ncall -1\nexit").expect("a chain");
    assert_eq!(quick.slots.len(), 4);
}

#[test]
fn a_negative_argument_in_32_bits_stays_alone() {
    let quick = assemble("w1 = -5\ncall -1\nexit").expect("a chain");
    assert_eq!(quick.slots.len(), 3, "zero-extension is not sign-extension");
}

/// Remembers the arguments of every call.
struct Recorder(Vec<u64>);

impl Programs for Recorder {
    fn call(&mut self, _: u32, call: &mut hike_abi::HikeCall, _: &mut Vec<u8>) -> Option<i32> {
        self.0.push(call.args[0]);
        call.ret = 0;
        Some(hike_abi::CONTINUE)
    }
}

#[test]
fn jumps_over_fused_calls_still_land() {
    let text =
        "r6 = 3\nr1 = 1\ncall -1\nr1 = 2\ncall -1\nr6 -= 1\nif r6 != 0 goto -6\nr0 = 9\nexit";
    let mut host = Host::default();
    host.insert(1, &assemble(text).expect("a chain"));
    let mut recorder = Recorder(Vec::new());
    let outcome = host.run(1, &[], &mut vec![0; 14], &mut recorder);
    assert_eq!(outcome, Outcome::Returned(9));
    assert_eq!(recorder.0, [1, 2, 1, 2, 1, 2]);
}

proptest! {
    /// Any bytes are refused or run to an end: no panic, no endless loop.
    #[test]
    fn any_bytes_run_to_an_end(words in prop::collection::vec(any::<u64>(), 0..40)) {
        let mut code: Vec<Slot> = words.iter().map(|word| Slot::from_bits(*word)).collect();
        code.push(Slot::from_bits(0x95));
        if let Ok(quick) = quicken(&code, |_| Some(Target::Chain(1))) {
            let mut host = Host::default();
            host.insert(1, &quick);
            host.run(1, &[1, 2], &mut vec![0; 64], &mut NoPrograms);
        }
    }
}
