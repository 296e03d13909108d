//! Names of programs, loaders and chains across objects: `programs.meter.ip6_dst_tbmon`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize, Serializer};

/// What a symbol names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SymbolKind {
    /// A HIKe program, `programs.…`.
    Program,
    /// A chain loader, `loaders.…`.
    Loader,
    /// A chain, `chains.…`.
    Chain,
}

impl SymbolKind {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Program, Self::Loader, Self::Chain];

    /// The first part of its symbols.
    pub const fn prefix(self) -> &'static str {
        match self {
            Self::Program => "programs",
            Self::Loader => "loaders",
            Self::Chain => "chains",
        }
    }

    /// What a message calls it.
    pub const fn noun(self) -> &'static str {
        match self {
            Self::Program => "program",
            Self::Loader => "chain loader",
            Self::Chain => "chain",
        }
    }
}

impl fmt::Display for SymbolKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}

/// The full name of a program, loader or chain. Its `Display` is the ELF symbol.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(try_from = "String")]
pub struct Symbol {
    kind: SymbolKind,
    package: String,
    name: String,
}

/// Why a text is not the name of a program, loader or chain.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{text}` is no symbol of HIKe, expected `programs.PACKAGE.NAME`, `loaders.PACKAGE.NAME` or `chains.PACKAGE.NAME`"
)]
pub struct SymbolError {
    /// The text.
    pub text: String,
}

impl Symbol {
    /// The symbol of these parts.
    ///
    /// # Errors
    /// When the package or the name has other characters than ASCII letters, digits, `_` and,
    /// in a package, `-` after the first.
    pub fn new(kind: SymbolKind, package: &str, name: &str) -> Result<Self, SymbolError> {
        if !is_package_name(package) || !is_name(name) {
            return Err(SymbolError {
                text: format!("{}.{package}.{name}", kind.prefix()),
            });
        }
        Ok(Self {
            kind,
            package: package.to_owned(),
            name: name.to_owned(),
        })
    }

    /// What it names.
    pub fn kind(&self) -> SymbolKind {
        self.kind
    }

    /// The package that defines it.
    pub fn package(&self) -> &str {
        &self.package
    }

    /// What its `Display` writes.
    fn text(&self) -> String {
        [self.kind.prefix(), &self.package, &self.name].join(".")
    }

    /// Its name within the package.
    pub fn name(&self) -> &str {
        &self.name
    }
}

/// Whether a text can be the name of a program, loader or chain.
pub(crate) fn is_name(text: &str) -> bool {
    let mut bytes = text.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

/// Whether a text can be the name of a package; such a text is safe as a folder's name.
pub(crate) fn is_package_name(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-')
}

impl fmt::Display for Symbol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}.{}", self.kind.prefix(), self.package, self.name)
    }
}

impl FromStr for Symbol {
    type Err = SymbolError;

    fn from_str(text: &str) -> Result<Self, SymbolError> {
        let fail = || SymbolError {
            text: text.to_owned(),
        };
        let (prefix, rest) = text.split_once('.').ok_or_else(fail)?;
        let (package, name) = rest.split_once('.').ok_or_else(fail)?;
        let kind = SymbolKind::ALL
            .into_iter()
            .find(|kind| kind.prefix() == prefix)
            .ok_or_else(fail)?;
        Self::new(kind, package, name).map_err(|_| fail())
    }
}

impl TryFrom<String> for Symbol {
    type Error = SymbolError;

    fn try_from(text: String) -> Result<Self, SymbolError> {
        text.parse()
    }
}

impl From<Symbol> for String {
    fn from(symbol: Symbol) -> Self {
        symbol.text()
    }
}

impl Serialize for Symbol {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&self.text())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_symbol_prints_and_parses_back() {
        let text = "programs.hike_default.ip6_kroute";
        let symbol: Symbol = text.parse().unwrap();
        assert_eq!(symbol.kind(), SymbolKind::Program);
        assert_eq!(symbol.package(), "hike_default");
        assert_eq!(symbol.name(), "ip6_kroute");
        assert_eq!(symbol.to_string(), text);
    }

    #[test]
    fn names_that_could_leave_a_folder_are_refused() {
        for text in [
            "programs...x",
            "programs.../x.y",
            "chains.a.b/c",
            "maps.a.b",
            "chains..a",
            "",
        ] {
            assert!(text.parse::<Symbol>().is_err(), "{text}");
        }
    }
}
