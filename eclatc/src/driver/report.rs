//! Problems and failures as text for standard error.

use super::cli::{Cli, Color, MessageFormat};
use super::levels::{Level, Levels};
use super::{Exit, Failure, Output};
use crate::diagnostic::render::{Format, Renderer};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use serde_json::json;
use std::io::IsTerminal;

/// Most problems shown of one script.
const MAX_SHOWN: usize = 100;

/// Gathers what is to be shown, and how the command ends.
pub struct Report {
    format: Format,
    levels: Levels,
    text: String,
    errors: usize,
    warnings: usize,
}

impl Report {
    /// A report as the command line wants it.
    ///
    /// # Errors
    /// When a warning to allow or deny does not exist.
    pub fn new(cli: &Cli) -> Result<Self, Failure> {
        Ok(Self {
            format: format(cli),
            levels: Levels::new(cli)?,
            text: String::new(),
            errors: 0,
            warnings: 0,
        })
    }

    /// Adds the problems of one script.
    pub fn add(&mut self, problems: &[Diagnostic], sources: &Sources) {
        let mut renderer = Renderer::new(sources, self.format);
        let mut shown = 0;
        for problem in problems {
            let Some(problem) = self.judged(problem) else {
                continue;
            };
            match problem.severity {
                Severity::Error => self.errors += 1,
                Severity::Warning => self.warnings += 1,
            }
            shown += 1;
            if shown <= MAX_SHOWN {
                self.text += &renderer.render(&problem);
            }
        }
    }

    /// The problem with the severity it has for this command; none when it is allowed.
    fn judged(&self, problem: &Diagnostic) -> Option<Diagnostic> {
        let mut problem = problem.clone();
        match self.levels.of(problem.code) {
            Level::Allow => return None,
            Level::Warn => problem.severity = Severity::Warning,
            Level::Deny => problem.severity = Severity::Error,
        }
        Some(problem)
    }

    /// Adds an error that has no place in a script of this compilation.
    pub fn failure(&mut self, failure: &Failure) {
        self.errors += 1;
        self.text += &line(failure, self.format);
    }

    /// Whether anything keeps the work from being done.
    pub fn has_errors(&self) -> bool {
        self.errors > 0
    }

    /// What the command leaves to print.
    pub fn output(mut self, stdout: Vec<u8>) -> Output {
        self.text += &self.summary();
        let exit = if self.has_errors() {
            Exit::Input
        } else {
            Exit::Ok
        };
        Output {
            stdout,
            stderr: self.text,
            exit,
        }
    }

    fn summary(&self) -> String {
        let quiet = self.errors + self.warnings == 0 || !matches!(self.format, Format::Text { .. });
        let count = |number, what| match number {
            0 => None,
            1 => Some(format!("1 {what}")),
            number => Some(format!("{number} {what}s")),
        };
        let counts = [count(self.errors, "error"), count(self.warnings, "warning")];
        match quiet {
            true => String::new(),
            false => format!(
                "{}\n",
                counts.into_iter().flatten().collect::<Vec<_>>().join(", ")
            ),
        }
    }
}

fn format(cli: &Cli) -> Format {
    match cli.message_format {
        MessageFormat::Text => Format::Text {
            color: wants_color(cli.color),
        },
        MessageFormat::Short => Format::Short,
        MessageFormat::Json => Format::Json,
    }
}

fn wants_color(color: Color) -> bool {
    match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none(),
    }
}

/// What to print when a command fails.
pub fn failure(failure: &Failure, cli: &Cli) -> Output {
    Output {
        stdout: Vec::new(),
        stderr: line(failure, format(cli)),
        exit: failure.exit,
    }
}

fn line(failure: &Failure, format: Format) -> String {
    let Failure { message, help, .. } = failure;
    let error = match format {
        Format::Json => {
            let object = json!({"severity": "error", "message": message, "helps": help});
            return format!("{object}\n");
        }
        Format::Text { color: true } => "\u{1b}[31merror\u{1b}[0m",
        _ => "error",
    };
    let help = help.iter().map(|help| format!("  help: {help}\n"));
    format!("{error}: {message}\n{}", help.collect::<String>())
}
