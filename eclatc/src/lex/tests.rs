//! Both ways to read a text give the same tokens.

use super::*;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

/// Compares the two ways; whether the short one leads to the end.
fn compare(text: &str) -> Result<bool, String> {
    let Some(places) = direct::scan(text) else {
        return Ok(false);
    };
    let file = FileId(0);
    let (expected, problems) = thorough(text, file);
    let found: Vec<Token<'_>> = Tokens::new(text, file, places).iter().collect();
    match found == expected && problems.is_empty() {
        true => Ok(true),
        false => Err(format!(
            "{text:?}\nexpected\n{expected:?}\n{problems:?}\nfound\n{found:?}"
        )),
    }
}

fn scripts(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            scripts(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "eclat") {
            found.push(path);
        }
    }
}

#[test]
fn scripts_of_the_repository() {
    let mut paths = Vec::new();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    scripts(&root, &mut paths);
    let mut short = 0;
    for path in &paths {
        let bytes = std::fs::read(path).expect("a script");
        let compared = compare(&String::from_utf8_lossy(&bytes));
        let compared = compared.unwrap_or_else(|wrong| panic!("{}: {wrong}", path.display()));
        short += usize::from(compared);
    }
    assert!(short > paths.len() / 2, "{short} of {}", paths.len());
}

#[test]
fn what_is_odd_goes_the_long_way() {
    for text in [
        "a = 1\n",
        "",
        "\n\n",
        "# only a comment",
        "if a:\n  b()\n\n  # c\nd()",
        "if a:\n\tb()\r\n\td()\r\n",
        "m[n] = {\n  1: 2,\n}\n",
        "f(a,\n  b)\n",
        "a = 1 \\\n  + 2\n",
        "x:u8 = {1:2}",
    ] {
        assert_eq!(compare(text), Ok(true), "{text:?}");
    }
    for text in [
        "a = 1.5\n",
        "a = fc01::2\n",
        "a = 00:11:22:33:44:55\n",
        "f(a\nreturn\n",
        "f(a))\n",
        "if a {\n}\n",
        "if a:\n  b()\n c()\n",
        "if a:\n\tb()\n    c()\n",
        "a = 0b2\n",
        "a = '\n",
        "\u{feff}a = 1\n",
    ] {
        assert_eq!(compare(text), Ok(false), "{text:?}");
    }
}

/// A piece of a text.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "a",
        "name",
        "def",
        "if",
        "return",
        "1",
        "0x1f",
        "017",
        "1.5",
        "..",
        ":",
        "::",
        "fe80",
        "'s'",
        "\"t\"",
        "'''u\n'''",
        "'",
        "(",
        ")",
        "[",
        "]",
        "= {",
        "{",
        "}",
        ",",
        ";",
        "=",
        "+",
        "//",
        "->",
        "!",
        "?",
        "\u{e4}",
        " ",
        "  ",
        "    ",
        "\t",
        "\n",
        "\n",
        "\r\n",
        "\r",
        "\n  ",
        "\n    ",
        "\n\t",
        "\n#c\n",
        "# c",
        "\\\n",
        "\\",
        "\u{c}",
        "/*",
        "*/",
        "\u{feff}",
        "\u{201c}",
    ])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_pieces(pieces in prop::collection::vec(piece(), 0..14)) {
        compare(&pieces.concat()).map_err(TestCaseError::fail)?;
    }
}
