//! Text to instructions: reads what [`Display`](core::fmt::Display) writes, one
//! instruction a line, so that test cases and bug reports can be written by hand.

use core::fmt;
use core::str::FromStr;

use crate::insn::{Insn, Operand, Reg};
use crate::ops::{AluOp, JumpOp, Size, SwapKind, Width};

/// The text is no instruction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseError {
    /// What was expected where the text stopped making sense.
    pub expected: &'static str,
}

impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {}", self.expected)
    }
}

impl core::error::Error for ParseError {}

type Result<T> = core::result::Result<T, ParseError>;

fn error<T>(expected: &'static str) -> Result<T> {
    Err(ParseError { expected })
}

impl FromStr for Insn {
    type Err = ParseError;

    fn from_str(text: &str) -> Result<Self> {
        let text = text.trim();
        if text == "exit" {
            return Ok(Self::Exit);
        }
        if let Some(rest) = text.strip_prefix("call ") {
            return call(rest);
        }
        if let Some(rest) = text.strip_prefix("gotol ") {
            return Ok(Self::Goto {
                off: number(rest)? as i32,
                long: true,
            });
        }
        if let Some(rest) = text.strip_prefix("goto ") {
            let off = i16::try_from(number(rest)?).or(error("a distance of 16 bits"))?;
            return Ok(Self::Goto {
                off: off.into(),
                long: false,
            });
        }
        if let Some(rest) = text.strip_prefix("if ") {
            return jump_if(rest);
        }
        if text.starts_with('*') {
            return store(text);
        }
        assignment(text)
    }
}

/// A number in decimal or, after `0x`, in hexadecimal, with a sign.
fn number(text: &str) -> Result<i64> {
    let text = text.trim();
    let (negative, digits) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        Some(b'+') => (false, &text[1..]),
        _ => (false, text),
    };
    let parsed = match digits.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => digits.parse(),
    };
    match parsed {
        Ok(value) if negative => Ok((value as i64).wrapping_neg()),
        Ok(value) => Ok(value as i64),
        Err(_) => error("a number"),
    }
}

fn imm32(text: &str) -> Result<i32> {
    i32::try_from(number(text)?).or(error("a constant of 32 bits"))
}

/// A register and the width its name asks for: `r1` or `w1`.
fn register(text: &str) -> Result<(Width, Reg)> {
    let text = text.trim();
    let (width, digits) = if let Some(digits) = text.strip_prefix('r') {
        (Width::W64, digits)
    } else if let Some(digits) = text.strip_prefix('w') {
        (Width::W32, digits)
    } else {
        return error("a register");
    };
    let reg = digits.parse().ok().and_then(Reg::new);
    reg.map(|reg| (width, reg)).ok_or(ParseError {
        expected: "a register r0 to r10",
    })
}

fn reg64(text: &str) -> Result<Reg> {
    match register(text)? {
        (Width::W64, reg) => Ok(reg),
        _ => error("a 64-bit register"),
    }
}

fn operand(text: &str, width: Width) -> Result<Operand> {
    match register(text) {
        Ok((found, reg)) if found == width => Ok(Operand::Reg(reg)),
        Ok(_) => error("registers of one width"),
        Err(_) => imm32(text).map(Operand::Imm),
    }
}

fn call(text: &str) -> Result<Insn> {
    let number = imm32(text)?;
    // A symbol's call holds a negative number until it is relocated.
    Ok(if number < 0 {
        Insn::CallSymbol { imm: number }
    } else {
        Insn::CallHelper {
            number: number as u32,
        }
    })
}

fn jump_if(text: &str) -> Result<Insn> {
    let Some((condition, off)) = text.split_once(" goto ") else {
        return error("`goto` after the condition");
    };
    let mut words = condition.split_whitespace();
    let (Some(dst), Some(op), Some(src), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return error("a condition of three words");
    };
    let (width, dst) = register(dst)?;
    let found = JumpOp::ALL.iter().find(|known| known.symbol() == op);
    Ok(Insn::JumpIf {
        width,
        op: *found.ok_or(ParseError {
            expected: "a comparison",
        })?,
        dst,
        src: operand(src, width)?,
        off: i16::try_from(number(off)?).or(error("a distance of 16 bits"))?,
    })
}

/// `*(u32 *)(r1 + 0x8)`: size, sign, base and offset.
fn place(text: &str) -> Result<(Size, bool, Reg, i16)> {
    let inner = text.trim().strip_prefix("*(").and_then(|text| {
        let (ty, rest) = text.split_once(" *)(")?;
        Some((ty, rest.strip_suffix(')')?))
    });
    let Some((ty, address)) = inner else {
        return error("a place like *(u64 *)(r1 + 0x8)");
    };
    let (signed, bits) = match ty.split_at_checked(1) {
        Some(("s", bits)) => (true, bits),
        Some(("u", bits)) => (false, bits),
        _ => return error("a type u8 to u64 or s8 to s32"),
    };
    let size = Size::ALL
        .into_iter()
        .find(|size| bits.parse() == Ok(size.bits()));
    let mut words = address.split_whitespace();
    let (Some(base), Some(sign), Some(off), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return error("a base register and an offset");
    };
    let off = number(off)? * if sign == "-" { -1 } else { 1 };
    Ok((
        size.ok_or(ParseError {
            expected: "a size of 8, 16, 32 or 64 bits",
        })?,
        signed,
        reg64(base)?,
        i16::try_from(off).or(error("an offset of 16 bits"))?,
    ))
}

fn store(text: &str) -> Result<Insn> {
    let Some((target, value)) = text.split_once(" = ") else {
        return error("`=` after the place");
    };
    let (size, _, base, off) = place(target)?;
    Ok(Insn::Store {
        size,
        base,
        off,
        src: operand(value, Width::W64)?,
    })
}

fn assignment(text: &str) -> Result<Insn> {
    let mut words = text.splitn(3, ' ');
    let (Some(target), Some(op), Some(value)) = (words.next(), words.next(), words.next()) else {
        return error("an instruction");
    };
    let (width, dst) = register(target)?;
    if op == "=" {
        return mov(width, dst, value.trim());
    }
    let found = AluOp::ALL.iter().find(|known| known.symbol() == op);
    Ok(Insn::Alu {
        width,
        op: *found.ok_or(ParseError {
            expected: "an assignment",
        })?,
        dst,
        src: operand(value, width)?,
    })
}

fn mov(width: Width, dst: Reg, value: &str) -> Result<Insn> {
    if value.starts_with("*(") {
        let (size, signed, base, off) = place(value)?;
        return Ok(Insn::Load {
            size,
            signed,
            dst,
            base,
            off,
        });
    }
    if let Some(constant) = value.strip_suffix(" ll") {
        let imm = number(constant)? as u64;
        return Ok(Insn::LoadImm64 { dst, imm });
    }
    let negated = value.strip_prefix('-');
    if negated.is_some_and(|rest| register(rest) == Ok((width, dst))) {
        return Ok(Insn::Neg { width, dst });
    }
    if let Some(rest) = value.strip_prefix("(s") {
        return mov_signed(width, dst, rest);
    }
    if let Some(insn) = swap(dst, value) {
        return Ok(insn);
    }
    Ok(Insn::Alu {
        width,
        op: AluOp::Mov,
        dst,
        src: operand(value, width)?,
    })
}

fn mov_signed(width: Width, dst: Reg, text: &str) -> Result<Insn> {
    let Some((bits, src)) = text.split_once(')') else {
        return error("`)` after the size");
    };
    let from = match bits {
        "8" => Size::U8,
        "16" => Size::U16,
        "32" if width == Width::W64 => Size::U32,
        _ => return error("a size smaller than the register"),
    };
    match operand(src, width)? {
        Operand::Reg(src) => Ok(Insn::MovSigned {
            width,
            from,
            dst,
            src,
        }),
        Operand::Imm(_) => error("a register after the size"),
    }
}

/// `be16 r1`: a kind, a number of bits, the register again.
fn swap(dst: Reg, text: &str) -> Option<Insn> {
    let (operation, _) = text.split_once(' ')?;
    let kind = SwapKind::ALL
        .into_iter()
        .find(|kind| operation.starts_with(kind.name()))?;
    let bits = operation.strip_prefix(kind.name())?.parse().ok()?;
    let size = Size::ALL.into_iter().find(|size| size.bits() == bits)?;
    (size != Size::U8).then_some(Insn::Swap { kind, size, dst })
}
