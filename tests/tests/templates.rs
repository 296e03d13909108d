//! `eclatc new --program`: what it makes builds, passes its own test, and can be called from
//! a script anywhere; in C with every compiler, and in Rust outside of this workspace.

use std::process::Command;

use hike_tests::frame::{Frame, address, errno};
use hike_tests::require_kernel;
use hike_tests::site::{CLANGS, Running, Site, TIERS, reporting};
use hike_tests::tools::{repository, run, tool};

/// What Debian's stable compiler needs to build for eBPF, as `hike-ebpf/build.sh` says it.
const CARGO: &str = "env RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1 /usr/bin/cargo";
const LLVM: &str = "/usr/lib/llvm-22";

fn new_program(site: &Site, name: &str, arguments: &[&str]) {
    std::fs::create_dir_all(site.path("packages")).expect("a folder");
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(site.path("packages"));
    run(eclatc.args(["new", "--program", name]).args(arguments));
}

/// `make` in the folder of a program.
fn make(site: &Site, name: &str, arguments: &[&str]) {
    let mut make = Command::new("make");
    make.arg("-C").arg(site.path("packages").join(name));
    make.env("HIKE_PACKAGE_PATH", repository().join("packages"));
    for (variable, name) in [("ECLATC", "eclatc"), ("HIKE_LOADER", "hike-loader")] {
        make.arg(format!("{variable}={}", tool(name).display()));
    }
    run(make.args(arguments));
}

/// Calls a new program from a script of another place.
fn call(site: &Site, name: &str, what: &str) {
    let imports = format!("from programs.{name} import {name}");
    let bundle = site.build("elsewhere", &reporting(&imports, &format!("{name}(77)")));
    let long = Frame::udp(address(1), address(2)).bytes;
    for tier in TIERS {
        let running = Running::new(&bundle, tier);
        assert_eq!(running.report(&long[..77]), 0, "{what}, {tier:?}");
        assert_eq!(running.report(&long[..78]), 1, "{what}, {tier:?}");
    }
}

#[test]
fn a_new_program_in_c_works() {
    if !require_kernel() {
        return;
    }
    for clang in CLANGS {
        let site = Site::new();
        new_program(&site, "is_long", &["--lang", "c"]);
        let compiler = format!("CLANG={clang}");
        make(&site, "is_long", &[&compiler]);
        make(&site, "is_long", &[&compiler, "test"]);
        call(&site, "is_long", clang);
    }
}

/// Crates of their own, in workspaces of their own, with the SDK by its path: the template,
/// and what the page for authors shows.
#[test]
fn new_programs_in_rust_work() {
    if !require_ebpf_toolchain() || !require_kernel() {
        return;
    }
    let site = Site::new();
    new_rust_program(&site, "is_long");
    make_rust(&site, "is_long", &["test"]);
    call(&site, "is_long", "rust");

    new_rust_program(&site, "over_limit");
    let page = std::fs::read_to_string(repository().join("docs/programs-rust.md"));
    let page = page.expect("the page");
    let (_, code) = page.split_once("```rust\n").expect("a program");
    let (code, _) = code.split_once("```").expect("its end");
    site.write("packages/over_limit/src/main.rs", code);
    make_rust(&site, "over_limit", &[]);
    let imports = "from programs.over_limit import over_limit";
    let bundle = site.build("limited", &reporting(imports, "over_limit()"));
    for tier in TIERS {
        let running = Running::with(&bundle, tier, &["over_limit.LIMIT=2"]);
        let packet = Frame::udp(address(1), address(2)).bytes;
        let answers = [0; 4].map(|_: i32| running.report(&packet));
        assert_eq!(answers, [0, 0, 1, 1], "{tier:?}");
        let ipv4 = running.report(&Frame::ipv4().bytes);
        assert_eq!(ipv4, errno::EPROTONOSUPPORT, "{tier:?}");
    }
}

fn new_rust_program(site: &Site, name: &str) {
    let sdk = repository().join("hike-ebpf/sdk").display().to_string();
    new_program(site, name, &["--lang", "rust", "--sdk", &sdk]);
    let lock = repository().join("packages/Cargo.lock");
    let own = site.path(&format!("packages/{name}/Cargo.lock"));
    std::fs::copy(lock, own).expect("the versions that the repository has");
}

/// `make` of a program in Rust. What it builds is kept between runs: most of it is core.
fn make_rust(site: &Site, name: &str, arguments: &[&str]) {
    let target = repository().join("packages/target/outside");
    let target = format!("TARGET={}", target.display());
    let cargo = format!("CARGO={}", cargo());
    make(
        site,
        name,
        &[&[cargo.as_str(), &target], arguments].concat(),
    );
}

fn cargo() -> String {
    let path = std::env::var("PATH").unwrap_or_default();
    CARGO.replace(
        "env ",
        &format!("env PATH={LLVM}/bin:{path} LD_LIBRARY_PATH={LLVM}/lib "),
    )
}

/// Whether programs in Rust are to be built, which takes minutes the first time: `make
/// ebpf-check` installs what that needs and asks for it with `HIKE_REQUIRE_EBPF=1`.
fn require_ebpf_toolchain() -> bool {
    if std::env::var("HIKE_REQUIRE_EBPF").is_ok_and(|value| value == "1") {
        return true;
    }
    println!("skipped: `make ebpf-check` builds programs in Rust, with their own toolchain");
    false
}
