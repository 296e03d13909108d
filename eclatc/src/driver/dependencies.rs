//! Rules for make.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::{Path, PathBuf};

/// `TARGET: SCRIPT FILES`, and an empty rule for each file so that make does not stop when
/// one of them is gone.
pub fn rule(target: &Path, script: &Path, files: &BTreeSet<PathBuf>) -> String {
    let mut out = format!("{}: {}", escape(target), escape(script));
    for file in files {
        // Writing to a string does not fail.
        let _ = write!(out, " \\\n  {}", escape(file));
    }
    out.push('\n');
    for file in std::iter::once(script).chain(files.iter().map(PathBuf::as_path)) {
        let _ = write!(out, "\n{}:\n", escape(file));
    }
    out
}

/// A path as make reads it.
fn escape(path: &Path) -> String {
    let text = path.display().to_string();
    let escaped = text.chars().map(|c| match c {
        ' ' | '#' | ':' | '%' | '\\' => format!("\\{c}"),
        '$' => "$$".to_owned(),
        c => c.to_string(),
    });
    escaped.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_with_blanks_are_escaped() {
        let files = BTreeSet::from([PathBuf::from("p/a $.o")]);
        let rule = rule(Path::new("x.o"), Path::new("my x.eclat"), &files);
        assert_eq!(
            rule,
            "x.o: my\\ x.eclat \\\n  p/a\\ $$.o\n\nmy\\ x.eclat:\n\np/a\\ $$.o:\n"
        );
    }
}
