//! Messages of the driver that belong to a place in a script.

use super::Code;
use crate::diagnostic::Diagnostic;
use crate::source::Span;

/// What the linker finds wrong.
pub fn cannot_link(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::E0703, span, message)
}

/// A chain that code generation cannot fit into the machine's limits.
pub fn cannot_generate(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(Code::E0701, span, message)
}
