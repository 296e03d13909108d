//! The commands as a person runs them: output, messages, exit codes, files.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn eclatc(folder: &Path, args: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_eclatc"));
    command.current_dir(folder).args(args);
    command.env("HIKE_PACKAGE_PATH", root().join("packages"));
    command.output().expect("the compiler starts")
}

fn code(output: &Output) -> Option<i32> {
    output.status.code()
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn stdout(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn folder_with(name: &str, text: &str) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(name), text).expect("a script");
    folder
}

const SOUND: &str = "from programs.hike_default import hike_pass\n\ndef a():\n    hike_pass()\n";
const WRONG: &str = "def a():\n    return x\n";

#[test]
fn check_says_nothing_about_sound_scripts() {
    let folder = folder_with("a.eclat", SOUND);
    let output = eclatc(folder.path(), &["check", "a.eclat"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""));
}

#[test]
fn check_reports_all_files_and_ends_with_1() {
    let folder = folder_with("a.eclat", WRONG);
    std::fs::write(folder.path().join("b.eclat"), WRONG).unwrap();
    let args = [
        "check",
        "a.eclat",
        "no.eclat",
        "b.eclat",
        "--message-format",
        "short",
    ];
    let output = eclatc(folder.path(), &args);
    assert_eq!(code(&output), Some(1));
    let shown = stderr(&output);
    assert!(
        shown.contains("a.eclat:2:12: error[E0201]: unknown name `x`"),
        "{shown}"
    );
    assert!(
        shown.contains("b.eclat:2:12: error[E0201]: unknown name `x`"),
        "{shown}"
    );
    assert!(shown.contains("cannot read no.eclat"), "{shown}");
}

#[test]
fn json_messages_are_one_object_a_line() {
    let folder = folder_with("a.eclat", "def a(count):\n    return conut\n");
    let output = eclatc(
        folder.path(),
        &["check", "a.eclat", "--message-format", "json"],
    );
    let lines = stderr(&output);
    let object: serde_json::Value = serde_json::from_str(lines.trim()).expect("one object");
    assert_eq!(object["code"], "E0201");
    assert_eq!(object["labels"][0]["line_start"], 2);
    assert_eq!(object["suggestions"][0]["replacement"], "count");
}

#[test]
fn warnings_are_allowed_and_denied_by_name() {
    let folder = folder_with("a.eclat", "def a(x):\n    y = x\n    return 0\n");
    let run = |args: &[&str]| eclatc(folder.path(), &[&["check", "a.eclat"], args].concat());
    assert!(stderr(&run(&[])).contains("W0602"));
    assert_eq!(code(&run(&[])), Some(0));
    assert_eq!(stderr(&run(&["-A", "unused-variable"])), "");
    assert_eq!(code(&run(&["--deny", "warnings"])), Some(1));
    assert_eq!(code(&run(&["--deny", "nothing"])), Some(2));
}

#[test]
fn bytes_that_are_no_text_are_reported() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.eclat"), b"def a():\n    \xff\xfe\n").unwrap();
    let output = eclatc(
        folder.path(),
        &["check", "a.eclat", "--message-format", "short"],
    );
    assert_eq!(code(&output), Some(1));
    assert!(
        stderr(&output).contains("a.eclat:2:5: error[E0006]"),
        "{}",
        stderr(&output)
    );
}

#[test]
fn compile_writes_nothing_when_something_is_wrong() {
    let folder = folder_with("a.eclat", WRONG);
    let output = eclatc(folder.path(), &["compile", "a.eclat", "-o", "a.o"]);
    assert_eq!(code(&output), Some(1));
    assert!(!folder.path().join("a.o").exists());
}

#[test]
fn compile_shows_every_stage() {
    let folder = folder_with("a.eclat", SOUND);
    for (stage, part) in [
        ("tokens", "Name \"hike_pass\""),
        ("ast", "from programs.hike_default import hike_pass"),
        ("hir", "programs.hike_default.hike_pass()!"),
        ("ir", "programs.hike_default.hike_pass"),
        ("asm", "call programs.hike_default.hike_pass"),
    ] {
        let output = eclatc(folder.path(), &["compile", "a.eclat", "--emit", stage]);
        assert_eq!(code(&output), Some(0), "{stage}: {}", stderr(&output));
        assert!(
            stdout(&output).contains(part),
            "{stage}: {}",
            stdout(&output)
        );
    }
}

#[test]
fn compile_tells_make_what_it_read() {
    let folder = folder_with("a.eclat", SOUND);
    let args = ["compile", "a.eclat", "-o", "out.o", "--dep-file", "out.d"];
    let output = eclatc(folder.path(), &args);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    let rule = std::fs::read_to_string(folder.path().join("out.d")).expect("the rule");
    assert!(rule.starts_with("out.o: a.eclat"), "{rule}");
    assert!(rule.contains("hike_default/objects/hike_pass.o"), "{rule}");
}

#[test]
fn build_gives_the_same_bytes_in_every_folder() {
    let script =
        std::fs::read_to_string(root().join("fixtures/scripts/ddos_tb_2_lev.eclat")).unwrap();
    let build = || {
        let folder = folder_with("ddos.eclat", &script);
        let output = eclatc(
            folder.path(),
            &["build", "ddos.eclat", "-D", "DEVNAME=eth0"],
        );
        assert_eq!(code(&output), Some(0), "{}", stderr(&output));
        std::fs::read(folder.path().join("ddos.hike")).expect("the bundle")
    };
    assert!(build() == build());
}

#[test]
fn build_takes_all_scripts_of_a_folder() {
    let folder = folder_with("one.eclat", SOUND);
    let two = "from chains.one import a\n\ndef b():\n    a()\n";
    std::fs::write(folder.path().join("two.eclat"), two).unwrap();
    let output = eclatc(folder.path(), &["build", ".", "-o", "both.hike"]);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    assert!(folder.path().join("both.hike").exists());
}

#[test]
fn build_says_where_a_missing_program_was_looked_for() {
    let script = "from programs.hike_default import hike_pas\n\ndef a():\n    hike_pas()\n";
    let folder = folder_with("a.eclat", script);
    let output = eclatc(folder.path(), &["build", "a.eclat", "-L", "elsewhere"]);
    assert_eq!(code(&output), Some(1));
    let shown = stderr(&output);
    assert!(shown.contains("hike_default/objects/hike_pas.o"), "{shown}");
    assert!(shown.contains("did you mean `hike_pass`?"), "{shown}");
}

#[test]
fn example_scripts_have_no_problem() {
    let scripts = [
        "ddos_tb_2_lev",
        "mmlf",
        "sampler",
        "sub_chains",
        "extension_headers",
    ];
    for script in scripts {
        let path = format!("fixtures/scripts/{script}.eclat");
        let output = eclatc(&root(), &["check", "--deny", "warnings", &path]);
        assert_eq!(
            (code(&output), stderr(&output).as_str()),
            (Some(0), ""),
            "{script}"
        );
    }
}

#[test]
fn fmt_rewrites_what_is_not_in_the_usual_form() {
    let folder = folder_with("a.eclat", "def a( ):\n  return  0\n");
    std::fs::write(folder.path().join("b.eclat"), SOUND).unwrap();
    let listed = eclatc(folder.path(), &["fmt", "--check", "."]);
    assert_eq!(
        (code(&listed), stdout(&listed).as_str()),
        (Some(1), "./a.eclat\n")
    );
    let output = eclatc(folder.path(), &["fmt", "a.eclat", "b.eclat"]);
    assert_eq!((code(&output), stderr(&output).as_str()), (Some(0), ""));
    let text = std::fs::read_to_string(folder.path().join("a.eclat")).unwrap();
    assert_eq!(text, "def a():\n    return 0\n");
    assert_eq!(
        code(&eclatc(folder.path(), &["fmt", "--check", "."])),
        Some(0)
    );
}

#[test]
fn fmt_leaves_files_with_syntax_errors_alone() {
    let folder = folder_with("a.eclat", "def a( :\n");
    let output = eclatc(folder.path(), &["fmt", "a.eclat"]);
    assert_eq!(code(&output), Some(1));
    assert!(stderr(&output).contains("E0"), "{}", stderr(&output));
    let text = std::fs::read_to_string(folder.path().join("a.eclat")).unwrap();
    assert_eq!(text, "def a( :\n");
    assert_eq!(code(&eclatc(folder.path(), &["fmt", "no.eclat"])), Some(1));
}

#[cfg(unix)]
#[test]
fn fmt_keeps_links_and_permissions() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = folder_with("a.eclat", "A=1\n");
    let (file, link) = (folder.path().join("a.eclat"), folder.path().join("b.eclat"));
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o750)).unwrap();
    symlink("a.eclat", &link).unwrap();
    assert_eq!(code(&eclatc(folder.path(), &["fmt", "b.eclat"])), Some(0));
    assert!(link.symlink_metadata().unwrap().is_symlink());
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "A = 1\n");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o750);
}

#[test]
fn new_makes_a_script_that_compiles_and_overwrites_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let output = eclatc(folder.path(), &["new", "guard"]);
    assert_eq!(
        (code(&output), stdout(&output).as_str()),
        (Some(0), "guard/guard.eclat\n")
    );
    let script = "guard/guard.eclat";
    let check = eclatc(folder.path(), &["check", "--deny", "warnings", script]);
    assert_eq!((code(&check), stderr(&check).as_str()), (Some(0), ""));
    assert_eq!(
        code(&eclatc(folder.path(), &["fmt", "--check", script])),
        Some(0)
    );
    let readme = std::fs::read_to_string(folder.path().join("guard/README.md")).unwrap();
    assert_eq!(readme.lines().count(), 5);
    assert!(!readme.contains('{'), "{readme}");

    std::fs::write(folder.path().join(script), "mine").unwrap();
    assert_eq!(code(&eclatc(folder.path(), &["new", "guard"])), Some(1));
    assert_eq!(
        std::fs::read_to_string(folder.path().join(script)).unwrap(),
        "mine"
    );
    assert_eq!(
        code(&eclatc(folder.path(), &["new", "not a name"])),
        Some(2)
    );
    assert_eq!(code(&eclatc(folder.path(), &["new", "no/guard"])), Some(1));
}

/// Whether it builds and runs is tested with the tools it needs, in `tests/tests/templates.rs`.
#[test]
fn new_makes_a_program_in_each_language() {
    let folder = tempfile::tempdir().unwrap();
    for (language, source) in [("c", "src/is_c.c"), ("rust", "src/main.rs")] {
        let name = format!("is_{language}");
        let output = eclatc(
            folder.path(),
            &["new", "--program", &name, "--lang", language],
        );
        let expected = format!("{name}/{source}\n");
        assert_eq!((code(&output), stdout(&output)), (Some(0), expected));
        let script = format!("{name}/example.eclat");
        let formatted = eclatc(folder.path(), &["fmt", "--check", &script]);
        assert_eq!(code(&formatted), Some(0));
        for file in [
            "Makefile",
            "README.md",
            "hike.toml",
            "example.eclat",
            source,
        ] {
            let text = std::fs::read_to_string(folder.path().join(&name).join(file)).unwrap();
            assert!(
                !text.contains("{name}") && text.contains("is_"),
                "{file}: {text}"
            );
        }
    }
    for wrong in [
        &["new", "--program", "1st"][..],
        &["new", "--program", "a-b"],
        &["new", "x", "--lang", "rust"],
    ] {
        assert_eq!(code(&eclatc(folder.path(), wrong)), Some(2), "{wrong:?}");
    }
    let missing = [
        "new",
        "--program",
        "x",
        "--lang",
        "rust",
        "--sdk",
        "nowhere",
    ];
    assert_eq!(code(&eclatc(folder.path(), &missing)), Some(1));
    assert!(!folder.path().join("x").exists());
}

#[test]
fn explain_prints_the_page() {
    let output = eclatc(&root(), &["explain", "e0207"]);
    assert!(stdout(&output).starts_with("# E0207: "));
    assert_eq!(code(&eclatc(&root(), &["explain", "E9999"])), Some(2));
    let near = eclatc(&root(), &["explain", "unused-imprt"]);
    assert!(stderr(&near).contains("did you mean `unused-import`?"));
}

#[test]
fn usage_errors_end_with_2() {
    let folder = folder_with("not a name.eclat", SOUND);
    assert_eq!(
        code(&eclatc(folder.path(), &["check", "not a name.eclat"])),
        Some(2)
    );
    assert_eq!(code(&eclatc(folder.path(), &["compile"])), Some(2));
    assert_eq!(
        code(&eclatc(folder.path(), &["build", "-D", "=3"])),
        Some(2)
    );
    let denied = eclatc(folder.path(), &["check", "-D", "warnings", "x.eclat"]);
    assert_eq!(code(&denied), Some(2));
    assert!(stderr(&denied).contains("--deny warnings"));
}

#[test]
fn manual_pages_and_completions_are_made_of_the_command_line() {
    let folder = tempfile::tempdir().unwrap();
    let written = eclatc(folder.path(), &["man", "pages"]);
    assert_eq!((code(&written), stdout(&written).as_str()), (Some(0), ""));
    let page = |name| std::fs::read_to_string(folder.path().join("pages").join(name)).unwrap();
    assert!(page("eclatc.1").contains(".TH eclatc 1"));
    assert!(page("eclatc-check.1").contains("budget"));
    assert!(stdout(&eclatc(folder.path(), &["man"])).contains(".TH eclatc 1"));
    for shell in ["bash", "zsh", "fish"] {
        let text = stdout(&eclatc(folder.path(), &["completions", shell]));
        assert!(text.contains("explain"), "{shell}");
    }
    std::fs::write(folder.path().join("file"), "").unwrap();
    assert_eq!(code(&eclatc(folder.path(), &["man", "file"])), Some(3));
}

#[test]
fn budgets_are_one_object_a_line_in_json() {
    let folder = folder_with("sound.eclat", SOUND);
    let args = [
        "check",
        "--budget",
        "--message-format",
        "json",
        "sound.eclat",
    ];
    let output = eclatc(folder.path(), &args);
    assert_eq!(code(&output), Some(0), "{}", stderr(&output));
    for line in stdout(&output).lines() {
        let object: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(
            object["chain"]
                .as_str()
                .unwrap()
                .starts_with("chains.sound.")
        );
        assert_eq!(object["program_calls"]["limit"], 33);
        assert!(object["instructions"]["least"].as_u64().unwrap() > 0);
    }
    assert!(stdout(&output).contains("nested_chains"));
}
