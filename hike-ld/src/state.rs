//! How code finds the VM's state of the CPU it runs on.
//!
//! The states of all CPUs are one value of a map, and a reference to that map is the address
//! of the value (`hike_abi::vm_maps::BY_ADDRESS`): the state is there plus [`offset`].

use hike_abi::VmState;
use hike_abi::limits::CPUS;
use hike_isa::{AluOp, Insn, Operand, Reg, Width};

/// The kernel's `bpf_get_smp_processor_id`.
pub const CPU_NUMBER: u32 = 8;

// An offset is a mask and a shift.
const _: () = assert!(CPUS.is_power_of_two() && size_of::<VmState>().is_power_of_two());

/// `r0`: how far this CPU's state is from that of the first one. The mask tells the verifier
/// what every host keeps: it has at most [`CPUS`].
pub fn offset() -> [Insn; 3] {
    let last_cpu = CPUS.cast_signed() - 1;
    let shift = size_of::<VmState>().trailing_zeros().cast_signed();
    [
        Insn::CallHelper { number: CPU_NUMBER },
        alu(AluOp::And, last_cpu),
        alu(AluOp::ShiftLeft, shift),
    ]
}

fn alu(op: AluOp, imm: i32) -> Insn {
    Insn::Alu {
        width: Width::W32,
        op,
        dst: Reg::R0,
        src: Operand::Imm(imm),
    }
}
