//! What a user can do wrong with `hike-loader`, and what is said about it. Whatever fails
//! leaves the host as it was: nothing below the root, no program on an interface.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

use hike_tests::net::Namespace;
use hike_tests::require_kernel;
use hike_tests::tools::{repository, run, text, tool};
use tempfile::TempDir;

/// A host with an interface `up0`, another one `down0`, and the example of the paper.
struct Host {
    namespace: Namespace,
    folder: TempDir,
    root: PathBuf,
}

impl Host {
    fn new(name: &str) -> Self {
        let namespace = Namespace::new(&format!("hike-nasty-{name}"));
        namespace.ip("link add up0 type veth peer name peer0");
        namespace.ip("link set up0 up");
        namespace.ip("link add down0 type veth peer name peer1");
        let host = Self {
            namespace,
            folder: tempfile::tempdir().expect("a folder"),
            root: PathBuf::from(format!("/sys/fs/bpf/hike-nasty-{name}")),
        };
        let _ = std::fs::remove_dir_all(&host.root);
        host.build("ddos");
        host
    }

    /// Builds the example as a bundle of a name.
    fn build(&self, name: &str) {
        let mut eclatc = Command::new(tool("eclatc"));
        eclatc.current_dir(repository()).arg("build");
        eclatc.arg("fixtures/scripts/ddos_tb_2_lev.eclat");
        eclatc.args(["-p", name, "-L", "packages", "-o"]);
        run(eclatc.arg(self.path(&format!("{name}.hike"))));
    }

    fn path(&self, file: &str) -> PathBuf {
        self.folder.path().join(file)
    }

    /// `hike-loader` on the host.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = self.namespace.command(tool("hike-loader"));
        command.current_dir(self.folder.path());
        command.arg("--root").arg(&self.root);
        command.args(["--lock", "lock"]).args(arguments);
        command
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("hike-loader")
    }

    /// What is said, with this exit code, when nothing is done.
    fn refuses(&self, arguments: &[&str], code: i32, expected: &[&str]) {
        let before = self.state();
        let output = self.output(arguments);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {said}");
        for part in expected {
            assert!(
                said.contains(part),
                "{arguments:?}: `{part}` is not in\n{said}"
            );
        }
        assert_eq!(self.state(), before, "{arguments:?}: {said}");
    }

    fn does(&self, arguments: &[&str]) -> String {
        run(&mut self.command(arguments))
    }

    /// Every pin, and every interface with a program.
    fn state(&self) -> Vec<String> {
        let mut state = pins(&self.root);
        let links = run(self.namespace.command("ip").args(["-o", "link", "show"]));
        let busy = links.lines().filter(|line| line.contains("prog/xdp"));
        state.extend(busy.filter_map(|line| Some(line.split(": ").nth(1)?.to_owned())));
        state
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        let _ = self.output(&["uninstall", "ddos"]);
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn pins(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        found.push(entry.path().display().to_string());
        found.extend(pins(&entry.path()));
    }
    found.sort();
    found
}

const INSTALL: [&str; 4] = ["install", "ddos.hike", "-D", "DEVNAME=up0"];

#[test]
fn interfaces_are_looked_at_first() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("interface");
    let on = |device: &'static str| ["install", "ddos.hike", "--dev", device];
    host.refuses(
        &on("up1"),
        3,
        &["interface `up1` does not exist", "did you mean `up0`?"],
    );
    host.refuses(
        &on("wan"),
        3,
        &["interface `wan` does not exist", "`ip link`"],
    );
    let up = "`ip link set down0 up` brings it up";
    host.refuses(&on("down0"), 3, &["interface `down0` is down", up]);
    host.does(&INSTALL);
    let again = [
        "bundle `ddos`",
        "is installed already",
        "`hike-loader uninstall ddos`",
    ];
    host.refuses(&INSTALL, 3, &again);
    std::fs::copy(host.path("ddos.hike"), host.path("other.hike")).expect("a copy");
    host.refuses(&["install", "other.hike", "--dev", "up0"], 3, &again[1..]);
    host.build("second");
    let busy = [
        "interface `up0` has an XDP program already",
        "bundle `ddos` is attached there",
    ];
    host.refuses(&["install", "second.hike", "--dev", "up0"], 3, &busy);
    host.does(&["uninstall", "ddos"]);
    assert_eq!(host.state(), [""; 0]);
}

#[test]
fn options_are_checked_by_what_the_bundle_has() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("options");
    let with = |option: &'static [&'static str]| [&INSTALL[..], option].concat();
    host.refuses(
        &["install", "ddos.hike"],
        2,
        &["`DEVNAME` is not set", "-D DEVNAME=DEVICE"],
    );
    host.refuses(
        &with(&["-D", "DEVNAM=up0"]),
        2,
        &["no device variable `DEVNAM`", "leaves open: DEVNAME"],
    );
    host.refuses(&with(&["-D", "DEVNAME"]), 2, &["expected `NAME=VALUE`"]);
    host.refuses(
        &with(&["--set", "ip6_sd_tbmon.RATE=fast"]),
        1,
        &[
            "expected a number of type `u32` (packets/s), found `fast`",
            "for example `--set 'ip6_sd_tbmon.RATE=20 packets/s'`",
        ],
    );
    host.refuses(
        &with(&["--set", "ip6_sd_tbmon.RATE=4294967296"]),
        1,
        &["4294967296 does not fit", "type `u32`"],
    );
    host.refuses(
        &with(&["--set", "ip6_sd_tbmon.RATES=1"]),
        1,
        &["no configuration variable `RATES`", "did you mean `RATE`?"],
    );
    host.refuses(
        &with(&["--set", "ip6_sd_tbmom.RATE=1"]),
        2,
        &[
            "no program or chain loader `ip6_sd_tbmom`",
            "did you mean `ip6_sd_tbmon`?",
        ],
    );
    host.refuses(
        &with(&["--set", "RATE=1"]),
        2,
        &["expected `PROGRAM.VARIABLE=VALUE`"],
    );
    host.refuses(
        &["uninstall", "ddso"],
        1,
        &["`ddso` is not installed", "no bundle is"],
    );
    host.does(&[&INSTALL[..], &["--set", "ip6_sd_tbmon.RATE=30 packets/s"]].concat());
    assert!(host.does(&["show", "ddos"]).contains("RATE = 30"));
    host.refuses(&["uninstall", "ddso"], 1, &["did you mean `ddos`?"]);
    host.refuses(&["show", "ddso"], 1, &["did you mean `ddos`?"]);
}

#[test]
fn altered_bundles_are_refused_whole() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("altered");
    let bytes = std::fs::read(host.path("ddos.hike")).expect("the bundle");
    let cut = &bytes[..bytes.len() / 2];
    std::fs::write(host.path("cut.hike"), cut).expect("a file");
    let no_bundle = "`cut.hike` is no bundle that can be used";
    host.refuses(&["install", "cut.hike", "--dev", "up0"], 1, &[no_bundle]);
    let member = "programs/hike_default/monitor.o";
    alter(&host, member);
    host.refuses(
        &["install", "altered.hike", "--dev", "up0"],
        1,
        &[member, "bytes with SHA-256", ", found ", "`altered.hike`"],
    );
    std::fs::write(host.path("empty.hike"), b"").expect("a file");
    host.refuses(&["install", "empty.hike"], 1, &["`empty.hike`"]);
    host.refuses(
        &["install", "missing.hike"],
        1,
        &["`missing.hike`", "no such file"],
    );
    host.refuses(&["install", "/"], 1, &["`/`"]);
}

/// Writes the bundle with one byte of a member changed, packed by the usual tools.
fn alter(host: &Host, member: &str) {
    let script = format!(
        "mkdir all && zstd -dcq ddos.hike > all.tar && tar -xf all.tar -C all && \
         tar -tf all.tar > names && printf X | dd of=all/{member} bs=1 seek=100 conv=notrunc && \
         tar --format=ustar -C all --no-recursion -T names -cf altered.tar && \
         zstd -q --content-size altered.tar -o altered.hike"
    );
    let mut shell = Command::new("sh");
    shell.current_dir(host.folder.path());
    run(shell.args(["-ec", &script]));
}

/// How `setpriv` becomes a user without privileges.
const NOBODY: &str = "--reuid=65534 --regid=65534 --clear-groups";

/// `hike-loader` as a user with some capabilities only.
fn without_root(host: &Host, loader: &Path, capabilities: &str, arguments: &[&str]) -> Output {
    let mut command = Command::new("setpriv");
    command.current_dir(host.folder.path());
    command.args(NOBODY.split(' '));
    let set = format!("--inh-caps=-all{capabilities}");
    command.arg(set);
    if !capabilities.is_empty() {
        command.arg(format!("--ambient-caps=-all{capabilities}"));
    }
    command.arg(loader).arg("--root").arg(&host.root);
    command.args(["--lock", "lock"]).args(arguments);
    command.output().expect("setpriv")
}

#[test]
fn missing_capabilities_are_named() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("capabilities");
    let loader = for_all_users(&host);
    let check = |capabilities: &str, arguments: &[&str], expected: &str| {
        let output = without_root(&host, &loader, capabilities, arguments);
        let said = text(&output);
        assert_eq!(output.status.code(), Some(3), "{said}");
        assert!(said.contains(expected), "`{expected}` is not in\n{said}");
        assert!(said.contains("run it as root"), "{said}");
    };
    let install = ["install", "ddos.hike", "--dev", "lo"];
    let all = "this process lacks CAP_BPF, CAP_NET_ADMIN and CAP_PERFMON";
    check("", &install, all);
    check("", &["list"], all);
    check("", &["uninstall", "ddos"], all);
    check("", &["map", "dump", "ddos", "events"], all);
    check("", &["events", "ddos"], all);
    check(
        ",+bpf,+perfmon",
        &install,
        "this process lacks CAP_NET_ADMIN\n",
    );
    check(
        ",+bpf,+net_admin",
        &install,
        "this process lacks CAP_PERFMON\n",
    );
    check(
        ",+net_admin",
        &install,
        "this process lacks CAP_BPF and CAP_PERFMON\n",
    );
    assert_eq!(host.state(), [""; 0]);
    // A plan needs no privileges.
    let output = without_root(
        &host,
        &loader,
        "",
        &["install", "ddos.hike", "--dev", "lo", "--dry-run"],
    );
    assert!(output.status.success(), "{}", text(&output));
}

/// A copy of the tool that every user may run, wherever the workspace lies.
fn for_all_users(host: &Host) -> PathBuf {
    let copy = host.path("hike-loader");
    std::fs::copy(tool("hike-loader"), &copy).expect("a copy");
    run(Command::new("chmod")
        .arg("a+rx")
        .arg(host.folder.path())
        .arg(&copy));
    copy
}

#[test]
fn a_root_elsewhere_is_refused() {
    if !require_kernel() {
        return;
    }
    let mut host = Host::new("root");
    host.root = host.path("pins");
    let is_not = format!("`{}` is not on a bpffs", host.root.display());
    let help = format!("mount -t bpf bpf {}", host.folder.path().display());
    for arguments in [&INSTALL[..], &["list"], &["uninstall", "ddos"]] {
        host.refuses(arguments, 3, &[&is_not, &help]);
    }
    assert!(!host.root.exists());
}

/// In a mount namespace without bpffs it is mounted, or a sentence says how to.
#[test]
fn bpffs_is_mounted_or_asked_for() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("bpffs");
    let loader = for_all_users(&host);
    let loader = loader.display();
    let enter = |become_user: &str| {
        let script = format!(
            "umount /sys/fs/bpf; exec {become_user} {loader} --lock lock install ddos.hike --dev up0"
        );
        let mut command = host.namespace.command("unshare");
        command.current_dir(host.folder.path());
        command.args(["--mount", "sh", "-c", &script]);
        command.output().expect("unshare")
    };
    let some = "-all,+bpf,+net_admin,+perfmon";
    let output = enter(&format!(
        "setpriv {NOBODY} --inh-caps={some} --ambient-caps={some}"
    ));
    let said = text(&output);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("bpffs is not mounted on `/sys/fs/bpf`"),
        "{said}"
    );
    assert!(said.contains("mount -t bpf bpf /sys/fs/bpf"), "{said}");
    assert_eq!(host.state(), [""; 0]);
    let output = enter("");
    let said = text(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("mounted bpffs"), "{said}");
    assert!(said.contains("ends with it"), "{said}");
}

#[test]
fn captures_are_checked_first() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("capture");
    let run = |pcap: &'static str| ["run", "ddos.hike", "--pcap", pcap];
    host.refuses(&run("missing.pcap"), 1, &["`missing.pcap`", "no such file"]);
    std::fs::write(host.path("text.pcap"), "not a capture, but long enough").expect("a file");
    host.refuses(&run("text.pcap"), 1, &["`text.pcap`", "capture"]);
    let whole = repository().join("fixtures/captures/ddos.pcap");
    let bytes = std::fs::read(whole).expect("the capture");
    std::fs::write(host.path("cut.pcap"), &bytes[..bytes.len() - 7]).expect("a file");
    host.refuses(
        &run("cut.pcap"),
        1,
        &["`cut.pcap`", "the capture ends in a packet"],
    );
    std::fs::write(host.path("whole.pcap"), &bytes).expect("a file");
    let to = ["--out", "no/folder/out.pcap"];
    host.refuses(
        &[&run("whole.pcap")[..], &to].concat(),
        1,
        &["`no/folder/out.pcap`"],
    );
    host.refuses(
        &[&run("whole.pcap")[..], &["--loader", "ip6_cs"]].concat(),
        1,
        &["`ip6_cs`", "ip6_sc"],
    );
}

/// An installation that has begun.
fn started(host: &Host) -> Child {
    let mut install = host.command(&INSTALL);
    let install = install.stdout(Stdio::piped()).stderr(Stdio::piped());
    install.spawn().expect("hike-loader")
}

#[test]
fn concurrent_installs_name_each_other() {
    if !require_kernel() {
        return;
    }
    let host = Host::new("concurrent");
    // Holds the lock as an install does that takes long.
    let mut holder = Command::new("flock");
    holder.current_dir(host.folder.path());
    holder.args([
        "lock",
        "sh",
        "-c",
        "echo $$ '(hike-loader install slow.hike)' > lock; cat",
    ]);
    let mut holder = holder.stdin(Stdio::piped()).spawn().expect("flock");
    while !std::fs::read_to_string(host.path("lock")).is_ok_and(|it| it.ends_with('\n')) {
        std::thread::yield_now();
    }
    let busy = [
        "another command holds the lock `lock`",
        "(hike-loader install slow.hike)",
    ];
    let at_once = [&INSTALL[..], &["--lock-timeout", "0"]].concat();
    host.refuses(&at_once, 3, &[busy[0], busy[1], "--lock-timeout SECONDS"]);
    let waiting = started(&host);
    drop(holder.stdin.take());
    let output = waiting.wait_with_output().expect("an end");
    assert!(output.status.success(), "{}", text(&output));
    holder.wait().expect("flock");
    // Of several at once, one installs; the others say that it is there.
    host.does(&["uninstall", "ddos"]);
    let started: Vec<Child> = (0..3).map(|_| started(&host)).collect();
    let ends = started.into_iter().map(Child::wait_with_output);
    let outputs: Vec<Output> = ends.map(|output| output.expect("an end")).collect();
    let done = outputs
        .iter()
        .filter(|output| output.status.success())
        .count();
    assert_eq!(done, 1);
    let others = outputs.iter().filter(|output| !output.status.success());
    others.for_each(|output| assert!(text(output).contains("installed already")));
}

/// Killed anywhere, an installation leaves nothing that the next command does not remove.
#[test]
fn a_killed_installation_is_cleaned_up() {
    if !require_kernel() {
        return;
    }
    const PLACES: u32 = 12;
    let host = Host::new("killed");
    let start = Instant::now();
    host.does(&INSTALL);
    let whole = start.elapsed();
    let installed = host.state();
    host.does(&["uninstall", "ddos"]);
    let mut interrupted = 0;
    for place in 1..=PLACES {
        let mut command = host.command(&INSTALL);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        // `nsenter` becomes the tool, so this process is it.
        let mut child = command.spawn().expect("hike-loader");
        std::thread::sleep(whole * place / PLACES);
        child.kill().expect("a process to kill");
        let ended = child.wait().expect("an end");
        interrupted += u32::from(!ended.success());
        let listed = host.does(&["list"]);
        match listed.contains("no bundle is installed") {
            true => assert_eq!(host.state(), [""; 0], "place {place}"),
            false => {
                assert_eq!(
                    host.state(),
                    installed,
                    "place {place}: all of it or nothing"
                );
                host.does(&["uninstall", "ddos"]);
            }
        }
    }
    assert!(interrupted > 0, "all {PLACES} installations were too quick");
    host.does(&INSTALL);
    assert_eq!(host.state(), installed);
}
