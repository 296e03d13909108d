//! `eclatc`, the eCLAT compiler.

use clap::Parser;
use eclatc::allocator::Allocator;
use eclatc::driver::{self, cli::Cli};
use std::io::Write;
use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

fn main() -> ExitCode {
    let output = driver::run(&Cli::parse());
    // Nothing is left to tell when a reader has gone away.
    let _ = std::io::stderr().write_all(output.stderr.as_bytes());
    let _ = std::io::stdout().write_all(&output.stdout);
    ExitCode::from(output.exit as u8)
}
