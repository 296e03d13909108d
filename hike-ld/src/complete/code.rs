//! The function for the VM: finds the VM's state, runs the logic, goes on with the chain.
//!
//! ```text
//! hike_vm_NAME:  context to the stack; find the state, to the stack
//!                the logic, slot by slot; its `exit`s go to the next line
//!                if it decided: exit with the action
//!                context and state from the stack
//!                hike_go_on or hike_start_decided, which ends with a jump to a program
//! ```

use std::collections::BTreeSet;

use hike_abi::CONTINUE;
use hike_format::Signature;
use hike_format::elf::{Elf, ElfSymbol};
use hike_format::signature::ObjectKind;
use hike_isa::{AluOp, Insn, JumpOp, Operand, Reg, Size, Slot, Width, ops};

use super::CompleteError;
use crate::fuse::logic::{self, STACK};
use crate::state;

/// What the function itself has on the stack, below the logic: context and state.
const OWN_STACK: u32 = 16;

/// The function.
pub(super) struct Code {
    /// Its code.
    pub slots: Vec<Slot>,
    /// Where the logic is in it.
    pub logic: Part,
    /// Where the VM's half is in it.
    pub vm: Part,
    /// The slot that refers to the VM's state.
    pub state: usize,
    /// Slots that call functions which have no relocation in the logic, as they are static
    /// and in the same section: their distance is from the section's start here.
    pub calls: Vec<usize>,
}

/// Code taken from elsewhere.
pub(super) struct Part {
    /// Where it starts, in slots of the function.
    pub start: usize,
    /// Its section in its object.
    pub section: String,
    /// Its place there, in bytes.
    pub offset: u64,
    /// Its size in bytes.
    pub size: u64,
}

impl Part {
    /// Where an offset of its object's section is in the function, in bytes.
    pub fn moved(&self, offset: u64) -> Option<u64> {
        let inside = (self.offset..self.offset + self.size).contains(&offset);
        inside.then(|| self.start as u64 * 8 + offset - self.offset)
    }
}

/// Makes the function of a program or loader.
pub(super) fn function(
    signature: &Signature,
    object: &Elf<'_>,
    vm: &Elf<'_>,
) -> Result<Code, CompleteError> {
    let name = &signature.name;
    let half = match signature.kind {
        ObjectKind::Program => "hike_go_on",
        ObjectKind::Loader => "hike_start_decided",
    };
    let (logic_symbol, logic_slots) = slots(object, name).ok_or(no_logic(name))?;
    let (vm_symbol, vm_slots) = slots(vm, half).ok_or(CompleteError::Vm(half))?;
    let stack = logic::stack(&logic_slots);
    if stack + OWN_STACK > STACK {
        return Err(CompleteError::Stack {
            function: name.clone(),
            found: stack,
            most: STACK - OWN_STACK,
        });
    }
    let places = Places::below(stack);
    let mut code = start(places);
    let state = STATE_SLOT;
    let logic = part(code.len(), logic_symbol);
    let relocated = relocated(object, &logic);
    let calls = run(&mut code, &logic_slots, logic_symbol.offset, &relocated)
        .ok_or_else(|| CompleteError::TooLarge(name.clone()))?;
    code.extend(go_on(places));
    let vm = part(code.len(), vm_symbol);
    code.extend(vm_slots);
    Ok(Code {
        slots: code,
        logic,
        vm,
        state,
        calls,
    })
}

/// Offsets in a part's section that have a relocation.
fn relocated(elf: &Elf<'_>, part: &Part) -> BTreeSet<u64> {
    let relocations = elf
        .section(&part.section)
        .map(|section| elf.relocations(section));
    let relocations = relocations.unwrap_or_default().into_iter();
    relocations.map(|relocation| relocation.offset).collect()
}

fn no_logic(name: &str) -> CompleteError {
    CompleteError::NoTypes(name.to_owned())
}

fn slots<'e>(elf: &'e Elf<'_>, name: &str) -> Option<(&'e ElfSymbol, Vec<Slot>)> {
    let symbol = elf.symbol(name).filter(|symbol| symbol.function)?;
    let data = elf.symbol_data(name).filter(|data| !data.is_empty())?;
    let (chunks, _) = data.as_chunks::<8>();
    let slots = chunks.iter().map(|slot| Slot::from_bytes(*slot));
    Some((symbol, slots.collect()))
}

fn part(start: usize, symbol: &ElfSymbol) -> Part {
    Part {
        start,
        section: symbol.section.clone().unwrap_or_default(),
        offset: symbol.offset,
        size: symbol.size,
    }
}

/// Offsets from the frame pointer.
#[derive(Clone, Copy)]
struct Places {
    context: i16,
    state: i16,
}

impl Places {
    fn below(stack: u32) -> Self {
        let stack = stack as i16;
        Self {
            context: -stack - 8,
            state: -stack - 16,
        }
    }
}

/// The slot of what [`start`] gives that refers to the state's map.
const STATE_SLOT: usize = 2;

/// Finds the state of this CPU and gives the logic its arguments.
fn start(places: Places) -> Vec<Slot> {
    let [call, mask, shift] = state::offset();
    code(&[
        store(Size::U64, places.context, Operand::Reg(Reg::R1)),
        call,
        Insn::LoadImm64 {
            dst: Reg::R2,
            imm: 0,
        },
        mask,
        shift,
        alu(Width::W64, AluOp::Add, Reg::R2, Operand::Reg(Reg::R0)),
        store(Size::U64, places.state, Operand::Reg(Reg::R2)),
        load(Reg::R1, places.context),
    ])
}

/// The logic. Slot by slot, so that the distances of its jumps stay the same. Gives the calls
/// that need a relocation now; none when it is too large for its jumps to the end.
fn run(
    code: &mut Vec<Slot>,
    slots: &[Slot],
    offset: u64,
    relocated: &BTreeSet<u64>,
) -> Option<Vec<usize>> {
    let mut calls = Vec::new();
    let first = i32::try_from(offset / 8).ok()?;
    for (at, slot) in slots.iter().enumerate() {
        let here = first.checked_add(at as i32)?;
        let is_second = at > 0 && slots[at - 1].opcode == ops::LOAD_IMM64;
        let is_near_call = slot.opcode == ops::CALL
            && slot.src == ops::PSEUDO_CALL
            && !relocated.contains(&(here as u64 * 8));
        code.push(match slot.opcode {
            _ if is_second => *slot,
            ops::EXIT => Slot {
                opcode: ops::GOTO,
                off: i16::try_from(slots.len() - at - 1).ok()?,
                ..Slot::default()
            },
            _ if is_near_call => {
                calls.push(code.len());
                // Relocated, a call goes to the slot after the symbol's and this many more.
                let imm = slot.imm.wrapping_add(here);
                Slot { imm, ..*slot }
            }
            _ => *slot,
        });
    }
    Some(calls)
}

/// A decision ends the program; else the VM's half gets context and state.
fn go_on(places: Places) -> Vec<Slot> {
    code(&[
        skip_if(Width::W32, JumpOp::Eq, CONTINUE, 2),
        alu(Width::W32, AluOp::Mov, Reg::R0, Operand::Reg(Reg::R0)),
        Insn::Exit,
        load(Reg::R1, places.context),
        load(Reg::R2, places.state),
    ])
}

fn code(insns: &[Insn]) -> Vec<Slot> {
    let slots = insns.iter().flat_map(|insn| insn.encode().slots().to_vec());
    slots.collect()
}

/// To the stack.
fn store(size: Size, off: i16, src: Operand) -> Insn {
    Insn::Store {
        size,
        base: Reg::FP,
        off,
        src,
    }
}

/// From the stack.
fn load(dst: Reg, off: i16) -> Insn {
    Insn::Load {
        size: Size::U64,
        signed: false,
        dst,
        base: Reg::FP,
        off,
    }
}

fn alu(width: Width, op: AluOp, dst: Reg, src: Operand) -> Insn {
    Insn::Alu {
        width,
        op,
        dst,
        src,
    }
}

/// Jumps over so many slots, by what is in `r0`.
fn skip_if(width: Width, op: JumpOp, value: i32, off: i16) -> Insn {
    Insn::JumpIf {
        width,
        op,
        dst: Reg::R0,
        src: Operand::Imm(value),
        off,
    }
}
