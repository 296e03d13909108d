//! The standard library, levels of warnings, and the linker's problems, as a person meets them.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Runs a command on a script `a.eclat`.
fn eclatc(text: &str, args: &[&str]) -> (Output, tempfile::TempDir) {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("a.eclat"), text).expect("a script");
    let mut command = Command::new(env!("CARGO_BIN_EXE_eclatc"));
    command.current_dir(folder.path()).args(args);
    command.env("HIKE_PACKAGE_PATH", root().join("packages"));
    (command.output().expect("the compiler starts"), folder)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn chains_of_the_library_are_linked_and_nothing_else_of_it() {
    let text = "from std.verdict import drop_if\nfrom std.ipv6 import ipv6\n\
                from programs.hike_default import hike_pass\nfrom loaders.basic import ip6_sc\n\n\
                ip6_sc[ipv6_sc_map] = { (0): (main) }\nip6_sc.attach('eth0', 'xdp')\n\n\
                def main():\n    drop_if(ipv6.hop_limit < 2)\n    hike_pass()\n";
    let (output, folder) = eclatc(text, &["build", "a.eclat"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert_eq!(stderr(&output), "");
    let bytes = std::fs::read(folder.path().join("a.hike")).expect("a bundle");
    let bundle = hike_format::Bundle::read(&bytes).expect("a sound bundle");
    let manifest = bundle.manifest();
    let chains: Vec<String> = manifest
        .chains
        .iter()
        .map(|chain| chain.symbol.to_string())
        .collect();
    assert_eq!(chains, ["chains.a.main", "chains.std-verdict.drop_if"]);
    let programs: Vec<String> = manifest
        .programs
        .iter()
        .map(|program| program.symbol.to_string())
        .collect();
    assert!(
        !programs.iter().any(|name| name.ends_with(".monitor")),
        "{programs:?}"
    );
}

#[test]
fn the_linkers_problems_show_the_line() {
    let text = "from loaders.basic import ip6_sc\nfrom loaders.hike_default import ip6_simple_classifier\n\n\
                ip6_sc.attach('eth0', 'xdp')\nip6_simple_classifier.attach('eth0', 'xdp')\n\n\
                def main():\n    return 0\n";
    let (output, _folder) = eclatc(text, &["build", "a.eclat"]);
    let shown = stderr(&output);
    assert_eq!(output.status.code(), Some(1), "{shown}");
    assert!(shown.contains("[E0703] error: "), "{shown}");
    assert!(
        shown.contains("ip6_simple_classifier.attach('eth0', 'xdp')"),
        "{shown}"
    );
    assert!(
        shown.contains("a.eclat:4:1") || shown.contains("a.eclat:5:1"),
        "{shown}"
    );
}

/// A script with the warnings `no-effect` and `unused-variable`.
const TWO_WARNINGS: &str = "def a(x):\n    x == 1\n    y = 2\n    return x\n";

#[test]
fn levels_of_warnings_can_be_set_for_one_and_for_all() {
    for (args, exit, shown) in [
        (&[][..], 0, &["warning[W0610]", "warning[W0602]"][..]),
        (&["-A", "no-effect"], 0, &["warning[W0602]"]),
        (&["-A", "warnings"], 0, &[]),
        (&["-A", "warnings", "-W", "W0610"], 0, &["warning[W0610]"]),
        (
            &["--deny", "warnings"],
            1,
            &["error[W0610]", "error[W0602]"],
        ),
        (
            &["--deny", "warnings", "-W", "no-effect"],
            1,
            &["warning[W0610]", "error[W0602]"],
        ),
        (
            &["--deny", "warnings", "-A", "no-effect"],
            1,
            &["error[W0602]"],
        ),
        (
            &["--deny", "no-effect", "-A", "warnings"],
            1,
            &["error[W0610]"],
        ),
    ] {
        let all = ["check", "--message-format", "short", "a.eclat"];
        let (output, _folder) = eclatc(TWO_WARNINGS, &[&all[..], args].concat());
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(exit), "{args:?}: {text}");
        assert_eq!(text.lines().count(), shown.len(), "{args:?}: {text}");
        assert!(
            shown.iter().all(|line| text.contains(line)),
            "{args:?}: {text}"
        );
    }
}

#[test]
fn unknown_warnings_get_a_near_name() {
    let (output, _folder) = eclatc(TWO_WARNINGS, &["check", "-A", "no-efect", "a.eclat"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("did you mean `no-effect`?"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn suggestions_in_json_have_bytes_and_text() {
    let (output, _folder) = eclatc(
        TWO_WARNINGS,
        &["check", "--message-format", "json", "a.eclat"],
    );
    let text = stderr(&output);
    let first: serde_json::Value =
        serde_json::from_str(text.lines().next().unwrap_or_default()).expect("JSON");
    let change = &first["suggestions"][0];
    assert_eq!(change["byte_start"], 15, "{first}");
    assert_eq!(change["byte_end"], 19, "{first}");
    assert_eq!(change["replacement"], " = ");
}
