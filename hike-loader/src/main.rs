//! The tool `hike-loader`: the only part of the loader that reads files, prints and exits.
//!
//! 1. [`cli`](tool::cli) reads the command line,
//! 2. [`session`](tool::session) opens the host: capabilities, lock, what was left behind,
//! 3. one module a command makes its output as text ([`install`](tool::install),
//!    [`list`](tool::list), [`show`](tool::show), [`maps`](tool::maps),
//!    [`run`](tool::run), [`exec`](tool::exec)),
//! 4. [`report`](tool::report) turns failures into messages,
//! 5. [`main`] prints and gives the exit code. [`watch`](tool::watch) and
//!    [`events`](tool::events) make one text after the other, which are printed as they come.
#![forbid(unsafe_code)]
#![allow(
    clippy::result_large_err,
    reason = "an error ends the command: its size costs nothing"
)]

mod tool;

use std::io::Write;
use std::ops::ControlFlow;
use std::process::ExitCode;

use clap::Parser;
use hike_loader::{Error, Exit};

use tool::cli::{Cli, Command, MapCommand};
use tool::watch::Emit;
use tool::{events, exec, install, list, maps, report, run, show, watch};

fn main() -> ExitCode {
    let cli = Cli::parse();
    let mut printer = Printer::default();
    let done = output(&cli, &mut |text| printer.print(text));
    match done.map(|text| printer.print(&text)) {
        Ok(_) => printer.code(),
        Err(error) => {
            let text = report::render(&error, &cli.common);
            // Nothing is left to tell when even the message cannot be written.
            let _ = std::io::stderr().write_all(text.as_bytes());
            ExitCode::from(error.exit() as u8)
        }
    }
}

/// The text of a command; one that goes on gives its texts to `emit` until that says no.
fn output(cli: &Cli, emit: Emit<'_>) -> Result<String, Error> {
    let common = &cli.common;
    match &cli.command {
        Command::Install(args) => install::install(args, common),
        Command::Uninstall(args) => install::uninstall(&args.name, common),
        Command::Run(args) => run::run(args, common),
        Command::List => list::list(common),
        Command::Show(args) => show::show(&args.name, common),
        Command::Map(MapCommand::List(args)) => maps::list(args, common),
        Command::Map(MapCommand::Dump(args)) => maps::dump(args, common),
        Command::Map(MapCommand::Get(args)) => maps::get(args, common),
        Command::Map(MapCommand::Set(args)) => maps::set(args, common),
        Command::Map(MapCommand::Clear(args)) => maps::clear(args, common),
        Command::Map(MapCommand::Watch(args)) => watch::watch(args, common, emit),
        Command::Events(args) => events::events(args, common, emit),
        Command::Exec(args) => exec::exec(args),
        Command::Completions { shell } => Ok(tool::cli::completions(*shell)),
        Command::Man { folder } => tool::cli::man_page(folder.as_deref()),
    }
}

/// Prints to standard output; a reader that went away ends the command and is no error.
#[derive(Debug, Default)]
struct Printer {
    failure: Option<std::io::ErrorKind>,
}

impl Printer {
    fn print(&mut self, text: &str) -> ControlFlow<()> {
        let mut out = std::io::stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Ok(()) => ControlFlow::Continue(()),
            Err(error) => {
                self.failure = Some(error.kind());
                ControlFlow::Break(())
            }
        }
    }

    fn code(&self) -> ExitCode {
        match self.failure {
            None | Some(std::io::ErrorKind::BrokenPipe) => ExitCode::SUCCESS,
            Some(_) => ExitCode::from(Exit::Host as u8),
        }
    }
}
