//! The command line.

use super::{Exit, Failure, Output};
use crate::diagnostics::Code;
use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

const EXAMPLES: &str = "\
Examples:
  eclatc check ddos.eclat                      look for mistakes
  eclatc build ddos.eclat -D DEVNAME=eth0      make ddos.hike, ready to install
  eclatc compile ddos.eclat --emit asm         show the bytecode of a script
  eclatc explain E0207                         explain a message

Exit codes: 0 ok, 1 the input is wrong, 2 usage, 3 the host cannot, 101 a bug of ours";

/// Compiles eCLAT scripts to HIKe objects and bundles.
#[derive(Debug, Parser)]
#[command(name = "eclatc", version, after_help = EXAMPLES, max_term_width = 100)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Colour messages.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// How messages are shown.
    #[arg(long, global = true, value_name = "FORMAT", default_value = "text")]
    pub message_format: MessageFormat,

    /// Do not show a warning, by its name or code, or all `warnings`.
    #[arg(short = 'A', long, global = true, value_name = "WARNING")]
    pub allow: Vec<String>,

    /// Show a warning as one, by its name or code, whatever holds for all `warnings`.
    #[arg(short = 'W', long, global = true, value_name = "WARNING")]
    pub warn: Vec<String>,

    /// Make a warning an error, by its name or code, or all `warnings`.
    #[arg(long, global = true, value_name = "WARNING")]
    pub deny: Vec<String>,
}

/// When to colour messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// How messages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum MessageFormat {
    /// With the source underlined.
    Text,
    /// One line each.
    Short,
    /// One JSON object a line.
    Json,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Look for mistakes in scripts.
    #[command(after_help = "Example:\n  eclatc check --message-format short *.eclat")]
    Check(CheckArgs),
    /// Compile a script to an object.
    #[command(
        after_help = "Examples:\n  eclatc compile ddos.eclat -o ddos.o --dep-file ddos.d\n  eclatc compile ddos.eclat --emit ir"
    )]
    Compile(CompileArgs),
    /// Compile scripts and link them with the programs they use to a bundle.
    #[command(
        after_help = "Examples:\n  eclatc build ddos.eclat -o ddos.hike -D DEVNAME=eth0\n  eclatc build -p site -L packages ."
    )]
    Build(BuildArgs),
    /// Bring scripts into their usual form.
    #[command(
        name = "fmt",
        after_help = "Examples:\n  eclatc fmt ddos.eclat\n  eclatc fmt --check ."
    )]
    Format(FormatArgs),
    /// Write the catalogue: a site of packages, programs, loaders, chains and messages.
    #[command(
        after_help = "Examples:\n  eclatc doc -o site\n  eclatc doc -o site -L packages scripts my.eclat"
    )]
    Doc(DocArgs),
    /// Make a folder with a script, or a program, to start from.
    #[command(
        after_help = "Examples:\n  eclatc new guard && eclatc check guard/guard.eclat\n  eclatc new --program is_long --lang c && make -C is_long"
    )]
    New(NewArgs),
    /// Explain a message by its code; without one, list all.
    #[command(after_help = "Example:\n  eclatc explain E0207")]
    Explain {
        /// The code, `E0207`, or the name of a warning, `unused-import`.
        code: Option<String>,
    },
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  eclatc completions bash > /etc/bash_completion.d/eclatc")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_help = "Examples:\n  eclatc man | man -l -\n  eclatc man /usr/local/share/man/man1"
    )]
    Man {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Arguments of `new`.
#[derive(Debug, Args)]
pub struct NewArgs {
    /// The folder to make; its last part names the script or program.
    #[arg(value_name = "NAME")]
    pub folder: PathBuf,

    /// Make a package with a program, a script that calls it, and a test.
    #[arg(long)]
    pub program: bool,

    /// Language of the program.
    #[arg(long, value_name = "LANG", default_value = "c", requires = "program")]
    pub lang: Language,

    /// The SDK's folder, for programs in Rust [default: this project's repository].
    #[arg(long, value_name = "DIR", requires = "program")]
    pub sdk: Option<PathBuf>,
}

/// What a program is written in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// C: needs clang.
    C,
    /// Rust: needs a nightly compiler and bpf-linker.
    Rust,
}

/// What all commands that read scripts take.
#[derive(Debug, Args)]
pub struct Settings {
    /// Package of the scripts [default: the name of the file].
    #[arg(short, long, value_name = "PACKAGE")]
    pub package: Option<String>,

    /// Replace a string or name that is exactly NAME.
    #[arg(short = 'D', value_name = "NAME=VALUE", value_parser = define)]
    pub defines: Vec<(String, String)>,

    /// Look for packages in this folder, before `HIKE_PACKAGE_PATH` and the installed ones.
    #[arg(short = 'L', value_name = "DIR")]
    pub packages: Vec<PathBuf>,
}

fn define(text: &str) -> Result<(String, String), String> {
    let expected = match text == "warnings" || Code::parse(text).is_some() {
        true => format!("expected NAME=VALUE, `--deny {text}` makes warnings errors"),
        false => "expected NAME=VALUE".into(),
    };
    let (name, value) = text.split_once('=').ok_or(expected)?;
    match name.is_empty() {
        true => Err("expected a name before `=`".into()),
        false => Ok((name.to_owned(), value.to_owned())),
    }
}

/// Arguments of `check`.
#[derive(Debug, Args)]
pub struct CheckArgs {
    /// The scripts.
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,

    /// Show how much of the VM's limits each chain takes, at least and at most.
    #[arg(long)]
    pub budget: bool,

    /// How to read them.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `compile`.
#[derive(Debug, Args)]
pub struct CompileArgs {
    /// The script.
    pub file: PathBuf,

    /// The file to write [default: the script's name with `.o`; texts go to standard output].
    #[arg(short, long, value_name = "OUT")]
    pub output: Option<PathBuf>,

    /// What to write.
    #[arg(long, value_name = "STAGE", default_value = "obj")]
    pub emit: Stage,

    /// Write a rule for make: what the object depends on.
    #[arg(long, value_name = "OUT.d")]
    pub dep_file: Option<PathBuf>,

    /// How to read it.
    #[command(flatten)]
    pub settings: Settings,
}

/// What a compilation can stop at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Stage {
    /// Words, lines, blocks.
    Tokens,
    /// The syntax tree.
    Ast,
    /// The typed tree.
    Hir,
    /// The intermediate code, optimised.
    Ir,
    /// Bytecode as text.
    Asm,
    /// The object.
    Obj,
}

/// Arguments of `build`.
#[derive(Debug, Args)]
pub struct BuildArgs {
    /// A script, or a folder of scripts.
    #[arg(value_name = "FILE|DIR", default_value = ".")]
    pub input: PathBuf,

    /// The bundle to write [default: the package's name with `.hike`].
    #[arg(short, long, value_name = "OUT.hike")]
    pub output: Option<PathBuf>,

    /// How to read the scripts.
    #[command(flatten)]
    pub settings: Settings,
}

/// Arguments of `doc`.
#[derive(Debug, Args)]
pub struct DocArgs {
    /// Scripts, or folders of scripts, to show besides the examples of packages.
    #[arg(value_name = "FILE|DIR")]
    pub files: Vec<PathBuf>,

    /// The folder to write; an earlier catalogue in it is replaced.
    #[arg(short, long, value_name = "DIR", default_value = "site")]
    pub output: PathBuf,

    /// Look for packages in this folder, before `HIKE_PACKAGE_PATH` and the installed ones.
    #[arg(short = 'L', value_name = "DIR")]
    pub packages: Vec<PathBuf>,
}

/// Arguments of `fmt`.
#[derive(Debug, Args)]
pub struct FormatArgs {
    /// Scripts, or folders of scripts; `-` is standard input.
    #[arg(value_name = "FILE|DIR", required = true)]
    pub files: Vec<PathBuf>,

    /// Change nothing; print which would change, and end with 1 if any would.
    #[arg(long)]
    pub check: bool,
}

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Output {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "eclatc", &mut text);
    Output::text(text)
}

/// The manual page, roff; with a folder, the pages of all commands are written into it.
///
/// # Errors
/// When they cannot be written.
pub fn man_page(folder: Option<&Path>) -> Result<Output, Failure> {
    let mut text = Vec::new();
    let made = match folder {
        Some(folder) => std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder)),
        None => clap_mangen::Man::new(Cli::command()).render(&mut text),
    };
    made.map_err(|error| {
        Failure::new(Exit::Host, format!("cannot make the manual pages: {error}"))
    })?;
    Ok(Output::text(text))
}
