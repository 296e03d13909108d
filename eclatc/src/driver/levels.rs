//! Which warnings are shown, which are errors: `-A`, `-W`, `--deny`.

use super::cli::Cli;
use super::{Exit, Failure};
use crate::diagnostic::Severity;
use crate::diagnostics::Code;
use std::collections::BTreeMap;

/// The name that stands for all warnings.
const ALL: &str = "warnings";

/// What becomes of a warning.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Not shown.
    Allow,
    /// Shown.
    Warn,
    /// Shown as an error.
    Deny,
}

/// The levels of a command line.
#[derive(Debug)]
pub struct Levels {
    named: BTreeMap<Code, Level>,
    others: Level,
}

impl Levels {
    /// The levels that are given. A warning that is named counts before `warnings`; of
    /// several levels the strictest.
    ///
    /// # Errors
    /// When a name is no warning's.
    pub fn new(cli: &Cli) -> Result<Self, Failure> {
        let given = [
            (Level::Allow, &cli.allow),
            (Level::Warn, &cli.warn),
            (Level::Deny, &cli.deny),
        ];
        let mut levels = Self {
            named: BTreeMap::new(),
            others: Level::Warn,
        };
        for (level, names) in given {
            for name in names {
                levels.set(name, level)?;
            }
        }
        Ok(levels)
    }

    fn set(&mut self, name: &str, level: Level) -> Result<(), Failure> {
        match Code::parse(name).filter(|code| code.severity() == Severity::Warning) {
            Some(code) => {
                self.named.insert(code, level);
            }
            None if name == ALL => self.others = level,
            None => return Err(unknown_warning(name)),
        }
        Ok(())
    }

    /// The level of a code; errors stay errors.
    pub fn of(&self, code: Code) -> Level {
        match code.severity() {
            Severity::Error => Level::Deny,
            Severity::Warning => self.named.get(&code).copied().unwrap_or(self.others),
        }
    }
}

fn unknown_warning(name: &str) -> Failure {
    let all = Code::ALL.iter().copied();
    let warnings = all.filter(|code| code.severity() == Severity::Warning);
    let names: Vec<&str> = warnings.map(Code::name).chain([ALL]).collect();
    let failure = Failure::new(Exit::Usage, format!("no warning is named `{name}`"));
    match hike_format::nearest(name, names.iter().copied()) {
        Some(near) => failure.help(format!("did you mean `{near}`?")),
        None => failure.help(format!("warnings are {}", names.join(", "))),
    }
}
