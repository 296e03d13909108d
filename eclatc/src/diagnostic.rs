//! A message about a script as a value: what is wrong, where, and what may help.
//!
//! Phases build these through the constructors of [`crate::diagnostics`]; only the driver
//! shows them, through [`render`].

pub mod render;

use crate::diagnostics::Code;
use crate::source::Span;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The script compiles; it may not do what was meant.
    Warning,
    /// The script does not compile.
    Error,
}

impl Severity {
    /// Its name in messages.
    pub fn name(self) -> &'static str {
        match self {
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A place and what is to be said about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// What was found there or expected there; may be empty.
    pub text: String,
}

/// A change of the source that would help.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// What to replace; empty for an insertion.
    pub span: Span,
    /// The text to put there.
    pub replacement: String,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// Its code.
    pub code: Code,
    /// Error or warning.
    pub severity: Severity,
    /// What is wrong, in one line.
    pub message: String,
    /// The place, then other places that belong to it. Never empty.
    pub labels: Vec<Label>,
    /// Facts that explain it.
    pub notes: Vec<String>,
    /// What can be done.
    pub helps: Vec<String>,
    /// Changes that a tool can make.
    pub suggestions: Vec<Suggestion>,
}

impl Diagnostic {
    /// A message at a place. Its severity is the code's.
    pub fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        let label = Label {
            span,
            text: String::new(),
        };
        Self {
            code,
            severity: code.severity(),
            message: message.into(),
            labels: vec![label],
            notes: Vec::new(),
            helps: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    /// The main place.
    pub fn span(&self) -> Span {
        self.labels[0].span
    }

    /// Says what was found at the main place.
    pub fn here(mut self, text: impl Into<String>) -> Self {
        self.labels[0].text = text.into();
        self
    }

    /// Points at another place.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        let text = text.into();
        self.labels.push(Label { span, text });
        self
    }

    /// Adds a fact.
    pub fn note(mut self, text: impl Into<String>) -> Self {
        self.notes.push(text.into());
        self
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.helps.push(text.into());
        self
    }

    /// Adds advice when there is some.
    pub fn maybe_help(self, text: Option<String>) -> Self {
        match text {
            Some(text) => self.help(text),
            None => self,
        }
    }

    /// Adds a change that would help.
    pub fn suggest(mut self, span: Span, replacement: impl Into<String>) -> Self {
        let replacement = replacement.into();
        self.suggestions.push(Suggestion { span, replacement });
        self
    }

    /// Adds `did you mean` and the change, when there is a near name.
    pub fn did_you_mean(self, span: Span, near: Option<&str>) -> Self {
        match near {
            Some(near) => self
                .help(format!("did you mean `{near}`?"))
                .suggest(span, near),
            None => self,
        }
    }

    /// Whether it keeps the script from compiling.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Orders messages as a reader goes through the source, and drops repetitions. Where there
/// are errors, warnings that only hold for the whole script are dropped: what is wrong may
/// be what would have used the import or ended the path.
pub fn settle(problems: &mut Vec<Diagnostic>) {
    if problems.iter().any(Diagnostic::is_error) {
        problems.retain(|problem| problem.is_error() || !problem.code.needs_whole_script());
    }
    // What tabs make of the indentation is anybody's guess.
    if problems.iter().any(|problem| problem.code == Code::E0010) {
        let guessed = |code| matches!(code, Code::E0011 | Code::E0102 | Code::E0103);
        problems.retain(|problem| !guessed(problem.code));
    }
    problems.sort_by_key(|problem| (problem.span(), problem.code));
    problems.dedup();
}
