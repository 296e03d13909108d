//! Errors as messages.

use std::io::IsTerminal;

use hike_loader::Error;
use serde_json::json;

use super::cli::{Color, Common};

/// The message of an error, with its line end.
pub fn render(error: &Error, common: &Common) -> String {
    let log = error.verifier_log().filter(|_| common.verifier_log);
    let help = error.help().filter(|_| log.is_none());
    if common.json {
        return render_json(error, help, log);
    }
    let paint = painter(common.color);
    let mut out = format!("{}: {error}\n", paint("1;31", "error"));
    for failure in not_undone(error) {
        out += &format!("  {}: not undone: {failure}\n", paint("33", "note"));
    }
    if let Some(log) = log {
        out += &format!("{}\n", log.trim_end());
    }
    if let Some(help) = help {
        out += &format!("  {}: {help}\n", paint("32", "help"));
    }
    out
}

fn not_undone(error: &Error) -> Vec<String> {
    match error {
        Error::Apply(error) => error.not_undone.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

/// One object on one line.
fn render_json(error: &Error, help: Option<String>, log: Option<&str>) -> String {
    let line = json!({
        "severity": "error",
        "message": error.to_string(),
        "not_undone": not_undone(error),
        "help": help,
        "verifier_log": log,
    });
    format!("{line}\n")
}

fn painter(color: Color) -> impl Fn(&str, &str) -> String {
    let auto = || std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    let color = match color {
        Color::Auto => auto(),
        Color::Always => true,
        Color::Never => false,
    };
    move |code, text| {
        if color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

/// A remark on the way, to standard error at once.
pub fn note(text: &str, common: &Common) {
    if !common.json {
        eprintln!("{}: {text}", painter(common.color)("33", "note"));
    }
}
