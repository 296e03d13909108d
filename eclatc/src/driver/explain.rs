//! `eclatc explain CODE`

use super::{Exit, Failure, Output};
use crate::diagnostics::Code;

/// The page of a code; without one, the list of all.
///
/// # Errors
/// When there is no such code.
pub fn run(code: Option<&str>) -> Result<Output, Failure> {
    let Some(text) = code else {
        let line = |code: &Code| format!("{code} {}\n", code.name());
        return Ok(Output::text(Code::ALL.iter().map(line).collect::<String>()));
    };
    match Code::parse(text) {
        Some(code) => Ok(Output::text(code.page())),
        None => Err(unknown(text)),
    }
}

fn unknown(text: &str) -> Failure {
    let codes: Vec<String> = Code::ALL.iter().map(Code::to_string).collect();
    let names = Code::ALL.iter().map(|code| code.name());
    let near = hike_format::nearest(text, codes.iter().map(String::as_str).chain(names));
    let message = format!("no message has the code or name `{text}`");
    let failure = Failure::new(Exit::Usage, message);
    match near {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help("`eclatc explain` lists all codes"),
    }
}
