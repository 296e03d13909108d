//! Chains in the two VMs and in the native tier.

use super::compile::Compiled;
use super::world::{End, PROGRAMS, Run, World};
use crate::bytecode::{self, Observed};
use crate::kernel_vm::KernelVm;
use crate::native_vm::{NativeVm, Refused};
use hike_abi::{Action, CONTINUE, Fault, HikeCall, memory};
use hike_format::native::Guard;
use hike_loader::kernel::{Kernel, Linux};
use hike_vm::Quick;
use hike_vm::host::{Host, Outcome, Programs};
use std::collections::BTreeMap;

/// What the first chain is given, as by the kernel's start program: address and length of
/// the packet.
pub fn arguments(packet: &[u8]) -> [u64; 2] {
    let start = memory::address(memory::PACKET, memory::PACKET_BYTES);
    [start, packet.len() as u64]
}

/// The program in the kernel, `PROGRAMS[0]`.
pub const KERNEL_PROGRAMS: [&str; 1] = ["hike-ebpf/objects/nop.o"];

/// Runs chain 1 in the host's VM.
///
/// # Panics
/// On faults that no script can cause.
pub fn on_host(chains: &BTreeMap<u32, Quick>, packet: &[u8]) -> Run {
    counted_on_host(chains, packet).0
}

/// The same, with the number of instructions executed.
///
/// # Panics
/// On faults that no script can cause.
pub fn counted_on_host(chains: &BTreeMap<u32, Quick>, packet: &[u8]) -> (Run, u32) {
    let mut host = Host::default();
    for (id, chain) in chains {
        host.insert(*id, chain);
    }
    let mut programs = Answers(World::new(packet));
    let mut after = packet.to_vec();
    let outcome = host.run(1, &arguments(packet), &mut after, &mut programs);
    let calls = programs.0.finish(Ok(0)).calls;
    let last = calls.last().map_or(0, |(program, _)| *program);
    let end = match outcome {
        Outcome::Returned(value) => End::Returned(value),
        Outcome::Verdict(_) => End::Ended(last),
        Outcome::Fault { fault, .. } => ending(fault),
    };
    let run = Run {
        calls,
        packet: after,
        end,
    };
    (run, host.executed)
}

fn ending(fault: Fault) -> End {
    match fault {
        Fault::Packet => End::Fault,
        Fault::Budget | Fault::Program | Fault::Frames => End::Exhausted,
        other => panic!("a script caused the fault {}", other.name()),
    }
}

/// Programs that answer as the world does, and leave nothing in the argument registers.
struct Answers(World);

impl Programs for Answers {
    fn call(&mut self, id: u32, call: &mut HikeCall, _: &mut Vec<u8>) -> Option<i32> {
        let params = PROGRAMS[id as usize].params.len();
        match self.0.program(id as usize, &call.args[..params]) {
            Ok(value) => call.ret = value,
            Err(End::Ended(_)) => return Some(Action::Drop as i32),
            Err(_) => return None,
        }
        call.args = [0xdead_beef; 5];
        Some(CONTINUE)
    }
}

/// Runs chain 1 in the kernel's VM; its calls are not recorded.
pub fn in_kernel(vm: &KernelVm, chains: &BTreeMap<u32, Quick>, packet: &[u8]) -> Run {
    run_of(vm.run(chains, packet))
}

/// Runs a chain in the native tier; its calls are not recorded.
///
/// # Errors
/// When it cannot be fused, or the kernel refuses what it was fused to.
///
/// # Panics
/// When the chain does something else to the packet where nobody looks at the VM's state.
pub fn in_native(
    native: &NativeVm,
    compiled: &Compiled,
    chain: &str,
    packet: &[u8],
) -> Result<Run, Refused> {
    let chains = compiled.bytecode(chain);
    let guard = match Linux.has_may_goto() {
        true => Guard::Kernel,
        false => Guard::Counter,
    };
    let quick = compiled.quick(chain);
    let observed = native.run(&chains, &quick, packet, guard)?;
    let unobserved = native.run_unobserved(&chains, &quick, packet, guard)?;
    assert_eq!(
        unobserved.packet, observed.packet,
        "{chain}: the packet depends on whether somebody looks at the state"
    );
    Ok(run_of(observed))
}

fn run_of(observed: Observed) -> Run {
    Run {
        calls: Vec::new(),
        packet: observed.packet,
        end: match observed.end {
            bytecode::End::Returned(value) => End::Returned(value),
            bytecode::End::Fault { fault, .. } => ending(fault),
        },
    }
}
