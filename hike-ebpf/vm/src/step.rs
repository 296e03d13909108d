//! One instruction.

use hike_abi::{Fault, Helper, VmState, first_slot, limits, memory};

use crate::quick::{self, Slot, flag};
use crate::{Machine, Width, alu, direct, frame, frequent, jump, memory as access};

/// Instruction classes, the low three bits of an opcode.
const LDX: u8 = 1;
const ST: u8 = 2;
const STX: u8 = 3;
const ALU: u8 = 4;
pub(crate) const JMP: u8 = 5;
const JMP32: u8 = 6;
pub(crate) const ALU64: u8 = 7;

/// The mode of a load, RFC 9669 section 5, and the one that extends the sign.
const MODE: u8 = 0xe0;
const SIGNED: u8 = 0x80;

const LOAD_IMM64: u8 = 0x18;
const GOTO: u8 = 0x05;
const GOTO_LONG: u8 = 0x06;
pub(crate) const EXIT: u8 = 0x95;
/// Byte offsets of registers in the state.
pub(crate) const R0: u8 = 0;
pub(crate) const R1: u8 = 8;
const R2: u8 = 16;

/// Where control goes after an instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flow {
    /// To the slot that `pc` now holds.
    Next,
    /// To the program with this ID; the chain goes on when it has returned.
    Program(u32),
    /// Nowhere: the outermost chain has returned.
    End,
    /// Nowhere: the chain is given up.
    Fault(Fault),
    /// To the same slot, but with [`step`]: the short interpreter does not do it.
    Escape,
}

/// Prepares the state for a packet: the first chain at its first instruction, all
/// registers zero but the frame pointer. The chain's ID is one of a host's.
#[inline(always)]
pub fn begin(state: &mut VmState, chain: u32, default_action: u32) {
    state.regs = [0; 11];
    state.regs[10] = memory::frame_pointer(0);
    state.pc = first_slot(chain);
    state.chain = chain;
    state.budget = limits::EXECUTED_INSNS;
    state.depth = 0;
    state.default_action = default_action;
}

/// Executes the slot at `pc` of the selected chain.
#[inline(always)]
pub fn step<M: Machine>(machine: &mut M, pc: &mut u32) -> Flow {
    let slot = Slot(machine.fetch(*pc));
    *pc = pc.wrapping_add(1);
    if frequent::execute(machine, pc, slot) {
        return Flow::Next;
    }
    if M::has::<{ flag::DIRECT }>(slot) {
        return direct::execute(machine, slot);
    }
    match slot.opcode() & 7 {
        ALU64 => arithmetic(machine, slot, alu::other64),
        JMP if slot.opcode() == EXIT => leave(machine, pc),
        JMP => branch(machine, pc, slot, jump::holds64),
        JMP32 => branch(machine, pc, slot, jump::holds32),
        ALU => arithmetic(machine, slot, alu::full32),
        LDX => load(machine, slot),
        STX => {
            let value = machine.reg(slot.src());
            store(machine, slot, value)
        }
        ST => store(machine, slot, slot.imm64()),
        _ => special(machine, pc, slot),
    }
}

/// The slot's second operand.
#[inline(always)]
fn operand<M: Machine>(machine: &mut M, slot: Slot) -> u64 {
    if slot.has_source_reg() {
        machine.reg(slot.src())
    } else {
        slot.imm64()
    }
}

#[inline(always)]
pub(crate) fn arithmetic<M: Machine>(
    machine: &mut M,
    slot: Slot,
    compute: impl Fn(Slot, u64, u64) -> Option<u64>,
) -> Flow {
    let a = machine.reg(slot.dst());
    let b = operand(machine, slot);
    match compute(slot, a, b) {
        Some(value) => {
            machine.set_reg(slot.dst(), value);
            Flow::Next
        }
        None => Flow::Fault(Fault::Instruction),
    }
}

/// Jumps are relative to the slot after `pc`'s; the caller adds the one.
#[inline(always)]
pub(crate) fn branch<M: Machine>(
    machine: &mut M,
    pc: &mut u32,
    slot: Slot,
    holds: impl Fn(u8, u64, u64) -> Option<bool>,
) -> Flow {
    match slot.opcode() {
        GOTO => return goto(pc, slot.off().into()),
        GOTO_LONG => return goto(pc, slot.imm()),
        _ => {}
    }
    let a = machine.reg(slot.dst());
    let b = operand(machine, slot);
    match holds(slot.code(), a, b) {
        Some(true) => goto(pc, slot.off().into()),
        Some(false) => Flow::Next,
        None => Flow::Fault(Fault::Instruction),
    }
}

#[inline(always)]
fn goto(pc: &mut u32, off: i32) -> Flow {
    *pc = pc.wrapping_add(off as u32);
    Flow::Next
}

#[inline(always)]
fn leave<M: Machine>(machine: &mut M, pc: &mut u32) -> Flow {
    match frame::leave(machine) {
        None => Flow::End,
        Some(caller) => {
            *pc = caller;
            Flow::Next
        }
    }
}

/// Size of the access from the opcode's bits, RFC 9669 section 5.
#[inline(always)]
pub(crate) fn width(slot: Slot) -> Width {
    match slot.opcode() & quick::SIZE {
        0x00 => Width::Four,
        0x08 => Width::Two,
        0x10 => Width::One,
        _ => Width::Eight,
    }
}

#[inline(always)]
fn load<M: Machine>(machine: &mut M, slot: Slot) -> Flow {
    let address = machine
        .reg(slot.src())
        .wrapping_add(slot.off() as i64 as u64);
    match access::load(machine, address, width(slot)) {
        Ok(value) => {
            machine.set_reg(slot.dst(), extended(slot, value));
            Flow::Next
        }
        Err(fault) => Flow::Fault(fault),
    }
}

/// The loaded value, its sign extended where the mode says so.
#[inline(always)]
fn extended(slot: Slot, value: u64) -> u64 {
    if slot.opcode() & MODE != SIGNED {
        return value;
    }
    match width(slot) {
        Width::One => value as i8 as i64 as u64,
        Width::Two => value as i16 as i64 as u64,
        Width::Four => value as i32 as i64 as u64,
        Width::Eight => value,
    }
}

#[inline(always)]
fn store<M: Machine>(machine: &mut M, slot: Slot, value: u64) -> Flow {
    let address = machine
        .reg(slot.dst())
        .wrapping_add(slot.off() as i64 as u64);
    match access::store(machine, address, width(slot), value) {
        Ok(()) => Flow::Next,
        Err(fault) => Flow::Fault(fault),
    }
}

/// Calls, the 64-bit constant and what is no instruction.
#[inline(always)]
fn special<M: Machine>(machine: &mut M, pc: &mut u32, slot: Slot) -> Flow {
    match slot.opcode() {
        quick::CALL_PROGRAM => Flow::Program(program_call(machine, slot)),
        quick::CALL_HELPER => call_helper(machine, slot.imm() as u32),
        quick::CALL_CHAIN => chain_call(machine, pc, slot),
        LOAD_IMM64 => load_imm64(machine, pc, slot),
        _ => Flow::Fault(Fault::Instruction),
    }
}

#[inline(always)]
fn load_imm64<M: Machine>(machine: &mut M, pc: &mut u32, slot: Slot) -> Flow {
    let high = Slot(machine.fetch(*pc));
    *pc = pc.wrapping_add(1);
    let value = u64::from(slot.imm() as u32) | u64::from(high.imm() as u32) << 32;
    machine.set_reg(slot.dst(), value);
    Flow::Next
}

/// Puts the constant argument in place and gives the program's ID.
#[inline(always)]
pub(crate) fn program_call<M: Machine>(machine: &mut M, slot: Slot) -> u32 {
    if !M::has::<{ flag::KEEPS_ARGUMENT }>(slot) {
        machine.set_reg(R1, slot.imm64());
    }
    slot.off() as u16 as u32
}

#[inline(always)]
fn chain_call<M: Machine>(machine: &mut M, pc: &mut u32, slot: Slot) -> Flow {
    match frame::enter(machine, slot.imm() as u32, *pc) {
        Ok(first) => {
            *pc = machine.forget(first);
            Flow::Next
        }
        Err(fault) => Flow::Fault(fault),
    }
}

#[inline(always)]
fn call_helper<M: Machine>(machine: &mut M, number: u32) -> Flow {
    match help(machine, number) {
        Ok(value) => {
            machine.set_reg(R0, value);
            Flow::Next
        }
        Err(fault) => Flow::Fault(fault),
    }
}

/// The helper's result. Packet writes give 0.
#[inline(always)]
fn help<M: Machine>(machine: &mut M, number: u32) -> Result<u64, Fault> {
    const READ_FIRST: u32 = Helper::PacketReadU8 as u32;
    const READ_LAST: u32 = Helper::PacketReadU64 as u32;
    const WRITE_FIRST: u32 = Helper::PacketWriteU8 as u32;
    const WRITE_LAST: u32 = Helper::PacketWriteU64 as u32;
    const TIME: u32 = Helper::TimeNs as u32;
    const RANDOM: u32 = Helper::RandomU32 as u32;
    let offset = machine.reg(R1);
    match number {
        READ_FIRST..=READ_LAST => {
            let width = packet_width(number - READ_FIRST);
            let value = machine.packet_load(offset, width)?;
            Ok(network_order(value, width))
        }
        WRITE_FIRST..=WRITE_LAST => {
            let width = packet_width(number - WRITE_FIRST);
            let value = network_order(machine.reg(R2), width);
            machine.packet_store(offset, width, value)?;
            Ok(0)
        }
        TIME => Ok(machine.time_ns()),
        RANDOM => Ok(machine.random_u32().into()),
        _ => Err(Fault::Helper),
    }
}

#[inline(always)]
fn packet_width(index: u32) -> Width {
    match index {
        0 => Width::One,
        1 => Width::Two,
        2 => Width::Four,
        _ => Width::Eight,
    }
}

/// Swaps the low `width` bytes of a value and clears the rest.
#[inline(always)]
pub(crate) fn network_order(value: u64, width: Width) -> u64 {
    match width {
        Width::One => value as u8 as u64,
        Width::Two => (value as u16).swap_bytes().into(),
        Width::Four => (value as u32).swap_bytes().into(),
        Width::Eight => value.swap_bytes(),
    }
}
