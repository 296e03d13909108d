//! Random scripts as text, well typed, with long lines.

use crate::scramble::Random;
use std::fmt::Write;

const NAMES: [&str; 5] = [
    "a",
    "b",
    "a_name",
    "some_longer_name",
    "a_name_that_takes_much_room",
];

const BINARY: [&str; 12] = [
    "+", "-", "*", "|", "&", "^", "==", "<", ">=", "and", "or", "<<",
];

/// A script of imports, configuration, and some chains.
pub fn script(seed: u64) -> String {
    let mut writer = Writer {
        random: Random(seed | 1),
        out: String::new(),
        depth: 0,
    };
    writer.imports();
    for chain in 0..1 + writer.random.below(3) {
        writer.chain(chain);
    }
    writer.out
}

struct Writer {
    random: Random,
    out: String,
    depth: usize,
}

impl Writer {
    fn imports(&mut self) {
        let names = [
            "monitor",
            "hike_pass",
            "ip6_tos_cls",
            "ip6_dst_meter",
            "ip6_hset_srcdst",
        ];
        let count = 1 + self.random.below(names.len() as u64) as usize;
        let names = names[..count].join(", ");
        let line = match self.random.below(3) {
            0 => format!("from programs.net import {names}"),
            1 => format!("from programs.net import ({names},)"),
            _ => format!("from programs.net import ({names})"),
        };
        self.line(&line);
        self.line("from loaders.hike_default import minimal_classifier");
        let entry = |number| format!("('fc01::{number:x}'): (chain_0)");
        let entries: Vec<String> = (0..self.random.below(6)).map(entry).collect();
        let map = entries.join(", ");
        self.line(&format!("minimal_classifier[map_ipv6] = {{{map}}}"));
        self.line("LIMIT = 3; const OTHER = LIMIT * 2 + 1");
    }

    fn line(&mut self, line: &str) {
        let indent = " ".repeat(self.depth * 2);
        // Writing to a string does not fail.
        let _ = writeln!(self.out, "{indent}{line}");
    }

    fn chain(&mut self, number: u64) {
        let param = |name: &&str| match name.len() % 3 {
            0 => format!("u64 : {name}"),
            1 => format!("{name}: u8"),
            _ => (*name).to_owned(),
        };
        let params: Vec<String> = NAMES.iter().map(param).collect();
        self.line(&format!("def chain_{number}({}):", params.join(", ")));
        self.depth += 1;
        self.block();
        self.depth -= 1;
    }

    fn block(&mut self) {
        for _ in 0..1 + self.random.below(3) {
            self.statement();
        }
    }

    fn statement(&mut self) {
        if self.depth < 5 && self.random.below(3) == 0 {
            return self.compound();
        }
        let statement = self.simple();
        let end = self.random.pick(&["", "", ";"]);
        let more = match self.random.below(4) {
            0 => format!("; {}", self.simple()),
            _ => String::new(),
        };
        self.line(&format!("{statement}{more}{end}"));
    }

    fn simple(&mut self) -> String {
        let name = self.random.pick(&NAMES);
        let value = self.expression(3);
        match self.random.below(6) {
            0 => format!("{name} += {value}"),
            1 => format!("monitor({value})"),
            2 => format!("{name} = {} = {value}", self.random.pick(&NAMES)),
            3 => "pass".to_owned(),
            _ => format!("{name} = {value}"),
        }
    }

    fn compound(&mut self) {
        let cond = self.expression(2);
        match self.random.below(4) {
            0 => self.line(&format!("while {cond}:")),
            1 => self.line("for turn in range(0, 10, 2):"),
            _ => {
                self.line(&format!("if {cond}:"));
                self.indented();
                let cond = self.expression(1);
                let one = self.simple();
                match self.random.below(3) {
                    0 => return self.line(&format!("else: {one}")),
                    1 => self.line(&format!("elif {cond}:")),
                    _ => return,
                }
            }
        }
        self.indented();
    }

    fn indented(&mut self) {
        self.depth += 1;
        self.block();
        self.depth -= 1;
    }

    fn expression(&mut self, depth: u32) -> String {
        let kind = if depth == 0 {
            7 + self.random.below(3)
        } else {
            self.random.below(10)
        };
        match kind {
            0..3 => self.binary(depth),
            3 => format!("({})", self.binary(depth)),
            4 => format!("-({})", self.binary(depth)),
            5 => format!(
                "max({}, {})",
                self.expression(depth - 1),
                self.expression(depth - 1)
            ),
            6 => {
                let (then, cond) = (self.expression(depth - 1), self.expression(depth - 1));
                format!("({then} if {cond} else {})", self.expression(depth - 1))
            }
            7 => format!("not {}", self.random.pick(&NAMES)),
            8 => self.random.pick(&NAMES).to_owned(),
            _ => self
                .random
                .pick(&["0x2a", "1_00", "7", "LIMIT", "u8(a)", "True"])
                .to_owned(),
        }
    }

    /// Begins with a variable: constants alone might not fit into what they are assigned to.
    fn binary(&mut self, depth: u32) -> String {
        let name = self.random.pick(&NAMES);
        let left = match self.random.below(3) {
            0 if depth > 1 => format!("({})", self.binary(depth - 1)),
            1 => format!("not {name}"),
            _ => name.to_owned(),
        };
        let op = self.random.pick(&BINARY);
        let right = self.expression(depth - 1);
        format!("{left} {op} {}", right.trim_start_matches("not "))
    }
}
