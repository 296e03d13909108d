//! The VM in the kernel: its maps, how a program gets back into it, how a loader starts it.
//!
//! At the end of every program, [`program`] executes a few simple instructions of the
//! chain in place and jumps to the next program; what needs more goes to the executor, a
//! program of its own that holds the whole interpreter. `docs/vm.md` tells why.

use core::arch::asm;

use aya_ebpf::btf_maps::{Array, PerCpuArray, ProgramArray};
use aya_ebpf::helpers::bpf_get_smp_processor_id;
use aya_ebpf::macros::btf_map;
use hike_abi::limits::{CHAINS, CPUS, DIRECT_PROGRAMS, EXECUTED_INSNS, PROGRAMS};
use hike_abi::{
    Action, CONTINUE, Chains, Cursor, Fault, FaultCounters, HikeCall, NO_CHAIN, States, VmState,
    chain_of, memory,
};
use hike_vm::{Flow, Machine, Width, begin, memory as memory_access, run_short, step};

use crate::context::opaque;
use crate::machine::{KernelMachine, has_bits};
use crate::{HikeContext, xdp_md};

#[btf_map]
#[allow(non_upper_case_globals)]
static hike_state: Array<States, 1, MMAPABLE> = Array::new();
#[btf_map]
#[allow(non_upper_case_globals)]
pub(crate) static hike_chains: Array<Chains, 1, MMAPABLE> = Array::new();
#[btf_map]
#[allow(non_upper_case_globals)]
static hike_programs: ProgramArray<{ PROGRAMS as usize }> = ProgramArray::new();
#[btf_map]
#[allow(non_upper_case_globals)]
static hike_executor: ProgramArray<1> = ProgramArray::new();
#[btf_map]
#[allow(non_upper_case_globals)]
static hike_faults: PerCpuArray<FaultCounters, { CHAINS as usize }> = PerCpuArray::new();

/// `BPF_F_MMAPABLE` of `linux/bpf.h`: user space writes one chain without touching the others.
const MMAPABLE: usize = 1 << 10;

/// What a chain loader decides about a packet.
pub enum Start {
    /// No chain: the packet gets this action.
    Decided(Action),
    /// This chain, and what happens when it ends without a decision.
    Chain {
        /// Its runtime ID. A packet for [`NO_CHAIN`], which an unset map entry holds, passes:
        /// a loader without configuration takes nobody off the network.
        id: u32,
        /// The default action, an XDP action's number.
        default_action: u32,
    },
}

/// A field read so that the verifier does not know it as a constant: it would follow
/// every value of the program counter separately otherwise.
macro_rules! unknown {
    ($place:expr) => {
        // SAFETY: a field of the state.
        unsafe { core::ptr::read_volatile(&raw const $place) }
    };
}

/// The address of the only value of one of the maps that are referred to by it
/// ([`hike_abi::vm_maps::BY_ADDRESS`]): the loader puts it in place of the map's. The compiler
/// may not know which map it is, as it knows what a map's declaration holds: nothing.
macro_rules! address_of {
    ($map:path) => {{
        let address: usize;
        // SAFETY: a constant.
        #[allow(unused_unsafe, reason = "where it is used there may be one around it")]
        unsafe {
            asm!("{0} = {1} ll", out(reg) address, sym $map, options(pure, nomem));
        }
        address as *mut u8
    }};
}
pub(crate) use address_of;

/// The VM's state on this CPU.
#[inline(always)]
pub fn state() -> *mut VmState {
    const _: () = assert!(CPUS.is_power_of_two());
    // SAFETY: a helper without arguments.
    let cpu = unsafe { bpf_get_smp_processor_id() } as usize;
    let states = address_of!(hike_state).cast::<VmState>();
    // SAFETY: one of the states. No host has more CPUs; the mask says so to the verifier.
    unsafe { states.add(cpu & (CPUS as usize - 1)) }
}

/// Body of a program's entry: its logic, then the chain goes on.
#[inline(always)]
pub fn program(ctx: *mut xdp_md, logic: impl FnOnce(*mut xdp_md, *mut HikeCall) -> i32) -> u32 {
    let state = state();
    // The call record is the first six registers: no copy in, no copy out.
    let action = logic(ctx, state.cast());
    if action != CONTINUE {
        return action as u32;
    }
    resume(ctx, state)
}

/// Body of a loader's entry: what it decides, then the chain.
#[inline(always)]
pub fn loader(ctx: *mut xdp_md, logic: impl FnOnce(&mut HikeContext) -> Start) -> u32 {
    let state = state();
    forget_packet(state);
    // SAFETY: the kernel's context, and the state's call record.
    let mut context = unsafe { HikeContext::new(ctx, state.cast()) };
    match logic(&mut context) {
        Start::Decided(action) => action as u32,
        Start::Chain { id: NO_CHAIN, .. } => Action::Pass as u32,
        Start::Chain { id, default_action } if id >= CHAINS => default_action,
        Start::Chain { id, default_action } => {
            // SAFETY: a value of a per-CPU map; nothing else runs on this CPU meanwhile.
            begin(unsafe { &mut *state }, id, default_action);
            resume(ctx, state)
        }
    }
}

/// A loader's decision alone: an action, or [`CONTINUE`] with chain, default action and
/// budget in the state. The native tier goes on from there.
#[inline(always)]
pub fn decide(
    ctx: *mut xdp_md,
    call: *mut HikeCall,
    logic: impl FnOnce(&mut HikeContext) -> Start,
) -> i32 {
    let state: *mut VmState = call.cast();
    forget_packet(state);
    // SAFETY: the native tier calls with the kernel's context and the VM's state.
    let mut context = unsafe { HikeContext::new(ctx, call) };
    match logic(&mut context) {
        Start::Decided(action) => action as i32,
        Start::Chain { id: NO_CHAIN, .. } => Action::Pass as i32,
        Start::Chain { id, default_action } => {
            // SAFETY: fields of the state.
            unsafe {
                (*state).chain = id;
                (*state).default_action = default_action;
                (*state).budget = EXECUTED_INSNS;
            }
            CONTINUE
        }
    }
}

/// A chain's load of `width` bytes, for the native tier: the address is in the state's
/// `r1`, the value goes to its `r0`. Gives [`CONTINUE`] or the number of a fault.
///
/// The address takes the way through memory so that the verifier does not follow it.
#[inline(always)]
pub fn native_load(ctx: *mut xdp_md, state: *mut VmState, width: u32) -> i32 {
    let mut machine = KernelMachine::new(ctx, state);
    let address = unknown!((*state).regs[1]);
    let width = width_of(width);
    match memory_access::load(&mut machine, address, width) {
        Ok(value) => {
            // SAFETY: a field of the state.
            unsafe { (*state).regs[0] = value };
            CONTINUE
        }
        Err(fault) => fault as i32,
    }
}

/// A chain's store of the low `width` bytes of the state's `r2` at the address in its
/// `r1`, for the native tier. Gives [`CONTINUE`] or the number of a fault.
#[inline(always)]
pub fn native_store(ctx: *mut xdp_md, state: *mut VmState, width: u32) -> i32 {
    let mut machine = KernelMachine::new(ctx, state);
    let (address, value) = (unknown!((*state).regs[1]), unknown!((*state).regs[2]));
    match memory_access::store(&mut machine, address, width_of(width), value) {
        Ok(()) => CONTINUE,
        Err(fault) => fault as i32,
    }
}

/// Signed division and remainder as chains have them, for the native tier.
pub use hike_vm::{signed_div, signed_mod};

#[inline(always)]
fn width_of(bytes: u32) -> Width {
    match bytes {
        1 => Width::One,
        2 => Width::Two,
        4 => Width::Four,
        _ => Width::Eight,
    }
}

/// Starts a chain with the packet's address in `r1` and its length in `r2`.
#[inline(always)]
pub fn start_raw(ctx: *mut xdp_md, chain: u32) -> u32 {
    let state = state();
    forget_packet(state);
    // SAFETY: as in `loader`; the context is the kernel's.
    unsafe {
        begin(&mut *state, chain, Action::Pass as u32);
        (*state).regs[1] = memory::address(memory::PACKET, memory::PACKET_BYTES);
        (*state).regs[2] = KernelMachine::new(ctx, state).packet_length();
    }
    resume(ctx, state)
}

/// Clears what the state knows of an earlier packet.
#[inline(always)]
fn forget_packet(state: *mut VmState) {
    // SAFETY: a field of the state.
    unsafe { (*state).cursor = Cursor::default() };
}

/// Goes on with the chain: a few simple instructions here, the rest in the executor.
#[inline(always)]
fn resume(ctx: *mut xdp_md, state: *mut VmState) -> u32 {
    let mut machine = KernelMachine::new(ctx, state);
    let mut pc = unknown!((*state).pc);
    let (flow, _) = run_short(&mut machine, &mut pc);
    // SAFETY: a field of the state.
    unsafe { (*state).pc = pc };
    match flow {
        Flow::Program(id) => dispatch(ctx, state, id, pc),
        // SAFETY: a field of the state.
        Flow::End => unsafe { (*state).default_action },
        _ => {
            tail_call_executor(ctx);
            fault(state, Fault::Program as u32, pc)
        }
    }
}

/// The executor's run: the chain, interpreted until it calls a program or ends.
pub struct Run {
    ctx: *mut xdp_md,
    machine: KernelMachine,
    pc: u32,
    left: u32,
    /// The program that is called in the end.
    program: u32,
    end: End,
}

/// Where a run has led.
enum End {
    /// To the slot at `pc`: there is more to do.
    Open,
    /// To a program. Its ID is not in here: the compiler stores what is nothing there for the
    /// other ends, which may be half of a pointer, and the verifier refuses that.
    Program,
    /// The outermost chain has returned.
    Returned,
    /// The budget is used up before the slot at `pc`.
    Budget,
    /// The slot before `pc` is at fault: [`VmState::fault`] says why.
    Fault,
}

impl Run {
    /// Executes one instruction; false when the run is over.
    #[inline(always)]
    pub fn step(&mut self) -> bool {
        if self.left == 0 {
            self.end = End::Budget;
            return false;
        }
        self.left -= 1;
        self.end = match step(&mut self.machine, &mut self.pc) {
            Flow::Next | Flow::Escape => return true,
            Flow::Program(id) => {
                self.program = id;
                End::Program
            }
            Flow::End => End::Returned,
            Flow::Fault(kind) => {
                note_fault(self.machine.state(), kind);
                End::Fault
            }
        };
        false
    }

    /// Goes where the last instruction led.
    #[inline(always)]
    fn finish(mut self) -> u32 {
        let state = self.machine.state();
        (state.pc, state.budget) = (self.pc, self.left);
        let default_action = state.default_action;
        let state = core::ptr::from_mut(state);
        match self.end {
            End::Program => dispatch(self.ctx, state, self.program, self.pc),
            End::Returned => default_action,
            End::Budget => fault(state, Fault::Budget as u32, self.pc),
            End::Fault => fault(state, unknown!((*state).fault), self.pc.wrapping_sub(1)),
            // The kernel ended the loop before the budget did: another round.
            End::Open => {
                tail_call_executor(self.ctx);
                fault(state, Fault::Program as u32, self.pc)
            }
        }
    }
}

/// Writes down in the state why the run ends. By an instruction for each kind: a kind in a register
/// would be set ahead of every check, for all instructions that are not at fault.
#[inline(always)]
fn note_fault(state: &mut VmState, kind: Fault) {
    macro_rules! note {
        ($($kind:ident)*) => {
            match kind {
                // SAFETY: a field of the state.
                $(Fault::$kind => unsafe {
                    asm!(
                        "*(u32 *)({0} + {place}) = {kind}",
                        in(reg) core::ptr::from_mut(state),
                        place = const core::mem::offset_of!(VmState, fault),
                        kind = const Fault::$kind as u32,
                    )
                },)*
            }
        };
    }
    note!(Instruction Memory Packet Budget Frames Program Helper Chain);
}

/// Body of the executor: `all_steps` calls [`Run::step`] until it is false.
#[inline(always)]
pub fn execute(ctx: *mut xdp_md, all_steps: impl FnOnce(&mut Run)) -> u32 {
    let state = state();
    let machine = KernelMachine::new(ctx, state);
    let (pc, left) = (unknown!((*state).pc), unknown!((*state).budget));
    let mut run = Run {
        ctx,
        machine,
        pc,
        left,
        program: 0,
        end: End::Open,
    };
    all_steps(&mut run);
    run.finish()
}

/// Counts a fault at a slot of the code and gives the default action.
#[inline(always)]
fn fault(state: *mut VmState, kind: u32, slot: u32) -> u32 {
    let (chain, slot) = chain_of(slot);
    // SAFETY: fields of the state, and of a per-CPU map value that is in bounds.
    unsafe {
        if let Some(counters) = hike_faults.get_ptr_mut(chain) {
            // The mask is for the verifier, which after a callback knows no kind.
            let index = opaque(kind as usize) & (Fault::COUNT - 1);
            *(*counters).counts.as_mut_ptr().add(index) += 1;
            (*counters).last_pc = slot;
            (*counters).last_fault = kind;
        }
        (*state).default_action
    }
}

macro_rules! tail_call {
    ($ctx:expr, $map:expr, $index:expr) => {
        // SAFETY: the kernel's context and a program array; registers are given up as the
        // calling convention of eBPF says.
        unsafe {
            asm!(
                "r3 = {index}", "call 12", index = const $index,
                inout("r1") $ctx => _, inout("r2") $map => _,
                out("r3") _, out("r4") _, out("r5") _, out("r0") _,
            )
        }
    };
}

/// Jumps to the executor; returns only when it is not there or the packet has used up the
/// kernel's tail calls.
#[inline(always)]
fn tail_call_executor(ctx: *mut xdp_md) {
    tail_call!(ctx, &hike_executor, 0);
}

/// Jumps to a program. A constant index is a direct jump for the kernel's JIT, a variable
/// one an indirect jump, three times as expensive where Spectre is mitigated. `pc` is the
/// slot after the call.
#[inline(always)]
fn dispatch(ctx: *mut xdp_md, state: *mut VmState, id: u32, pc: u32) -> u32 {
    macro_rules! direct {
        ($($index:literal)*) => {
            match id {
                $($index => tail_call!(ctx, &hike_programs, $index),)*
                _ => indirect(ctx, id),
            }
        };
    }
    const _: () = assert!(DIRECT_PROGRAMS == 32);
    // IDs are given lowest first: the first four are found ahead of the others.
    let odd = has_bits::<1>;
    if id > 3 {
        direct!(4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26 27 28 29 30 31);
    } else if has_bits::<2>(id.into()) {
        match odd(id.into()) {
            false => tail_call!(ctx, &hike_programs, 2),
            true => tail_call!(ctx, &hike_programs, 3),
        }
    } else {
        match odd(id.into()) {
            false => tail_call!(ctx, &hike_programs, 0),
            true => tail_call!(ctx, &hike_programs, 1),
        }
    }
    fault(state, Fault::Program as u32, pc.wrapping_sub(1))
}

#[inline(always)]
fn indirect(ctx: *mut xdp_md, id: u32) {
    // SAFETY: as for direct tail calls.
    unsafe {
        asm!(
            "call 12",
            inout("r1") ctx => _, inout("r2") &hike_programs => _, inout("r3") u64::from(id) => _,
            out("r4") _, out("r5") _, out("r0") _,
        )
    }
}

/// Goes on with the chain after a program whose logic is done and has continued: what the
/// linker puts behind logic that was compiled without the VM.
#[inline(always)]
pub fn go_on(ctx: *mut xdp_md, state: *mut VmState) -> u32 {
    resume(ctx, state)
}

/// Starts the chain that a loader's decision alone has left in the state.
#[inline(always)]
pub fn start_decided(ctx: *mut xdp_md, state: *mut VmState) -> u32 {
    // SAFETY: as in `loader`.
    unsafe {
        let (chain, default_action) = ((*state).chain, (*state).default_action);
        if chain >= CHAINS {
            return default_action;
        }
        begin(&mut *state, chain, default_action);
    }
    resume(ctx, state)
}
