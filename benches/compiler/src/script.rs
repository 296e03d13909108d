//! Scripts to measure with.

use std::fmt::Write;

use hike_bench_compiler::repository;

/// Lines of one chain of [`large`].
const CHAIN: usize = 14;

/// A script of about so many lines: chains like those people write, each a little different.
pub fn large(lines: usize) -> String {
    let mut text = String::from(HEAD);
    let left = lines - HEAD.lines().count();
    for index in 0..left / CHAIN {
        chain(&mut text, index);
    }
    text
}

const HEAD: &str = r#""""A large script."""

from programs.hike_default import hike_drop, hike_pass, monitor
from programs.meter import ip6_sd_tbmon, ip6_dst_tbmon

"#;

fn chain(text: &mut String, index: usize) {
    let (limit, most) = (index % 50, index % 1000);
    let _ = write!(
        text,
        r#"# Chain {index} of many.
def chain_{index}(u64 : tos, u8 : port):
    """Decides about a port."""
    LIMIT={limit}
    u64 : res = ip6_dst_tbmon()
    if res != 0 and tos < LIMIT:
        res = ip6_sd_tbmon()
        monitor(port)
    elif Packet.readU16(12) == 0x86dd:
        res += tos * 3 + (port >> 2)
    if res > {most}:
        hike_drop()
    hike_pass()

"#
    );
}

/// The examples of the repository, in the order of their names.
pub fn examples() -> Vec<String> {
    let folder = repository().join("fixtures/scripts");
    let entries = std::fs::read_dir(folder).expect("the examples");
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    let read = |path| std::fs::read_to_string(path).expect("an example");
    paths.into_iter().map(read).collect()
}
