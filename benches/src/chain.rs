//! What a chain costs: packets through a private VM in the kernel.

use std::collections::BTreeMap;
use std::net::Ipv6Addr;
use std::os::fd::AsFd;

use hike_tests::bytecode::assemble;
use hike_tests::kernel_vm::KernelVm;
use hike_tests::packet::udp6;
use hike_vm::Quick;

use crate::measure::{Figure, interleaved};
use crate::report::Report;

/// Two chains that differ only by `count` times the same lines; the difference of their
/// times is what the lines cost.
struct Pair {
    name: &'static str,
    lines: &'static str,
    few: usize,
    many: usize,
}

/// The pair that has a goal of its own.
const CALL: &str = "a call of a program that does nothing";

const PAIRS: &[Pair] = &[
    pair(CALL, "call program 0", 1, 31),
    pair(
        "such a call with a constant argument",
        "r1 = 7\ncall program 0",
        1,
        31,
    ),
    pair(
        "such a call and a comparison of its result",
        "call program 0\nif r0 != 0 goto +0",
        1,
        31,
    ),
    pair(
        "a packet read, a comparison and such a call",
        "r1 = 12\ncall 2\nif r0 == 0 goto +0\ncall program 0",
        1,
        11,
    ),
    pair("a call of a chain that returns", "call chain 2", 1, 31),
    pair("an addition", "r6 += 1", 20, 220),
    pair(
        "a store to and a load from the stack, each",
        "*(u64 *)(r10 - 0x8) = r6\nr6 = *(u64 *)(r10 - 0x8)",
        10,
        110,
    ),
    pair(
        "a load by a pointer to the packet",
        "r6 = *(u16 *)(r1 + 0xc)",
        20,
        220,
    ),
    pair(
        "a packet read in network order (two instructions)",
        "r1 = 12\ncall 2",
        10,
        110,
    ),
];

const fn pair(name: &'static str, lines: &'static str, few: usize, many: usize) -> Pair {
    Pair {
        name,
        lines,
        few,
        many,
    }
}

impl Pair {
    fn chain(&self, count: usize) -> BTreeMap<u32, Quick> {
        let mut lines: Vec<String> = Vec::new();
        for _ in 0..count {
            lines.extend(self.lines.lines().map(str::to_owned));
        }
        lines.push("exit".to_owned());
        let returns = ["exit".to_owned()];
        BTreeMap::from([
            (1, assemble(&lines).expect("a chain")),
            (2, assemble(&returns).expect("a chain")),
        ])
    }

    /// How many of what the name says one repetition holds.
    fn units(&self) -> usize {
        if self.name.ends_with("each") { 2 } else { 1 }
    }
}

/// Reports what a packet, a call and an instruction cost.
pub fn table(report: &mut Report) {
    let vm = KernelVm::with_programs(&["hike-ebpf/objects/nop.o"]);
    let mut variants = vec![BTreeMap::from([(
        1,
        assemble(&["exit".to_owned()]).expect("a chain"),
    )])];
    for pair in PAIRS {
        variants.push(pair.chain(pair.few));
        variants.push(pair.chain(pair.many));
    }
    let packet = udp6(Ipv6Addr::LOCALHOST, Ipv6Addr::LOCALHOST, &[0; 16]);
    let figures = interleaved(&packet, variants.len(), |variant| {
        vm.insert(&variants[variant]);
        vm.start().as_fd()
    });
    print(report, &figures);
}

fn print(report: &mut Report, figures: &[Figure]) {
    report.heading("Calls and instructions, VM tier");
    report.table(&["what", "ns", "spread"]);
    let Figure { median, spread } = figures[0];
    let cells = [format!("{median:.0}"), format!("{spread:.1}")];
    report.row(&["a packet through an empty chain", &cells[0], &cells[1]]);
    let mut slowest: f64 = 0.0;
    for (pair, figures) in PAIRS.iter().zip(figures[1..].chunks(2)) {
        let count = ((pair.many - pair.few) * pair.units()) as f64;
        let cost = (figures[1].median - figures[0].median) / count;
        let spread = (figures[1].spread + figures[0].spread) / count;
        let cells = [format!("{cost:.1}"), format!("{spread:.1}")];
        report.row(&[pair.name, &cells[0], &cells[1]]);
        match pair.name {
            CALL => report.goal("a program call in the VM tier", 5.0, cost, "ns"),
            name if name.contains("call") || name.contains("(two") => {}
            _ => slowest = slowest.max(cost),
        }
    }
    report.goal(
        "an interpreted instruction, the slowest above",
        3.0,
        slowest,
        "ns",
    );
}
