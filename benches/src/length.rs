//! What a chain costs over its length, beside a row of direct tail calls. The programs do
//! nothing, so all of it is the way from one to the next.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::os::fd::AsFd;

use hike_tests::bytecode::assemble;
use hike_tests::kernel_vm::KernelVm;
use hike_tests::packet::udp6;
use hike_vm::Quick;

use crate::measure::interleaved;
use crate::raw::{Program, Raw};

/// Lengths that are measured, in calls.
const LENGTHS: [usize; 8] = [1, 2, 5, 10, 15, 20, 25, 30];
/// The longest of them.
const LONGEST: usize = LENGTHS[LENGTHS.len() - 1];
/// The program that a chain calls, loaded as often as it is called at most: a processor runs
/// one program over and over faster than many.
const NOP: &str = "hike-ebpf/objects/nop.o";

/// Prints a row a length.
pub fn table() {
    let vm = KernelVm::with_programs(&[NOP; LONGEST]);
    let (_raw, row) = row();
    let many = LENGTHS.map(|length| chain(0..length));
    let one = LENGTHS.map(|length| chain(std::iter::repeat_n(0, length)));
    let packet = udp6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, &[0; 16]);
    let figures = interleaved(&packet, 3 * LENGTHS.len(), |index| {
        let length = index % LENGTHS.len();
        let chains = match index / LENGTHS.len() {
            0 => &one,
            1 => &many,
            _ => return row[row.len() - 1 - LENGTHS[length]].as_fd(),
        };
        vm.insert(&chains[length]);
        vm.start().as_fd()
    });
    println!(
        "| calls | HIKe, VM, of one program | HIKe, VM, each of another | direct tail calls by hand, each of another |"
    );
    println!("|---:|---:|---:|---:|");
    for (index, length) in LENGTHS.iter().enumerate() {
        let at = |series: usize| figures[series * LENGTHS.len() + index].median;
        let (one, many, row) = (at(0), at(1), at(2));
        println!("| {length} | {one:.0} | {many:.0} | {row:.0} |");
    }
    println!();
}

/// A chain that calls these programs, which do nothing.
fn chain(programs: impl Iterator<Item = usize>) -> BTreeMap<u32, Quick> {
    let mut lines: Vec<String> = programs.map(|id| format!("call program {id}")).collect();
    lines.push("exit".to_owned());
    BTreeMap::from([(1, assemble(&lines).expect("a chain"))])
}

/// Programs that do nothing but jump to the next one; the last one ends the row.
fn row() -> (Raw, Vec<Program>) {
    let mut raw = Raw::default();
    let mut programs: Vec<Program> = (1..=LONGEST as u32)
        .map(|next| raw.load("raw_step", Some(next)))
        .collect();
    programs.push(raw.load("raw_empty", None));
    for (index, program) in (0..).zip(&programs) {
        raw.set("raw_row", index, program);
    }
    (raw, programs)
}
