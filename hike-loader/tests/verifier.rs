//! What is made of the verifier's words: logs of real refusals, recorded from a kernel.
//!
//! `BLESS=1 cargo test -p hike-loader --test verifier` as root records them anew: every
//! program below is given to the kernel, which must refuse it.

use std::path::PathBuf;

use hike_isa::Insn;
use hike_loader::sys::capabilities;
use hike_loader::sys::program::{Code, load};
use hike_loader::verifier::complaint;

/// Lines of a log that are recorded: its end, as kernels from 6.4 on keep of long ones.
const LINES: usize = 60;

/// A program that the verifier refuses: its name, its code, and what must come of its log.
struct Refused {
    name: &'static str,
    code: &'static [&'static str],
    complaint: &'static str,
    instruction: Option<u32>,
}

/// Refusals as they happen to programs of chains.
const REFUSED: &[Refused] = &[
    Refused {
        name: "no_value",
        code: &["r0 = r9", "exit"],
        complaint: "R9 !read_ok",
        instruction: Some(0),
    },
    Refused {
        name: "packet_bounds",
        code: &[
            "r2 = *(u32 *)(r1 + 0)",
            "r3 = *(u32 *)(r1 + 4)",
            "r4 = r2",
            "r4 += 2",
            "if r4 > r3 goto +1",
            "r0 = *(u32 *)(r2 + 0)",
            "r0 = 2",
            "exit",
        ],
        complaint: "R2 offset is outside of the packet",
        instruction: Some(5),
    },
    Refused {
        name: "unbounded_offset",
        code: &[
            "r6 = r1",
            "call 5",
            "r2 = *(u32 *)(r6 + 0)",
            "r3 = *(u32 *)(r6 + 4)",
            "r2 += r0",
            "r4 = r2",
            "r4 += 8",
            "if r4 > r3 goto +1",
            "r0 = *(u64 *)(r2 + 0)",
            "exit",
        ],
        complaint: "math between pkt pointer and register with unbounded min value is not allowed",
        instruction: Some(4),
    },
    Refused {
        name: "beyond_the_stack",
        code: &["r2 = 1", "*(u64 *)(r10 - 520) = r2", "r0 = 2", "exit"],
        complaint: "invalid write to stack R10 off=-520 size=8",
        instruction: Some(1),
    },
    Refused {
        name: "no_map",
        code: &["r2 = r10", "r2 += -8", "r1 = 0", "call 1", "r0 = 2", "exit"],
        complaint: "R1 type=scalar expected=map_ptr",
        instruction: Some(3),
    },
    Refused {
        name: "unreachable",
        code: &["r0 = 2", "exit", "r0 = 1", "exit"],
        complaint: "unreachable insn 2",
        instruction: Some(2),
    },
    Refused {
        name: "endless_loop",
        code: &["r0 = 2", "if r0 != 1 goto -1", "exit"],
        complaint: "infinite loop detected at insn 1",
        instruction: Some(1),
    },
    Refused {
        name: "unbounded_loop",
        code: &[
            "call 5",
            "r6 = r0",
            "r6 += -1",
            "call 7",
            "if r0 == 0 goto +1",
            "if r6 != 0 goto -4",
            "r0 = 2",
            "exit",
        ],
        complaint: "The sequence of 8193 jumps is too complex.",
        instruction: Some(5),
    },
    Refused {
        name: "falls_off",
        code: &["r0 = 2"],
        complaint: "last insn is not an exit or jmp",
        instruction: None,
    },
    Refused {
        name: "unknown_helper",
        code: &["call 9999", "exit"],
        complaint: "invalid func unknown#9999",
        instruction: Some(0),
    },
    Refused {
        name: "context_write",
        code: &["r2 = 1", "*(u32 *)(r1 + 0) = r2", "r0 = 2", "exit"],
        complaint: "invalid bpf_context access off=0 size=4",
        instruction: Some(1),
    },
];

impl Refused {
    fn path(&self) -> PathBuf {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../fixtures/verifier");
        PathBuf::from(folder).join(format!("{}.log", self.name))
    }

    /// What the kernel says of it now.
    fn log(&self) -> String {
        let insns = self.code.iter().map(|line| line.parse::<Insn>());
        let insns = insns.map(|insn| insn.expect("an instruction"));
        let slots = insns.flat_map(|insn| insn.encode().slots().to_vec());
        let bytes: Vec<u8> = slots.flat_map(|slot| slot.to_bytes()).collect();
        let code = Code {
            name: self.name,
            instructions: &bytes,
            license: c"GPL",
            ..Code::default()
        };
        let refusal = load(&code, None).expect_err(self.name);
        let lines: Vec<&str> = refusal.log.lines().collect();
        let end = lines.len().saturating_sub(LINES);
        format!("{}\n", lines[end..].join("\n"))
    }

    fn check(&self, log: &str) {
        let found = complaint(log).unwrap_or_else(|| panic!("{}: nothing in {log}", self.name));
        let found = (found.text, found.instruction);
        assert_eq!(found, (self.complaint, self.instruction), "{}", self.name);
    }
}

#[test]
fn recorded_refusals_are_understood() {
    if std::env::var_os("BLESS").is_some() {
        let record = |refused: &Refused| std::fs::write(refused.path(), refused.log());
        REFUSED
            .iter()
            .for_each(|refused| record(refused).expect("a fixture"));
    }
    for refused in REFUSED {
        let path = refused.path();
        let log = std::fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{}: {error}: `BLESS=1` as root records it", path.display())
        });
        refused.check(&log);
    }
}

/// Words differ from kernel to kernel; that there is a complaint, and where, does not.
#[test]
fn this_kernels_refusals_are_understood() {
    let missing = capabilities::missing();
    if !missing.is_empty() {
        let required = std::env::var_os("HIKE_REQUIRE_KERNEL").is_some_and(|it| !it.is_empty());
        assert!(!required, "this process may not load programs");
        eprintln!("skipped: this process may not load programs");
        return;
    }
    for refused in REFUSED {
        let log = refused.log();
        let found = complaint(&log).unwrap_or_else(|| panic!("{}: {log}", refused.name));
        assert_eq!(
            found.instruction, refused.instruction,
            "{}: {log}",
            refused.name
        );
    }
}
