//! The commands of `hike-ld`: each turns its arguments into a text or a [`Failure`].

pub mod cli;
pub mod disasm;
pub mod files;
pub mod inspect;
pub mod link;
pub mod program;
pub mod report;
pub mod verify;

pub use report::Failure;

/// Exit code when the input is wrong.
pub const INPUT_WRONG: u8 = 1;
/// Exit code when the host cannot.
pub const HOST_CANNOT: u8 = 3;

/// What a command prints.
#[derive(Debug)]
pub struct Output {
    /// For standard output.
    pub text: String,
    /// The exit code.
    pub code: u8,
}

impl Output {
    /// A text of a command that went well.
    pub fn ok(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            code: 0,
        }
    }

    /// A JSON value of a command that went well.
    pub fn json(value: &serde_json::Value) -> Self {
        Self::ok(format!("{value:#}\n"))
    }
}
