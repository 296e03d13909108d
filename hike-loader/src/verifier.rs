//! The verifier's log in one line: what it complained about, and at which instruction.

/// Why the verifier refuses a program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Complaint<'a> {
    /// The last line of its log that says something.
    pub text: &'a str,
    /// The instruction it had come to, or that it names; none where it looked at the
    /// program as a whole.
    pub instruction: Option<u32>,
}

/// Finds the complaint in a log.
pub fn complaint(log: &str) -> Option<Complaint<'_>> {
    let lines: Vec<&str> = log.lines().map(str::trim).collect();
    let at = lines.iter().rposition(|line| says_something(line))?;
    let text = lines[at];
    let before = lines[..at].iter().rev();
    let reached = || before.copied().find_map(instruction);
    Some(Complaint {
        text,
        instruction: named(text).or_else(reached),
    })
}

/// The instruction that a line lists, which starts with its number.
fn instruction(line: &str) -> Option<u32> {
    let (number, rest) = line.split_once(':')?;
    rest.trim_start()
        .starts_with('(')
        .then(|| number.parse().ok())?
}

/// The instruction that a complaint names, such as `unreachable insn 12`.
fn named(text: &str) -> Option<u32> {
    let (_, rest) = text.split_once("insn ")?;
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    rest[..digits].parse().ok()
}

/// Whether a line is not an instruction, a state, a source line or a statistic.
fn says_something(line: &str) -> bool {
    const NOISE: [&str; 12] = [
        "processed ",
        "verification time",
        "stack depth",
        "mark_precise",
        "from ",
        "last_idx",
        "regs=",
        "parent ",
        "max_states",
        "cur state:",
        "old state:",
        ";",
    ];
    let is_instruction = || {
        let digits = line.bytes().take_while(u8::is_ascii_digit).count();
        digits > 0 && line[digits..].starts_with(':')
    };
    let is_state = || {
        let register = line.strip_prefix('R');
        let register = register.or_else(|| line.strip_prefix("fp"));
        register.is_some_and(|rest| {
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let after = &rest[digits..];
            digits > 0 && (after.starts_with('=') || after.starts_with("_w="))
        })
    };
    !line.is_empty()
        && !NOISE.iter().any(|noise| line.starts_with(noise))
        && !is_instruction()
        && !is_state()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(log: &str, expected: Option<&str>) {
        let found = complaint(log).map(|complaint| complaint.text);
        assert_eq!(found, expected, "{log}");
    }

    #[test]
    fn the_instruction_is_the_one_that_is_named_or_the_last() {
        let at = |log: &str| complaint(log).and_then(|complaint| complaint.instruction);
        let listing = "4: (b7) r2 = 0\n5: (61) r0 = *(u32 *)(r1 +0)";
        assert_eq!(
            at(&format!("{listing}\nR1 !read_ok\nprocessed 6 insns")),
            Some(5)
        );
        assert_eq!(
            at(&format!("{listing}\ninfinite loop detected at insn 4\n")),
            Some(4)
        );
        assert_eq!(at("unreachable insn 12\n"), Some(12));
        assert_eq!(at("unknown opcode e5\n"), None);
        let from = "from 4 to 9: R0=0\n9: R0=0\n9: (95) exit\nR0 !read_ok";
        assert_eq!(at(from), Some(9));
    }

    #[test]
    fn the_complaint_is_found_before_the_statistics() {
        check(
            "0: R1=ctx() R10=fp0\n; return 0\n0: (95) exit\nR0 !read_ok\n\
             verification time 20 usec\nstack depth 0\n\
             processed 1 insns (limit 1000000) max_states_per_insn 0",
            Some("R0 !read_ok"),
        );
        check(
            "5: (61) r0 = *(u32 *)(r1 +0)\ninvalid access to packet, off=0 size=4, R1(id=0,off=0,r=0)\n\
             R1 offset is outside of the packet\nprocessed 9 insns\n",
            Some("R1 offset is outside of the packet"),
        );
        check("unknown opcode e5\n", Some("unknown opcode e5"));
        check("R1=ctx() R10=fp0\n0: (95) exit\n", None);
        check("", None);
    }
}
