//! `exec`.

use std::io::Read;

use hike_loader::Error;
use hike_loader::exec::{self, Engine, from_hex};
use hike_loader::host;

use super::cli::ExecArgs;

/// Runs the bytecode on standard input and gives `r0` in hexadecimal.
pub fn exec(args: &ExecArgs) -> Result<String, Error> {
    let memory = from_hex(&args.memory)?;
    let mut text = String::new();
    let read = std::io::stdin().read_to_string(&mut text);
    read.map_err(|error| Error::File {
        path: "standard input".into(),
        error,
    })?;
    let bytecode = from_hex(&text)?;
    let engine = args.engine.into();
    if engine == Engine::Kernel {
        host::check_capabilities()?;
    }
    let r0 = exec::exec(&bytecode, memory, engine)?;
    Ok(format!("{r0:x}\n"))
}
