//! The tool `hike-ld`: the only part of the linker that reads files, prints and exits.
//!
//! 1. [`cli`](tool::cli) reads the command line,
//! 2. one module a command makes its output as text ([`link`](tool::link),
//!    [`inspect`](tool::inspect), [`disasm`](tool::disasm), [`verify`](tool::verify)),
//! 3. [`report`](tool::report) turns failures into messages,
//! 4. [`main`] prints and gives the exit code.
#![forbid(unsafe_code)]

mod tool;

use std::io::Write;
use std::process::ExitCode;

use clap::Parser;

use tool::cli::{Cli, Command};
use tool::{Failure, Output, disasm, inspect, link, report, verify};

fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(&cli) {
        Ok(output) => print(&output.text, output.code),
        Err(failure) => {
            let style = report::Style::new(cli.color, cli.json);
            // Nothing is left to tell when even the message cannot be written.
            let _ = std::io::stderr().write_all(failure.render(style).as_bytes());
            ExitCode::from(failure.code())
        }
    }
}

fn run(cli: &Cli) -> Result<Output, Failure> {
    match &cli.command {
        None => link::run(&cli.link, cli.json),
        Some(Command::Inspect(args)) => inspect::run(&args.file, args.name.as_deref(), cli.json),
        Some(Command::Disasm(args)) => disasm::run(&args.file, args.native, cli.json),
        Some(Command::Verify(args)) => verify::run(&args.file, cli.json),
        Some(Command::Program(args)) => tool::program::run(args),
        Some(Command::Completions { shell }) => Ok(tool::cli::completions(*shell)),
        Some(Command::Man { folder }) => tool::cli::man_page(folder.as_deref()),
    }
}

/// Prints to standard output; a reader that went away is no error.
fn print(text: &str, code: u8) -> ExitCode {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            ExitCode::from(tool::HOST_CANNOT)
        }
        _ => ExitCode::from(code),
    }
}
