//! Random chains that the VM accepts: every instruction of the set, jumps in all
//! directions, memory of every bank, mostly valid and sometimes not.

use std::collections::BTreeMap;

use hike_abi::{Helper, memory};
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Slot, SwapKind, Width};
use hike_vm::{Quick, Target};

use crate::bytecode::Bytecode;

/// Seeds of a comparison: as many as is usual, or `HIKE_RANDOM_CHAINS` where it is slow.
///
/// # Panics
/// When the variable is set and no number.
pub fn seeds(usual: u64) -> std::ops::Range<u64> {
    let count = std::env::var("HIKE_RANDOM_CHAINS");
    0..count.map_or(usual, |count| count.parse().expect("HIKE_RANDOM_CHAINS"))
}

/// A sequence of numbers that a seed determines (xorshift64*).
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The sequence of this seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// A number below `limit`, which is not zero.
    pub fn below(&mut self, limit: u64) -> u64 {
        (self.draw() >> 16) % limit
    }

    /// One of these.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize]
    }

    /// Constants at the borders are worth more than others.
    fn imm(&mut self) -> i32 {
        match self.below(4) {
            0 => self.pick(&[0, 1, -1, 2, 31, 32, 63, 64, i32::MAX, i32::MIN]),
            1 => self.below(256) as i32,
            _ => self.draw() as i32,
        }
    }

    /// `r0` or one of `r2` to `r9`: `r1` keeps the packet's address.
    fn reg(&mut self) -> Reg {
        self.pick(&[
            Reg::R0,
            Reg::R2,
            Reg::R3,
            Reg::R4,
            Reg::R5,
            Reg::R6,
            Reg::R7,
            Reg::R8,
            Reg::R9,
        ])
    }

    fn operand(&mut self) -> Operand {
        match self.below(2) {
            0 => Operand::Reg(self.reg()),
            _ => Operand::Imm(self.imm()),
        }
    }
}

/// Chains in quick code.
///
/// # Panics
/// Never: random chains are ones that the VM accepts.
pub fn quickened(chains: &BTreeMap<u32, Bytecode>) -> BTreeMap<u32, Quick> {
    let chains = chains.iter();
    chains
        .map(|(id, chain)| (*id, chain.quicken().expect("a chain by construction")))
        .collect()
}

/// Chain 1, which may call chain 2, and chain 2, which calls nobody.
pub fn chains(random: &mut Random) -> BTreeMap<u32, Bytecode> {
    let first = chain(random, true);
    let second = chain(random, false);
    BTreeMap::from([(1, first), (2, second)])
}

fn chain(random: &mut Random, calls: bool) -> Bytecode {
    let length = 4 + random.below(40) as usize;
    let insns: Vec<Insn> = (0..length).map(|_| insn(random, calls)).collect();
    let insns = aim_jumps(random, start(insns));
    let code: Vec<Slot> = insns
        .iter()
        .flat_map(|insn| insn.encode().slots().to_vec())
        .collect();
    let call = |slot: &Slot| slot.opcode == hike_isa::ops::CALL && slot.src == 1;
    let calls = code.iter().enumerate().filter(|(_, slot)| call(slot));
    let calls = calls.map(|(at, _)| (at, Target::Chain(2))).collect();
    Bytecode { code, calls }
}

/// All registers have values of interest, and the frame's stack is written: what a fresh
/// frame holds is not defined.
fn start(body: Vec<Insn>) -> Vec<Insn> {
    let packet = memory::address(memory::PACKET, memory::PACKET_BYTES);
    let set = |dst, imm| Insn::LoadImm64 { dst, imm };
    let mut insns = vec![
        set(Reg::R1, packet),
        set(Reg::R0, 0x0123_4567_89ab_cdef),
        set(Reg::R2, u64::MAX),
        set(Reg::R3, memory::address(memory::SMA, 0)),
        set(Reg::R4, 1 << 63),
        set(Reg::R5, 0xffff_ffff),
        set(Reg::R6, 3),
        set(Reg::R7, 0),
        set(Reg::R8, 0x8000_0000),
        set(Reg::R9, 7),
    ];
    for slot in 1..=16 {
        insns.push(store(Reg::FP, -8 * slot, Operand::Imm(slot.into())));
    }
    for slot in 0..8 {
        insns.push(store(Reg::R3, 8 * slot, Operand::Imm(slot.into())));
    }
    insns.extend(body);
    insns.push(Insn::Exit);
    insns
}

fn store(base: Reg, off: i16, src: Operand) -> Insn {
    Insn::Store {
        size: Size::U64,
        base,
        off,
        src,
    }
}

fn insn(random: &mut Random, calls: bool) -> Insn {
    let width = random.pick(&Width::ALL);
    match random.below(12) {
        0 => Insn::MovSigned {
            width,
            from: random.pick(&[Size::U8, Size::U16]),
            dst: random.reg(),
            src: random.reg(),
        },
        1 => Insn::Neg {
            width,
            dst: random.reg(),
        },
        2 => Insn::Swap {
            kind: random.pick(&SwapKind::ALL),
            size: random.pick(&[Size::U16, Size::U32, Size::U64]),
            dst: random.reg(),
        },
        3 => load(random),
        4 => place_store(random),
        5 => Insn::LoadImm64 {
            dst: random.reg(),
            imm: random.draw(),
        },
        // Distances are filled in when all instructions are known.
        6 | 7 => Insn::JumpIf {
            width,
            op: random.pick(JumpOp::ALL),
            dst: random.reg(),
            src: random.operand(),
            off: 0,
        },
        8 if random.below(3) == 0 => Insn::Goto {
            off: 0,
            long: random.below(2) == 0,
        },
        9 if calls && random.below(2) == 0 => Insn::CallSymbol { imm: -1 },
        10 if random.below(3) == 0 => Insn::CallHelper {
            number: random.below(Helper::PacketWriteU64 as u64 + 1) as u32,
        },
        _ => Insn::Alu {
            width,
            op: random.pick(AluOp::ALL),
            dst: random.reg(),
            src: random.operand(),
        },
    }
}

/// A base register and an offset that is mostly inside its area.
fn place(random: &mut Random) -> (Reg, i16) {
    match random.below(8) {
        // Not over the frame's end: what lies there is not defined.
        0..=2 => (Reg::FP, -8 - random.below(121) as i16),
        3..=5 => (Reg::R1, random.below(56) as i16),
        6 => (Reg::R1, random.below(80) as i16 - 10),
        _ => (random.reg(), random.below(16) as i16),
    }
}

fn load(random: &mut Random) -> Insn {
    let (base, off) = place(random);
    let size = random.pick(&Size::ALL);
    Insn::Load {
        size,
        signed: size != Size::U64 && random.below(2) == 0,
        dst: random.reg(),
        base,
        off,
    }
}

fn place_store(random: &mut Random) -> Insn {
    let (base, off) = place(random);
    Insn::Store {
        size: random.pick(&Size::ALL),
        base,
        off,
        src: random.operand(),
    }
}

/// Lets every jump land on some instruction, before or behind it.
fn aim_jumps(random: &mut Random, insns: Vec<Insn>) -> Vec<Insn> {
    let mut starts = vec![0];
    for insn in &insns {
        starts.push(starts[starts.len() - 1] + insn.slots() as i32);
    }
    let mut aimed = insns;
    for (index, insn) in aimed.iter_mut().enumerate() {
        // Mostly forward: backward jumps soon use up the budget.
        let last = starts.len() as u64 - 2;
        let to = if random.below(6) == 0 {
            random.below(last + 1)
        } else {
            index as u64 + 1 + random.below(last - (index as u64).min(last - 1))
        };
        let distance = starts[to.min(last) as usize] - starts[index] - 1;
        match insn {
            Insn::Goto { off, .. } => *off = distance,
            Insn::JumpIf { off, .. } => *off = distance as i16,
            _ => {}
        }
    }
    aimed
}
