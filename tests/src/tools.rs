//! The built tools, as their users run them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::Once;

static BUILD: Once = Once::new();

/// The top folder of the repository.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

/// The path of a tool of this workspace, built when it is missing or old.
///
/// # Panics
/// When the workspace does not build.
pub fn tool(name: &str) -> PathBuf {
    let folder = profile_folder();
    BUILD.call_once(|| build(&folder));
    folder.join(name)
}

/// `target/debug` or `target/release`: two folders above a test, one above a binary.
fn profile_folder() -> PathBuf {
    let exe = std::env::current_exe().expect("the path of this program");
    let folder = exe.parent().expect("a folder");
    if folder.ends_with("deps") {
        return folder.parent().expect("a folder above deps").to_owned();
    }
    folder.to_owned()
}

fn build(folder: &Path) {
    let mut cargo = Command::new(env!("CARGO"));
    cargo.current_dir(repository()).args(["build", "--quiet"]);
    cargo.args([
        "-p",
        "eclatc",
        "-p",
        "hike-ld",
        "-p",
        "hike-loader",
        "--bins",
    ]);
    if folder.ends_with("release") {
        cargo.arg("--release");
    }
    let status = cargo.status().expect("cargo");
    assert!(status.success(), "the tools do not build");
}

/// The compiler's command that builds an example script for the interface `dut0`.
pub fn build_command(script: &str, bundle: &Path) -> Command {
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(repository()).arg("build").arg(script);
    eclatc.args(["-D", "DEVNAME=dut0", "-L", "packages", "-o"]);
    eclatc.arg(bundle);
    eclatc
}

/// Runs a command and gives its output.
///
/// # Panics
/// When it fails; the message shows what it printed.
pub fn run(command: &mut Command) -> String {
    let output = command
        .output()
        .unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(
        output.status.success(),
        "{command:?} failed:\n{}",
        text(&output)
    );
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// What a command printed, both streams.
pub fn text(output: &Output) -> String {
    let streams = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&streams).into_owned()
}
