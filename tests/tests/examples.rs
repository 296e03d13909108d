//! The example scripts of all packages: written as `eclatc fmt` writes, compiled, and run on
//! packets of every kind in both tiers.

use std::process::Command;

use hike_loader::pcap::{Capture, Packet, write};
use hike_tests::frame::zoo;
use hike_tests::require_kernel;
use hike_tests::scripts::{entries, of_packages};
use hike_tests::tools::{build_command, repository, run, tool};

/// Packages with programs of their own have an example.
#[test]
fn packages_show_how_to_use_them() {
    let examples = of_packages();
    for package in entries(&repository().join("packages")) {
        if !package.join("src").exists() || package.ends_with("basic") {
            continue;
        }
        let name = package.file_name().expect("a name").to_string_lossy();
        let folder = format!("packages/{name}/examples/");
        let mut own = examples.iter().filter(|path| path.starts_with(&folder));
        assert!(own.next().is_some(), "{folder} has no script");
    }
}

#[test]
fn examples_are_well_formed() {
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(repository()).args(["fmt", "--check"]);
    run(eclatc.args(of_packages()));
}

#[test]
fn examples_have_no_warnings() {
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc
        .current_dir(repository())
        .args(["check", "--deny", "warnings"]);
    eclatc.args(["-L", "packages", "-D", "DEVNAME=dut0"]);
    run(eclatc.args(of_packages()));
}

#[test]
fn examples_compile_and_run_in_both_tiers() {
    if !require_kernel() {
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let (bundle, packets) = (folder.path().join("x.hike"), folder.path().join("x.pcap"));
    std::fs::write(&packets, capture()).expect("a capture");
    for example in of_packages() {
        run(&mut build_command(&example, &bundle));
        for tier in ["vm", "native"] {
            let mut loader = Command::new(tool("hike-loader"));
            loader.args(["run", "--tier", tier, "--pcap"]);
            run(loader.arg(&packets).arg(&bundle));
        }
    }
}

/// One frame of every kind.
fn capture() -> Vec<u8> {
    let packets = zoo().into_iter().map(|frame| Packet {
        seconds: 0,
        fraction: 0,
        wire_length: frame.bytes.len() as u32,
        bytes: frame.bytes,
    });
    write(&Capture {
        big_endian: false,
        nanoseconds: false,
        snap_length: 65535,
        packets: packets.collect(),
    })
}
