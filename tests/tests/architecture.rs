//! The arrows of ARCHITECTURE.md: a crate that depends on what it must not know, a library
//! that prints, or a page that names a file which is not there fails here.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hike_tests::tools::repository;

/// What each crate may know of the others.
const ARROWS: [(&str, &[&str]); 7] = [
    ("hike-ebpf/isa", &[]),
    ("hike-ebpf/abi", &[]),
    ("hike-ebpf/vm", &["hike-abi", "hike-isa"]),
    ("hike-ld/format", &["hike-abi", "hike-isa"]),
    (
        "hike-ld",
        &["hike-abi", "hike-isa", "hike-vm", "hike-format"],
    ),
    (
        "eclatc",
        &["hike-abi", "hike-isa", "hike-format", "hike-ld"],
    ),
    (
        "hike-loader",
        &["hike-abi", "hike-isa", "hike-vm", "hike-format"],
    ),
];

/// Modules that talk to people; everything else gives values back.
const SPEAKERS: [&str; 6] = ["main.rs", "driver.rs", "driver", "tool.rs", "tool", "bin"];

#[test]
fn crates_know_only_what_the_arrows_allow() {
    for (folder, allowed) in ARROWS {
        for name in our_dependencies(folder) {
            assert!(
                allowed.contains(&name.as_str()),
                "`{folder}` depends on `{name}`"
            );
        }
    }
}

fn our_dependencies(folder: &str) -> Vec<String> {
    let manifest = repository().join(folder).join("Cargo.toml");
    let text = fs::read_to_string(&manifest).expect("a manifest");
    let manifest: toml::Table = text.parse().expect("TOML");
    let dependencies = manifest.get("dependencies").and_then(|it| it.as_table());
    let names = dependencies.into_iter().flat_map(|table| table.keys());
    names
        .filter(|name| name.starts_with("hike-") || *name == "eclatc")
        .cloned()
        .collect()
}

#[test]
fn only_drivers_print_or_exit() {
    let mut looked_at = 0;
    for (folder, _) in ARROWS {
        for file in sources(&repository().join(folder).join("src")) {
            looked_at += 1;
            let text = fs::read_to_string(&file).expect("a source file");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (line, number) in code.lines().zip(1..) {
                assert!(!speaks(line), "{}:{number}: {line}", file.display());
            }
        }
    }
    assert!(looked_at > 200, "only {looked_at} source files were found");
}

fn speaks(line: &str) -> bool {
    let calls = ["print!(", "println!(", "process::exit("];
    !line.trim_start().starts_with("//") && calls.iter().any(|call| line.contains(call))
}

/// Source files below a folder, those of drivers left out.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("a folder of sources");
    let paths = entries.map(|entry| entry.expect("an entry").path());
    let quiet = paths.filter(|path| {
        let name = path.file_name().and_then(|name| name.to_str());
        !SPEAKERS.contains(&name.expect("a name"))
    });
    quiet
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false => vec![path],
        })
        .collect()
}

#[test]
fn pages_name_files_that_are_there() {
    let mut named = BTreeSet::new();
    for page in ["README.md", "ARCHITECTURE.md"] {
        let text = fs::read_to_string(repository().join(page)).expect("a page");
        named.extend(links(&text).chain(quoted_paths(&text)).map(str::to_owned));
    }
    // What lies in `target` is there when it has been built.
    for path in named.iter().filter(|path| !path.starts_with("target/")) {
        assert!(repository().join(path).exists(), "`{path}` is not there");
    }
    assert!(named.len() > 20, "only {} paths were found", named.len());
}

/// Targets of Markdown links into the repository.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let targets = text
        .split("](")
        .skip(1)
        .filter_map(|rest| rest.split(')').next());
    let targets = targets.filter(|target| !target.contains("://"));
    targets.filter_map(|target| target.split('#').next().filter(|path| !path.is_empty()))
}

/// Paths in backticks that begin with one of the repository's folders.
fn quoted_paths(text: &str) -> impl Iterator<Item = &str> {
    let quoted = text.split('`').skip(1).step_by(2);
    quoted.filter(|quoted| {
        let first = quoted.split('/').next().unwrap_or_default();
        let plain = !quoted.contains([' ', '*', ':']) && quoted.contains('/');
        plain && repository().join(first).is_dir()
    })
}
