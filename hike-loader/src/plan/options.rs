//! What a user says about an installation.

use std::collections::BTreeMap;
use std::str::FromStr;

use hike_format::Symbol;
use hike_format::script::{AttachMode, Number};

/// Options of an installation or a run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// `-D NAME=VALUE`: devices that the build left open.
    pub variables: Vec<Variable>,
    /// `--dev`: the device of every attachment.
    pub device: Option<String>,
    /// `--set PROG.VAR=VALUE`.
    pub settings: Vec<Setting>,
    /// `--tier`.
    pub tier: Tier,
    /// `--xdp-mode`, over what the script says.
    pub mode: Option<AttachMode>,
}

/// Which form of a bundle runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// Fused where the bundle has it and the verifier takes it, else the VM.
    #[default]
    Auto,
    /// Chains interpreted by the VM.
    Vm,
    /// Chains fused with their programs.
    Native,
}

/// `NAME=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// `PROGRAM.VARIABLE=VALUE`; the program may be given with its package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// `NAME`, `PACKAGE.NAME` or the whole symbol.
    pub owner: String,
    /// The configuration variable.
    pub name: String,
    /// Its value: a number, with the variable's unit or without; the variable's type says
    /// what it means.
    pub value: String,
}

/// What is wrong with an option.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OptionError {
    /// Not `NAME=VALUE`.
    #[error("`{0}` is no definition, expected `NAME=VALUE`")]
    Variable(String),
    /// A name that the bundle leaves open nowhere.
    #[error("the bundle has no device variable `{0}`")]
    UnknownVariable(String, Vec<String>),
    /// Not `PROGRAM.VARIABLE=VALUE`.
    #[error("`{0}` is no setting, expected `PROGRAM.VARIABLE=VALUE`")]
    Setting(String),
    /// No program or loader of this name.
    #[error("the bundle has no program or chain loader `{0}`")]
    UnknownOwner(String, Option<String>),
    /// Several programs of this name.
    #[error("`{name}` is {}", .found.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>().join(" or "))]
    AmbiguousOwner {
        /// The name given.
        name: String,
        /// What it could be.
        found: Vec<Symbol>,
    },
    /// The native tier of a bundle that was linked without it.
    #[error("the bundle has no fused program for `{0}`, which the native tier needs")]
    Native(Symbol),
    /// Every attachment of a script has a device, and `--dev` would give them all one.
    #[error("`--dev` names one device, but the bundle attaches to {0}")]
    SeveralDevices(usize),
    /// Nothing to attach.
    #[error("the bundle attaches no chain loader, `--dev` has nothing to do")]
    NothingToAttach,
}

impl OptionError {
    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::UnknownVariable(_, open) if open.is_empty() => {
                Some("every device of the bundle was set when it was built".to_owned())
            }
            Self::UnknownVariable(_, open) => {
                Some(format!("the bundle leaves open: {}", open.join(", ")))
            }
            Self::UnknownOwner(_, Some(near)) => Some(format!("did you mean `{near}`?")),
            Self::Native(_) => Some("`--tier vm` gives the same answers".to_owned()),
            Self::AmbiguousOwner { .. } => {
                Some("give the package too, `PACKAGE.PROGRAM.VARIABLE=VALUE`".to_owned())
            }
            Self::SeveralDevices(_) => {
                Some("give each device variable with `-D NAME=DEVICE`".to_owned())
            }
            _ => None,
        }
    }
}

impl Options {
    /// The device variables by name; the last definition of a name counts.
    pub(super) fn devices(&self) -> BTreeMap<&str, &str> {
        let variables = self.variables.iter();
        variables
            .map(|variable| (variable.name.as_str(), variable.value.as_str()))
            .collect()
    }
}

impl FromStr for Variable {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let (name, value) = text
            .split_once('=')
            .filter(|(name, value)| !name.is_empty() && !value.is_empty())
            .ok_or_else(|| OptionError::Variable(text.to_owned()))?;
        Ok(Self {
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

impl FromStr for Setting {
    type Err = OptionError;

    fn from_str(text: &str) -> Result<Self, OptionError> {
        let fail = || OptionError::Setting(text.to_owned());
        let (path, value) = text.split_once('=').ok_or_else(fail)?;
        let (owner, name) = path.rsplit_once('.').ok_or_else(fail)?;
        if owner.is_empty() || name.is_empty() || value.is_empty() {
            return Err(fail());
        }
        Ok(Self {
            owner: owner.to_owned(),
            name: name.to_owned(),
            value: value.to_owned(),
        })
    }
}

/// A number as scripts write it: decimal, `0x`, `0b`, `0o`, `_` between digits, a sign.
pub fn number(text: &str) -> Option<Number> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    if !digits
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    {
        return None;
    }
    let digits = digits.replace('_', "");
    let prefixed = |prefix: &str| digits.strip_prefix(prefix);
    let (digits, radix) = if let Some(digits) = prefixed("0x") {
        (digits, 16)
    } else if let Some(digits) = prefixed("0b") {
        (digits, 2)
    } else if let Some(digits) = prefixed("0o") {
        (digits, 8)
    } else {
        (digits.as_str(), 10)
    };
    let magnitude = u128::from_str_radix(digits, radix).ok()?;
    if !negative {
        return Some(Number::unsigned(magnitude));
    }
    let value = i128::try_from(magnitude).ok()?;
    Some(Number::signed(i64::try_from(-value).ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_in_scripts() {
        let check = |text, expected: Option<i64>| {
            assert_eq!(number(text), expected.map(Number::signed), "{text}");
        };
        check("42", Some(42));
        check("0x2a", Some(42));
        check("0b10_1010", Some(42));
        check("-5", Some(-5));
        check("+5", None);
        check("--5", None);
        check("", None);
        check("5 packets", None);
        assert_eq!(
            number("-9223372036854775808"),
            Some(Number::signed(i64::MIN))
        );
        assert_eq!(number("-9223372036854775809"), None);
    }

    #[test]
    fn settings_take_the_last_dot() {
        let setting: Setting = "meter.tbmon.RATE=20".parse().unwrap();
        assert_eq!(
            (&setting.owner[..], &setting.name[..]),
            ("meter.tbmon", "RATE")
        );
        assert!("RATE=20".parse::<Setting>().is_err());
        assert!(".RATE=20".parse::<Setting>().is_err());
        assert!("tbmon.RATE=".parse::<Setting>().is_err());
        assert!("=eth0".parse::<Variable>().is_err());
    }
}
