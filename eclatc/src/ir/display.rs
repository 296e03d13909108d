//! The text form of the IR, for `--emit ir` and the golden files; [`super::parse`] reads it.
//!
//! ```text
//! chain chains.ddos.mark @4..8 {
//! b0(v0):
//!   v1 = call programs.meter.ip6_dst_tbmon() @20..35
//!   branch ne v1, 0, b1, b2(v0) @39..45
//! b1:
//!   finish programs.hike_default.hike_drop() @50..61
//! b2(v2):
//!   return v2 @70..78
//! }
//! ```

use super::*;
use std::fmt::{Display, Formatter, Result};

impl Display for Module {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, function) in self.functions.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { "\n" })?;
            write!(f, "{function}")?;
        }
        Ok(())
    }
}

impl Display for Function {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let place = Place(self.span, FileId(0));
        writeln!(f, "chain {}{place} {{", self.symbol)?;
        for (id, block) in self.block_ids().zip(&self.blocks) {
            writeln!(f, "{id}{}:", List(&block.params))?;
            for inst in &block.insts {
                writeln!(f, "  {inst}{}", Place(inst.span, self.file()))?;
            }
            writeln!(f, "  {}{}", block.end, Place(block.end_span, self.file()))?;
        }
        f.write_str("}\n")
    }
}

/// A span after what it is the place of; nothing for an empty span at the start of the
/// file everything else is in.
struct Place(Span, FileId);

impl Display for Place {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let Self(span, usual) = self;
        if span.file != *usual {
            return write!(f, " @{}:{span}", span.file);
        }
        match (span.start, span.end) {
            (0, 0) => Ok(()),
            _ => write!(f, " @{span}"),
        }
    }
}

/// A list in parentheses, nothing when it is empty.
struct List<'a, T>(&'a [T]);

impl<T: Display> Display for List<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            [] => Ok(()),
            items => write!(f, "({})", Items(items)),
        }
    }
}

struct Items<'a, T>(&'a [T]);

impl<T: Display> Display for Items<'_, T> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        for (index, item) in self.0.iter().enumerate() {
            f.write_str(if index == 0 { "" } else { ", " })?;
            write!(f, "{item}")?;
        }
        Ok(())
    }
}

impl Display for Operand {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Const(constant) => write!(f, "{}", *constant as i64),
        }
    }
}

impl Display for Inst {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        if let Some(result) = self.result {
            write!(f, "{result} = ")?;
        }
        write!(f, "{}", self.op)
    }
}

impl Display for Op {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Const(constant) => write!(f, "const {}", Operand::Const(*constant)),
            Self::Unary(op, value) => write!(f, "{op} {value}"),
            Self::Binary(op, left, right) => write!(f, "{op} {left}, {right}"),
            Self::Call(callee, args) => write!(f, "call {callee}({})", Items(args)),
        }
    }
}

impl Display for Target {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}{}", self.block, List(&self.args))
    }
}

impl Display for Terminator {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Jump(target) => write!(f, "jump {target}"),
            Self::Branch {
                condition,
                left,
                right,
                then,
                otherwise,
            } => write!(f, "branch {condition} {left}, {right}, {then}, {otherwise}"),
            Self::Return(value) => write!(f, "return {value}"),
            Self::Finish(callee, args) => write!(f, "finish {callee}({})", Items(args)),
        }
    }
}
