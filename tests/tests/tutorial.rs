//! The tutorial and the manual of the language keep their word: their scripts compile, their
//! commands run, and print what the pages say.

use std::path::Path;
use std::process::{Command, Output};

use hike_tests::manual::{Block, blocks, missing_line};
use hike_tests::net::Namespace;
use hike_tests::require_kernel;
use hike_tests::tools::{repository, text, tool};

const TUTORIAL: &str = include_str!("../../docs/tutorial.md");
const LANGUAGE: &str = include_str!("../../docs/language.md");

/// The host that the tutorial makes beside its own.
const CLIENT: &str = "hike-client";

/// Where the commands of a page are run.
struct Reader<'a> {
    folder: &'a Path,
    /// The network of the commands that need root, where there is a kernel for them.
    host: Option<&'a Namespace>,
}

impl Reader<'_> {
    /// Runs a shell block; `None` for one that needs what is not there.
    fn run(&self, block: &Block<'_>) -> Option<Output> {
        let mut command = match (self.host, block.has("root")) {
            (None, true) => return None,
            (Some(host), _) => host.command("bash"),
            (None, false) => Command::new("bash"),
        };
        let tools = tool("eclatc");
        let tools = tools.parent().expect("a folder").display();
        let path = std::env::var("PATH").unwrap_or_default();
        command.current_dir(self.folder);
        command.env("PATH", format!("{tools}:{path}"));
        command.env("HIKE_PACKAGE_PATH", repository().join("packages"));
        command.env("HIKE_BPFFS", "/sys/fs/bpf/hike-tutorial");
        command.args(["-euo", "pipefail", "-c", block.text]);
        Some(command.output().expect("bash"))
    }

    /// Does what a block says; `shown` is what the last command printed.
    fn follow(&self, block: &Block<'_>, shown: &mut Option<String>) {
        let line = block.line;
        match block.language() {
            "eclat" => {
                let file = block.words.get(1).expect("the name of a file");
                std::fs::write(self.folder.join(file), block.text).expect("a script");
            }
            "sh" => {
                let output = self.run(block);
                if let Some(output) = &output {
                    let fails = block.has("fails");
                    assert_eq!(
                        output.status.success(),
                        !fails,
                        "line {line}: {}",
                        text(output)
                    );
                }
                *shown = output.as_ref().map(text);
            }
            "text" => {
                if let Some(shown) = shown {
                    let missing = missing_line(block.text, shown);
                    assert_eq!(missing, None, "line {line}, found\n{shown}");
                }
            }
            "console" => {}
            other => panic!("line {line}: nobody knows what to do with `{other}`"),
        }
    }
}

/// Takes down what a tutorial that stopped half-way has left.
struct CleanUp;

impl Drop for CleanUp {
    fn drop(&mut self) {
        let _ = Command::new("ip").args(["netns", "del", CLIENT]).output();
        let _ = std::fs::remove_dir_all("/sys/fs/bpf/hike-tutorial");
    }
}

/// Compiles a script, and says what the compiler says about it.
fn check(folder: &Path, script: &str, deny: &[&str]) -> Output {
    std::fs::write(folder.join("script.eclat"), script).expect("a script");
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(folder).args(["check", "script.eclat"]);
    eclatc.arg("-L").arg(repository().join("packages"));
    eclatc.args(deny).output().expect("the compiler")
}

#[test]
fn the_tutorial_does_what_it_says() {
    let folder = tempfile::tempdir().expect("a folder");
    let has_ping = Command::new("ping").arg("-V").output().is_ok();
    let host = (require_kernel() && has_ping).then(|| Namespace::new("hike-tutorial"));
    if !has_ping {
        eprintln!("skipped in part: no `ping` (package iputils-ping)");
    }
    drop(CleanUp);
    let _clean_up = CleanUp;
    let reader = Reader {
        folder: folder.path(),
        host: host.as_ref(),
    };
    let mut shown = None;
    for block in blocks(TUTORIAL) {
        reader.follow(&block, &mut shown);
    }
}

#[test]
fn the_scripts_of_the_tutorial_are_sound_and_in_their_usual_form() {
    let folder = tempfile::tempdir().expect("a folder");
    for block in blocks(TUTORIAL) {
        if block.language() != "eclat" || block.has("wrong") {
            continue;
        }
        let output = check(folder.path(), block.text, &["--deny", "warnings"]);
        assert!(
            output.status.success(),
            "line {}: {}",
            block.line,
            text(&output)
        );
        let mut eclatc = Command::new(tool("eclatc"));
        eclatc.current_dir(folder.path());
        let output = eclatc
            .args(["fmt", "--check", "script.eclat"])
            .output()
            .expect("fmt");
        assert!(
            output.status.success(),
            "line {}: {}",
            block.line,
            text(&output)
        );
    }
}

#[test]
fn the_scripts_of_the_manual_compile() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut scripts = 0;
    for block in blocks(LANGUAGE) {
        if block.language() == "eclat" {
            let output = check(folder.path(), block.text, &[]);
            assert!(
                output.status.success(),
                "line {}: {}",
                block.line,
                text(&output)
            );
            scripts += 1;
        }
    }
    assert!(scripts > 5, "{scripts} scripts");
}
