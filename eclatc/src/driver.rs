//! The commands of `eclatc`: the only room that reads and writes files.
//!
//! A script goes through [`lex`](crate::lex::lex), [`parse`](crate::parse::parse),
//! [`analyse`](crate::analyse::analyse), then chain after chain through
//! [`backend`](crate::backend), and with all of them to [`object_of`](crate::codegen::object_of);
//! [`mod@unit`] holds one script on that way. [`check`] stops where the limits are known, [`compile`] after
//! one object, [`build`] links all objects to a bundle. [`doc`] makes a site of what analysis
//! knows. [`format`](mod@format) and [`new`](mod@new) need none of these steps but the first two.

pub mod build;
pub mod check;
pub mod cli;
pub mod compile;
pub mod dependencies;
pub mod doc;
pub mod explain;
pub mod files;
pub mod folder;
pub mod format;
pub mod levels;
pub mod link;
pub mod new;
pub mod report;
pub mod siblings;
pub mod unit;

use cli::{Cli, Command};

/// What a command leaves to print, and how it ended.
#[derive(Debug, Default)]
pub struct Output {
    /// For standard output.
    pub stdout: Vec<u8>,
    /// For standard error.
    pub stderr: String,
    /// How it ended.
    pub exit: Exit,
}

impl Output {
    /// A text for standard output.
    pub fn text(text: impl Into<Vec<u8>>) -> Self {
        Self {
            stdout: text.into(),
            ..Self::default()
        }
    }
}

/// The exit codes of all tools.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done.
    #[default]
    Ok = 0,
    /// The input is wrong.
    Input = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The host cannot.
    Host = 3,
    /// A bug of ours, as when the process panics.
    Bug = 101,
}

/// Why a command could not do its work, when that is not about a place in a script.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failure {
    /// The exit code.
    pub exit: Exit,
    /// What is wrong, in one line.
    pub message: String,
    /// What can be done.
    pub help: Option<String>,
}

impl Failure {
    /// A failure without advice.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self {
            exit,
            message: message.into(),
            help: None,
        }
    }

    /// Adds advice.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }
}

/// Carries a command out.
pub fn run(cli: &Cli) -> Output {
    let result = match &cli.command {
        Command::Check(args) => check::run(args, cli),
        Command::Compile(args) => compile::run(args, cli),
        Command::Build(args) => build::run(args, cli),
        Command::Format(args) => format::run(args, cli),
        Command::Doc(args) => doc::run(args, cli),
        Command::New(args) => new::run(args),
        Command::Explain { code } => explain::run(code.as_deref()),
        Command::Completions { shell } => Ok(cli::completions(*shell)),
        Command::Man { folder } => cli::man_page(folder.as_deref()),
    };
    result.unwrap_or_else(|failure| report::failure(&failure, cli))
}
