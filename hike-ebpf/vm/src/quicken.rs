//! Bytecode with resolved calls to quick code.
//!
//! Everything that the interpreter does not check is checked here, so that quick code in
//! a running host is always well formed.

use core::fmt;

use hike_abi::Helper;
use hike_abi::limits::{CHAIN_INSNS, FRAME_STACK, PACKET_READ_LAST};
use hike_isa::{DecodeError, Insn, Operand, Reg, Size, Slot as Raw, decode_at};

use crate::quick::{self, Slot, flag};

/// What a call resolves to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// The program with this runtime ID.
    Program(u32),
    /// The chain with this runtime ID.
    Chain(u32),
}

/// A chain in quick code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quick {
    /// The slots, at most [`CHAIN_INSNS`].
    pub slots: Vec<u64>,
    /// For each slot, the slot of bytecode it was made from; where two instructions became
    /// one, that of the second, which is the one that can be a fault.
    pub origin: Vec<u32>,
}

/// Why bytecode is not a chain.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuickenError {
    /// The slot of bytecode.
    pub slot: usize,
    /// What is wrong with it.
    pub problem: QuickenProblem,
}

/// What is wrong with a slot of bytecode.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum QuickenProblem {
    /// It is no instruction.
    Decode(DecodeError),
    /// It writes `r10`.
    WritesFramePointer,
    /// It jumps out of the chain or into a 64-bit constant.
    JumpTarget(i64),
    /// The chain can run on after its last instruction.
    FallsOff,
    /// It calls a symbol without a relocation.
    Unresolved,
    /// The chain has more slots of quick code than [`CHAIN_INSNS`].
    TooLong(usize),
    /// The chain has no instruction.
    Empty,
}

impl fmt::Display for QuickenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slot = self.slot;
        match &self.problem {
            QuickenProblem::Decode(error) => write!(f, "{error}"),
            QuickenProblem::WritesFramePointer => {
                write!(f, "slot {slot}: writes r10, which is read-only")
            }
            QuickenProblem::JumpTarget(to) => {
                write!(
                    f,
                    "slot {slot}: jumps to slot {to}, which is no instruction"
                )
            }
            QuickenProblem::FallsOff => {
                write!(f, "slot {slot}: the chain ends without exit or goto")
            }
            QuickenProblem::Unresolved => {
                write!(f, "slot {slot}: calls a symbol without a relocation")
            }
            QuickenProblem::TooLong(length) => {
                write!(
                    f,
                    "a chain of {length} slots, expected at most {CHAIN_INSNS}"
                )
            }
            QuickenProblem::Empty => f.write_str("a chain without instructions"),
        }
    }
}

impl std::error::Error for QuickenError {}

/// Translates a chain. `resolve` tells what the call at a slot of bytecode calls.
///
/// # Errors
/// The first reason why the bytecode is not a chain the VM can run.
pub fn quicken(
    code: &[Raw],
    resolve: impl Fn(usize) -> Option<Target>,
) -> Result<Quick, QuickenError> {
    let insns = decode_all(code)?;
    check_end(&insns, code.len())?;
    let targets = jump_targets(&insns, code.len())?;
    let items = fuse(&insns, &targets, resolve)?;
    emit(&items, code.len())
}

/// An instruction and the slot of bytecode it starts at.
type Placed = (usize, Insn);

fn fail(slot: usize, problem: QuickenProblem) -> QuickenError {
    QuickenError { slot, problem }
}

fn decode_all(code: &[Raw]) -> Result<Vec<Placed>, QuickenError> {
    let mut insns = Vec::with_capacity(code.len());
    let mut slot = 0;
    while slot < code.len() {
        let insn =
            decode_at(code, slot).map_err(|error| fail(slot, QuickenProblem::Decode(error)))?;
        if insn.written() == Some(Reg::FP) {
            return Err(fail(slot, QuickenProblem::WritesFramePointer));
        }
        insns.push((slot, insn));
        slot += insn.slots();
    }
    Ok(insns)
}

fn check_end(insns: &[Placed], length: usize) -> Result<(), QuickenError> {
    match insns.last() {
        None => Err(fail(0, QuickenProblem::Empty)),
        Some((_, insn)) if insn.falls_through() => {
            Err(fail(length - insn.slots(), QuickenProblem::FallsOff))
        }
        Some(_) => Ok(()),
    }
}

/// The slot of bytecode that an instruction jumps to.
fn target(slot: usize, insn: &Insn) -> Option<i64> {
    insn.jump_offset()
        .map(|off| slot as i64 + 1 + i64::from(off))
}

/// For each slot of bytecode, whether something jumps to it.
fn jump_targets(insns: &[Placed], length: usize) -> Result<Vec<bool>, QuickenError> {
    let mut starts = vec![false; length];
    insns.iter().for_each(|(slot, _)| starts[*slot] = true);
    let mut targets = vec![false; length];
    for (slot, insn) in insns {
        let Some(to) = target(*slot, insn) else {
            continue;
        };
        match usize::try_from(to)
            .ok()
            .filter(|to| starts.get(*to) == Some(&true))
        {
            Some(to) => targets[to] = true,
            None => return Err(fail(*slot, QuickenProblem::JumpTarget(to))),
        }
    }
    Ok(targets)
}

/// What becomes one instruction of quick code, and the slots of bytecode where the first and
/// the last instruction start that it is made from.
struct Made {
    first: usize,
    last: usize,
    item: Item,
}

enum Item {
    Plain(Insn),
    Call(Target),
    /// A program call with its constant first argument.
    CallWith(u32, i32),
    /// A read of the packet at a constant offset.
    ReadPacket(Size, i32),
}

fn fuse(
    insns: &[Placed],
    targets: &[bool],
    resolve: impl Fn(usize) -> Option<Target>,
) -> Result<Vec<Made>, QuickenError> {
    let mut items: Vec<Made> = Vec::with_capacity(insns.len());
    for (slot, insn) in insns {
        let item = match insn {
            Insn::CallSymbol { .. } => {
                let to = resolve(*slot);
                Item::Call(to.ok_or_else(|| fail(*slot, QuickenProblem::Unresolved))?)
            }
            _ => Item::Plain(*insn),
        };
        let before = items.last_mut().filter(|_| !targets[*slot]);
        let together =
            before.and_then(|it| Some((with_argument(&item, constant_argument(&it.item)?)?, it)));
        let (first, last) = (*slot, *slot);
        match together {
            Some((item, before)) => (before.item, before.last) = (item, last),
            None => items.push(Made { first, last, item }),
        }
    }
    Ok(items)
}

/// A call together with its constant first argument.
fn with_argument(call: &Item, argument: i32) -> Option<Item> {
    match call {
        Item::Call(Target::Program(id)) => Some(Item::CallWith(*id, argument)),
        Item::Plain(Insn::CallHelper { number }) => {
            let size = match Helper::from_number(*number)? {
                Helper::PacketReadU8 => Size::U8,
                Helper::PacketReadU16 => Size::U16,
                Helper::PacketReadU32 => Size::U32,
                Helper::PacketReadU64 => Size::U64,
                _ => return None,
            };
            let fits = (0..=PACKET_READ_LAST).contains(&argument);
            fits.then_some(Item::ReadPacket(size, argument))
        }
        _ => None,
    }
}

/// The constant of `r1 = imm`, in 64 bits or in 32 where that makes no difference.
fn constant_argument(item: &Item) -> Option<i32> {
    match item {
        Item::Plain(Insn::Alu {
            op: hike_isa::AluOp::Mov,
            dst: Reg::R1,
            src: Operand::Imm(imm),
            width,
        }) if *width == hike_isa::Width::W64 || *imm >= 0 => Some(*imm),
        _ => None,
    }
}

fn emit(items: &[Made], length: usize) -> Result<Quick, QuickenError> {
    let places = places(items, length);
    let mut quick = Quick {
        slots: Vec::new(),
        origin: Vec::new(),
    };
    for Made { last, item, .. } in items {
        let from = quick.slots.len() as i64;
        let distance = |insn: &Insn| {
            let to = target(*last, insn).unwrap_or_default();
            places[to as usize] as i64 - from - 1
        };
        push(&mut quick.slots, item, distance);
        quick.origin.resize(quick.slots.len(), *last as u32);
    }
    if quick.slots.len() > CHAIN_INSNS {
        return Err(fail(0, QuickenProblem::TooLong(quick.slots.len())));
    }
    Ok(quick)
}

/// For each slot of bytecode, the slot of quick code that its instruction starts at.
fn places(items: &[Made], length: usize) -> Vec<usize> {
    let mut places = vec![0; length];
    let mut next = 0;
    for Made { first, item, .. } in items {
        places[*first] = next;
        next += match item {
            Item::Plain(insn) => insn.slots(),
            _ => 1,
        };
    }
    places
}

fn push(slots: &mut Vec<u64>, item: &Item, distance: impl Fn(&Insn) -> i64) {
    let slot = match item {
        Item::Call(Target::Program(id)) => program_call(*id, 0).flagged(flag::KEEPS_ARGUMENT),
        Item::Call(Target::Chain(id)) => Slot::new(quick::CALL_CHAIN, 0, 0, *id as i32),
        Item::CallWith(id, imm) => program_call(*id, *imm),
        Item::ReadPacket(size, offset) => direct(quick::PACKET_READ, *size, 0, 0, *offset),
        Item::Plain(insn) => return push_plain(slots, insn, distance),
    };
    slots.push(slot.0);
}

fn program_call(id: u32, argument: i32) -> Slot {
    Slot::new(quick::CALL_PROGRAM, 0, id as i16, argument).flagged(flag::CALL)
}

/// An access whose place is known.
fn direct(opcode: u8, size: Size, dst: u8, off: i16, imm: i32) -> Slot {
    let size = match size {
        Size::U8 => flag::ONE,
        Size::U16 => flag::TWO,
        Size::U32 => 0,
        Size::U64 => flag::EIGHT,
    };
    Slot::new(opcode, dst, off, imm).flagged(flag::DIRECT | size)
}

fn push_plain(slots: &mut Vec<u64>, insn: &Insn, distance: impl Fn(&Insn) -> i64) {
    let encoded = insn.encode();
    let first = encoded.slots()[0];
    let slot = match insn {
        Insn::CallHelper { number } => Slot::new(quick::CALL_HELPER, 0, 0, *number as i32),
        // Always the long form: its distance needs no check, and a chain is short.
        Insn::Goto { .. } => {
            let opcode = hike_isa::ops::GOTO_LONG;
            Slot::new(opcode, 0, 0, distance(insn) as i32)
        }
        Insn::JumpIf { .. } => quick_slot(Raw {
            off: distance(insn) as i16,
            ..first
        }),
        _ => frame_access(insn).unwrap_or_else(|| quick_slot(first)),
    };
    slots.push(slot.0);
    if let Some(second) = encoded.slots().get(1) {
        slots.push(Slot::new(quick::TRAP, 0, 0, second.imm).0);
    }
}

/// An access of the running frame's stack.
fn frame_access(insn: &Insn) -> Option<Slot> {
    let within =
        |size: Size, off: i16| (-(FRAME_STACK as i16)..=-(size.bytes() as i16)).contains(&off);
    match *insn {
        Insn::Load {
            size,
            signed: false,
            dst,
            base: Reg::FP,
            off,
        } if within(size, off) => Some(direct(quick::FRAME_LOAD, size, byte_offset(dst), off, 0)),
        Insn::Store {
            size,
            base: Reg::FP,
            off,
            src,
        } if within(size, off) => Some(match src {
            Operand::Reg(src) => direct(quick::FRAME_STORE, size, 0, off, byte_offset(src).into()),
            Operand::Imm(imm) => direct(quick::FRAME_STORE_IMM, size, 0, off, imm),
        }),
        _ => None,
    }
}

/// Where a register is in the state.
fn byte_offset(reg: Reg) -> u8 {
    reg.number() * 8
}

/// The slot with its registers as byte offsets.
fn quick_slot(raw: Raw) -> Slot {
    use hike_isa::ops::{LOAD_IMM64, SOURCE_REG, SwapKind, class};
    let reads_source = match raw.opcode & 7 {
        class::LD | class::ST => raw.opcode != LOAD_IMM64 && raw.opcode & 7 != class::ST,
        class::LDX | class::STX => true,
        _ => raw.opcode & SOURCE_REG != 0 && raw.opcode != SwapKind::ToBig.opcode(),
    };
    let imm = if reads_source {
        i32::from(raw.src) * 8
    } else {
        raw.imm
    };
    let slot = Slot::new(raw.opcode, raw.dst * 8, raw.off, imm);
    slot.flagged(frequent(slot))
}

/// The flags of instructions that are frequent.
fn frequent(slot: Slot) -> u64 {
    use hike_isa::ops::class;
    match (slot.opcode() & 7, slot.code()) {
        _ if matches!(slot.opcode(), quick::IF_EQUAL | quick::IF_DIFFERENT) => flag::EQUAL,
        (class::ALU64, 0x0 | 0x1 | 0x4..=0x7 | 0xa) => flag::ARITHMETIC,
        (class::ALU64, 0xb) if slot.off() == 0 => flag::ARITHMETIC,
        _ => 0,
    }
}
