//! The verifier's log in one line.

/// What the verifier complained about: the last line of its log that says something.
pub fn complaint(log: &str) -> Option<&str> {
    let mut lines = log.lines().map(str::trim);
    lines.rfind(|line| says_something(line))
}

/// Whether a line is not an instruction, a state, a source line or a statistic.
fn says_something(line: &str) -> bool {
    const NOISE: [&str; 10] = [
        "processed ",
        "verification time",
        "stack depth",
        "mark_precise",
        "from ",
        "last_idx",
        "regs=",
        "parent ",
        "max_states",
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
        assert_eq!(complaint(log), expected, "{log}");
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
