//! `eclatc`, the eCLAT compiler.

use clap::Parser;
use eclatc::driver::{self, cli::Cli};
use std::io::Write;
use std::process::ExitCode;

/// Compiling is little else than making small values and dropping them.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let output = driver::run(&Cli::parse());
    // Nothing is left to tell when a reader has gone away.
    let _ = std::io::stderr().write_all(output.stderr.as_bytes());
    let _ = std::io::stdout().write_all(&output.stdout);
    ExitCode::from(output.exit as u8)
}
