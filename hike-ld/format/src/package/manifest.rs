//! `hike.toml`: what a package says of itself.

use serde::Deserialize;

use crate::symbol::is_package_name;

/// Content of `hike.toml`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PackageManifest {
    /// The package's name, which is also its folder's.
    pub name: String,
    /// Its version.
    pub version: String,
    /// What it is for, one line.
    #[serde(default)]
    pub description: String,
    /// Its licence, as SPDX expression.
    #[serde(default)]
    pub license: String,
    /// Packages whose names it gives out as its own.
    #[serde(default)]
    pub reexports: Vec<String>,
}

impl PackageManifest {
    /// Reads `hike.toml`.
    ///
    /// # Errors
    /// What is wrong and where, as text.
    pub fn parse(bytes: &[u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(bytes).map_err(|_| "expected UTF-8".to_owned())?;
        let manifest: Self = toml::from_str(text).map_err(|error| one_line(text, &error))?;
        let mut names = std::iter::once(&manifest.name).chain(&manifest.reexports);
        if let Some(name) = names.find(|name| !is_package_name(name)) {
            return Err(format!(
                "`{name}` is no name of a package, expected letters, digits, `_` and `-`"
            ));
        }
        Ok(manifest)
    }
}

fn one_line(text: &str, error: &toml::de::Error) -> String {
    let message = error.message().replace('\n', ", ");
    let Some(span) = error.span() else {
        return message;
    };
    let before = text.get(..span.start).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    format!("line {line}: {message}")
}
