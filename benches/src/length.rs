//! What a chain costs over its length, beside a row of direct tail calls.

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
/// The program that a chain calls, loaded as often as it is called: a processor runs one
/// program over and over faster than many.
const NOP: &str = "hike-ebpf/objects/nop.o";

/// Prints a row a length.
pub fn table() {
    let vm = KernelVm::with_programs(&[NOP; LONGEST]);
    let (_raw, row) = row();
    let chains = LENGTHS.map(chain);
    let packet = udp6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, &[0; 16]);
    let figures = interleaved(&packet, 2 * LENGTHS.len(), |index| {
        match chains.get(index) {
            Some(chain) => {
                vm.insert(chain);
                vm.start().as_fd()
            }
            None => {
                let length = LENGTHS[index - LENGTHS.len()];
                row[row.len() - 1 - length].as_fd()
            }
        }
    });
    println!("| calls | HIKe, VM, ns | by hand, direct tail calls, ns | difference a call, ns |");
    println!("|---:|---:|---:|---:|");
    let (chains, rows) = figures.split_at(LENGTHS.len());
    for (length, (chain, row)) in LENGTHS.iter().zip(chains.iter().zip(rows)) {
        let (chain, row) = (chain.median, row.median);
        let difference = (chain - row) / *length as f64;
        println!("| {length} | {chain:.0} | {row:.0} | {difference:.1} |");
    }
    println!();
}

/// A chain that calls so many programs that do nothing.
fn chain(length: usize) -> BTreeMap<u32, Quick> {
    let mut lines: Vec<String> = (0..length).map(|id| format!("call program {id}")).collect();
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
