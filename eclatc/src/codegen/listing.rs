//! Bytecode as text, for `--emit asm`: labels instead of distances, calls by name, and the
//! lines of the source between.

use super::ChainCode;
use crate::source::Sources;
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// The bytecode of all chains as text.
pub fn listing(codes: &[ChainCode], sources: &Sources) -> String {
    let mut out = String::new();
    for (index, code) in codes.iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n" };
        // Writing to a string does not fail.
        let _ = write!(out, "{gap}{}", ChainListing { code, sources });
    }
    out
}

struct ChainListing<'a> {
    code: &'a ChainCode,
    sources: &'a Sources,
}

impl fmt::Display for ChainListing<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}:", self.code.symbol)?;
        let labels = self.labels();
        let mut last_line = None;
        for placed in &self.code.insns {
            let file = self.sources.file(placed.span.file);
            let line = file.line_column(placed.span.start).line;
            if last_line.replace((placed.span.file, line)) != Some((placed.span.file, line)) {
                writeln!(
                    f,
                    "; {}:{line}: {}",
                    file.path(),
                    file.line_text(line).trim()
                )?;
            }
            if let Some(label) = labels.get(&placed.slot) {
                writeln!(f, "L{label}:")?;
            }
            writeln!(f, "        {}", self.text(placed, &labels))?;
        }
        Ok(())
    }
}

impl ChainListing<'_> {
    /// Numbers of the slots that something jumps to, in their order.
    fn labels(&self) -> BTreeMap<u32, usize> {
        let targets = self.code.insns.iter().filter_map(jump_target);
        let mut labels: BTreeMap<u32, usize> = targets.map(|slot| (slot, 0)).collect();
        for (number, label) in labels.values_mut().enumerate() {
            *label = number + 1;
        }
        labels
    }

    fn text(&self, placed: &super::PlacedInsn, labels: &BTreeMap<u32, usize>) -> String {
        let text = placed.insn.to_string();
        if let Some(callee) = &placed.callee {
            return format!("call {callee}");
        }
        let label = jump_target(placed).and_then(|slot| labels.get(&slot));
        match (text.rsplit_once(' '), label) {
            (Some((before, _)), Some(label)) => format!("{before} L{label}"),
            _ => text,
        }
    }
}

fn jump_target(placed: &super::PlacedInsn) -> Option<u32> {
    let distance = placed.insn.jump_offset()?;
    placed.slot.checked_add_signed(distance + 1)
}
