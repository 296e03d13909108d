//! The command line.

use std::path::{Path, PathBuf};

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};

use super::{Failure, Output};

const EXAMPLES: &str = "\
Examples:
  hike-ld ddos.o -o ddos.hike -L packages     link a chain object to a bundle
  hike-ld inspect ddos.hike                   say what a bundle or a program is
  hike-ld disasm ddos.o                       list bytecode with its source lines
  hike-ld verify ddos.hike                    compare every digest

Exit codes: 0 ok, 1 the input is wrong, 2 usage, 3 the host cannot, 101 a bug of ours";

/// Links HIKe objects to bundles, and says what is in them.
#[derive(Debug, Parser)]
#[command(
    name = "hike-ld",
    version,
    after_help = EXAMPLES,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true
)]
pub struct Cli {
    /// What to do; without a command, objects are linked.
    #[command(subcommand)]
    pub command: Option<Command>,

    /// What to link.
    #[command(flatten)]
    pub link: LinkArgs,

    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,

    /// Colour messages.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,
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

/// Arguments of linking.
#[derive(Debug, Args)]
pub struct LinkArgs {
    /// Objects with chains; also programs and loaders, as PACKAGE/objects/NAME.o.
    #[arg(value_name = "OBJ.o", required = true)]
    pub objects: Vec<PathBuf>,

    /// The bundle to write.
    #[arg(short, long, value_name = "OUT.hike", required = true)]
    pub output: Option<PathBuf>,

    /// Look for packages in this folder, before `HIKE_PACKAGE_PATH` and the installed ones.
    #[arg(short = 'L', value_name = "DIR")]
    pub packages: Vec<PathBuf>,

    /// Write where everything came from and who uses it.
    #[arg(long, value_name = "FILE")]
    pub map: Option<PathBuf>,

    /// Name of the bundle [default: the package of the first object].
    #[arg(long)]
    pub name: Option<String>,

    /// Version of the bundle [default: the script's, else 0.1.0].
    #[arg(long, value_name = "VERSION")]
    pub bundle_version: Option<String>,

    /// Leave out the native tier: the programs that are fused from loaders, chains and logic.
    #[arg(long)]
    pub no_native: bool,
}

/// Commands besides linking.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Say what a bundle or an object is.
    #[command(after_help = "\
Examples:
  hike-ld inspect packages/meter/objects/ip6_dst_tbmon.o
  hike-ld inspect ddos.hike ip6_sd_tbmon")]
    Inspect(InspectArgs),
    /// List the bytecode of an object or a bundle.
    #[command(after_help = "\
Examples:
  hike-ld disasm ddos.hike
  hike-ld disasm --native ddos.hike           what the native tier runs")]
    Disasm(DisasmArgs),
    /// Compare every member of a bundle with its digest.
    #[command(after_help = "Example:\n  hike-ld verify ddos.hike")]
    Verify(FileArgs),
    /// Give a program that was compiled without the VM its function for it.
    ///
    /// Linking does so by itself; this is for whoever wants to see what it gives.
    #[command(after_help = "Example:\n  hike-ld program monitor.o -o monitor.vm.o")]
    Program(ProgramArgs),
    /// Print completions for a shell.
    #[command(after_help = "Example:\n  hike-ld completions bash > /etc/bash_completion.d/hike-ld")]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_help = "Examples:\n  hike-ld man | man -l -\n  hike-ld man /usr/local/share/man/man1"
    )]
    Man {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// What to describe.
#[derive(Debug, Args)]
pub struct InspectArgs {
    /// A bundle or an object.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// A chain, program or loader in it: its page.
    #[arg(value_name = "NAME")]
    pub name: Option<String>,
}

/// What to list.
#[derive(Debug, Args)]
pub struct DisasmArgs {
    /// A bundle or an object.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,

    /// Of a bundle, list the fused programs instead of the chains.
    #[arg(long)]
    pub native: bool,
}

/// One file.
#[derive(Debug, Args)]
pub struct FileArgs {
    /// A bundle or an object.
    #[arg(value_name = "FILE")]
    pub file: PathBuf,
}

/// Arguments of `program`.
#[derive(Debug, Args)]
pub struct ProgramArgs {
    /// The object of a program or loader.
    #[arg(value_name = "IN.o")]
    pub input: PathBuf,

    /// The object to write.
    #[arg(short, long, value_name = "OUT.o")]
    pub output: PathBuf,
}

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> Output {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hike-ld", &mut text);
    Output::ok(String::from_utf8_lossy(&text))
}

/// The manual page, roff; with a folder, the pages of all commands are written into it.
pub fn man_page(folder: Option<&Path>) -> Result<Output, Failure> {
    let mut text = Vec::new();
    let made = match folder {
        Some(folder) => std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder)),
        None => clap_mangen::Man::new(Cli::command()).render(&mut text),
    };
    made.map_err(|error| Failure::host(format!("cannot make the manual pages: {error}")))?;
    Ok(Output::ok(String::from_utf8_lossy(&text)))
}
