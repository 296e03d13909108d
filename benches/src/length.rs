//! What a chain costs over its length in both tiers, beside a row of direct tail calls. The
//! programs do nothing, so all of it is the way from one to the next.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::os::fd::AsFd;

use hike_format::native::Guard;
use hike_loader::kernel::{Kernel, Linux};
use hike_tests::bytecode::{assemble, assemble_bytecode};
use hike_tests::kernel_vm::KernelVm;
use hike_tests::native_vm::NativeVm;
use hike_tests::packet::udp6;
use hike_vm::Quick;

use crate::measure::interleaved;
use crate::plot::{self, Series};
use crate::raw::{Program, Raw};
use crate::report::Report;

/// What is measured.
const NAMES: [&str; 4] = [
    "VM, one program again and again",
    "VM, each call of another program",
    "native, each call of another program",
    "direct tail calls by hand, each of another",
];
/// Lengths that are measured, in calls.
const LENGTHS: [usize; 8] = [1, 2, 5, 10, 15, 20, 25, 30];
/// The longest of them.
const LONGEST: usize = LENGTHS[LENGTHS.len() - 1];
/// The program that a chain calls, loaded as often as it is called at most: a processor runs
/// one program over and over faster than many.
const NOP: &str = "hike-ebpf/objects/nop.o";

/// Reports a row a length.
pub fn table(report: &mut Report) {
    let vm = KernelVm::with_programs(&[NOP; LONGEST]);
    let (_raw, row) = row();
    let many = LENGTHS.map(|length| chain(0..length));
    let one = LENGTHS.map(|length| chain(std::iter::repeat_n(0, length)));
    let native = native();
    let packet = udp6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, &[0; 16]);
    let figures = interleaved(&packet, NAMES.len() * LENGTHS.len(), |index| {
        let length = index % LENGTHS.len();
        let chains = match index / LENGTHS.len() {
            0 => &one,
            1 => &many,
            2 => return native[length].as_fd(),
            _ => return row[row.len() - 1 - LENGTHS[length]].as_fd(),
        };
        vm.insert(&chains[length]);
        vm.start().as_fd()
    });
    let series = NAMES.into_iter().zip(figures.chunks(LENGTHS.len()));
    let series: Vec<Series> = series
        .map(|(name, figures)| Series {
            name,
            points: std::iter::zip(LENGTHS, figures)
                .map(|(length, figure)| (length as f64, figure.median))
                .collect(),
        })
        .collect();
    print(report, &series);
}

fn print(report: &mut Report, series: &[Series]) {
    report.heading("Cost over the length of a chain");
    report.line("Calls of programs that do nothing, ns a packet.\n");
    let mut columns = vec!["calls"];
    columns.extend(series.iter().map(|it| it.name));
    report.table(&columns);
    for (index, length) in LENGTHS.iter().enumerate() {
        let mut cells = vec![length.to_string()];
        cells.extend(series.iter().map(|it| format!("{:.0}", it.points[index].1)));
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        report.row(&cells);
    }
    let plot = plot::lines("calls", "ns a packet", series);
    report.plot("length", "Cost over the length of a chain", plot);
}

/// The lines of a chain that calls these programs, which do nothing.
fn lines(programs: impl Iterator<Item = usize>) -> Vec<String> {
    let mut lines: Vec<String> = programs.map(|id| format!("call program {id}")).collect();
    lines.push("exit".to_owned());
    lines
}

fn chain(programs: impl Iterator<Item = usize>) -> BTreeMap<u32, Quick> {
    BTreeMap::from([(1, assemble(&lines(programs)).expect("a chain"))])
}

/// Chains of all lengths, each fused with as many programs.
fn native() -> [Program; LENGTHS.len()] {
    let vm = NativeVm::with_programs(&[NOP; LONGEST]);
    let guard = match Linux.has_may_goto() {
        true => Guard::Kernel,
        false => Guard::Counter,
    };
    LENGTHS.map(|length| {
        let chain = assemble_bytecode(&lines(0..length)).expect("a chain");
        let chains = BTreeMap::from([(1, chain)]);
        vm.load(&chains, guard, false).expect("a fused chain")
    })
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
