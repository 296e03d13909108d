//! Failures as messages: what is wrong, where, the line, and what may help.

use std::io::IsTerminal;

use hike_ld::{LinkError, Use};
use serde_json::json;

use super::cli::Color;
use super::{HOST_CANNOT, INPUT_WRONG};

/// Why a command failed.
#[derive(Debug)]
pub enum Failure {
    /// The input is wrong.
    Input(String),
    /// The objects do not link.
    Link(Vec<LinkError>),
    /// The host cannot.
    Host(String),
}

/// How messages are written.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    color: bool,
    json: bool,
}

impl Style {
    /// The style that the command line asks for.
    pub fn new(color: Color, json: bool) -> Self {
        let auto = || std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        let color = match color {
            Color::Auto => auto(),
            Color::Always => true,
            Color::Never => false,
        };
        Self { color, json }
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.color {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }
}

impl Failure {
    /// The input is wrong.
    pub fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into())
    }

    /// The host cannot.
    pub fn host(message: impl Into<String>) -> Self {
        Self::Host(message.into())
    }

    /// The exit code.
    pub fn code(&self) -> u8 {
        match self {
            Self::Input(_) | Self::Link(_) => INPUT_WRONG,
            Self::Host(_) => HOST_CANNOT,
        }
    }

    /// The messages, each with its line end.
    pub fn render(&self, style: Style) -> String {
        match self {
            Self::Input(message) | Self::Host(message) => one(message, &[], None, style),
            Self::Link(errors) => errors
                .iter()
                .map(|error| one(&error.to_string(), &error.places, error.help(), style))
                .collect(),
        }
    }
}

fn one(message: &str, places: &[Use], help: Option<String>, style: Style) -> String {
    if style.json {
        return one_json(message, places, help);
    }
    let mut out = format!("{}: {message}\n", style.paint("1;31", "error"));
    for place in places {
        out += &format!("  {} {place}\n", style.paint("34", "-->"));
        let text = place.text.trim();
        if !text.is_empty() {
            out += &format!("   {} {text}\n", style.paint("34", "|"));
        }
    }
    if let Some(help) = help {
        out += &format!("  {}: {help}\n", style.paint("32", "help"));
    }
    out
}

/// One object a line.
fn one_json(message: &str, places: &[Use], help: Option<String>) -> String {
    let places: Vec<_> = places
        .iter()
        .map(|place| {
            json!({
                "object": place.object,
                "chain": place.chain,
                "place": place.place,
                "text": place.text,
            })
        })
        .collect();
    let line = json!({
        "severity": "error",
        "message": message,
        "places": places,
        "help": help,
    });
    format!("{line}\n")
}
