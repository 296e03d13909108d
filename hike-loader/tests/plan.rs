//! Plans as text, and what is refused before there is one.

mod common;

use hike_format::script::{Device, Number, Value};
use hike_loader::plan::{self, Host, Options, PlanError, Tier};
use hike_loader::registry::RunningTier;
use hike_loader::sys::netlink::Interface;

use common::{Content, Loader, bundle, counting, symbol};

fn interface(name: &str, index: u32) -> Interface {
    Interface {
        name: name.to_owned(),
        index,
        up: true,
        xdp: None,
    }
}

fn host() -> Host {
    Host {
        interfaces: vec![
            interface("lo", 1),
            interface("eth0", 2),
            interface("eth1", 3),
        ],
        ..Host::default()
    }
}

fn content() -> Content {
    counting(
        "counting",
        vec![Loader::ip6_sc(Device::Variable("DEVNAME".to_owned()))],
    )
}

fn options(arguments: &[&str]) -> Options {
    let mut options = Options::default();
    for argument in arguments {
        match argument.split_once(' ') {
            Some(("-D", variable)) => options.variables.push(variable.parse().unwrap()),
            Some(("--set", setting)) => options.settings.push(setting.parse().unwrap()),
            Some(("--dev", device)) => options.device = Some(device.to_owned()),
            _ => panic!("unknown option {argument}"),
        }
    }
    options
}

/// Compares with a file of `tests/golden`; `BLESS=1` writes it.
fn check_golden(name: &str, text: &str) {
    let path = common::top().join("hike-loader/tests/golden").join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, text).unwrap();
    }
    let expected = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(
        text,
        expected,
        "differs from {}; BLESS=1 rewrites it",
        path.display()
    );
}

/// The plan without the digest, which changes whenever an object is built anew.
fn text(content: &Content, arguments: &[&str]) -> String {
    let plan = plan::install(&bundle(content), &options(arguments), &host()).unwrap();
    plan.to_string().replace(&plan.digest.to_string(), "DIGEST")
}

#[test]
fn a_plan_says_everything_that_is_done() {
    let device = ["-D DEVNAME=eth1"];
    check_golden("counting.txt", &text(&content(), &device));
}

#[test]
fn settings_are_in_the_plan() {
    let mut content = content();
    let object = common::package_object("meter", "ip6_dst_tbmon");
    content
        .programs
        .push(("programs.meter.ip6_dst_tbmon", object));
    let arguments = ["--dev eth0", "--set ip6_dst_tbmon.RATE=1000"];
    check_golden("settings.txt", &text(&content, &arguments));
}

#[test]
fn a_setting_is_written_into_the_object() {
    let mut content = content();
    let object = common::package_object("meter", "ip6_dst_tbmon");
    content
        .programs
        .push(("programs.meter.ip6_dst_tbmon", object));
    let data = |arguments: &[&str]| {
        let plan = plan::install(&bundle(&content), &options(arguments), &host()).unwrap();
        let program = plan
            .programs
            .into_iter()
            .find(|program| program.object.symbol == symbol("programs.meter.ip6_dst_tbmon"));
        program.unwrap().object.image.data()[".rodata.config"]
            .bytes
            .clone()
    };
    let before = data(&["--dev eth0"]);
    let after = data(&["--dev eth0", "--set meter.ip6_dst_tbmon.RATE=0x01020304"]);
    assert_ne!(before, after);
    let value = 0x0102_0304u32.to_le_bytes();
    assert!(after.windows(4).any(|bytes| bytes == value), "{after:?}");
}

fn refused(content: &Content, options: &Options, host: &Host) -> PlanError {
    plan::install(&bundle(content), options, host).expect_err("it is refused")
}

fn check(arguments: &[&str], message: &str) {
    let error = refused(&content(), &options(arguments), &host());
    assert_eq!(error.to_string(), message);
    check_voice(&error);
}

/// Messages start in lower case and have no full stop.
fn check_voice(error: &PlanError) {
    let text = error.to_string();
    assert!(!text.starts_with(char::is_uppercase), "{text}");
    assert!(!text.ends_with('.'), "{text}");
}

#[test]
fn devices_are_checked_first() {
    check(&[], "device variable `DEVNAME` is not set");
    check(&["-D DEVNAME=eth7"], "interface `eth7` does not exist");
    check(&["-D DEV=eth0"], "the bundle has no device variable `DEV`");
    let mut down = host();
    down.interfaces[1].up = false;
    down.interfaces[2].xdp = Some(77);
    let error = refused(&content(), &options(&["--dev eth0"]), &down);
    assert_eq!(error.to_string(), "interface `eth0` is down");
    let error = refused(&content(), &options(&["--dev eth1"]), &down);
    assert_eq!(
        error.to_string(),
        "interface `eth1` has an XDP program already, ID 77"
    );
}

#[test]
fn one_interface_takes_one_loader() {
    let device = || Device::Name("eth0".to_owned());
    let mut content = counting("twice", vec![Loader::ip6_sc(device())]);
    content.attach.push(("loaders.basic.ip6_sc", device()));
    let error = refused(&content, &Options::default(), &host());
    assert!(matches!(error, PlanError::InterfaceTwice(name) if name == "eth0"));
}

#[test]
fn settings_must_fit() {
    check(
        &["--dev eth0", "--set monito.RATE=1"],
        "the bundle has no program or chain loader `monito`",
    );
    check(
        &["--dev eth0", "--set monitor.RATE=1"],
        "`programs.hike_default.monitor` has no configuration variable `RATE`",
    );
}

#[test]
fn the_native_tier_is_refused_with_a_sentence() {
    let options = Options {
        tier: Tier::Native,
        ..options(&["--dev eth0"])
    };
    let error = refused(&content(), &options, &host());
    assert_eq!(
        error.to_string(),
        "the bundle has no fused program for `loaders.basic.ip6_sc`, which the native tier needs"
    );
}

#[test]
fn an_installed_bundle_is_not_installed_again() {
    let options = options(&["--dev eth0"]);
    let plan = plan::install(&bundle(&content()), &options, &host()).unwrap();
    let mut host = host();
    host.registry.bundles.push(plan.record(RunningTier::Vm));
    let error = refused(&content(), &options, &host);
    assert!(matches!(error, PlanError::Installed { .. }));
    host.registry.bundles[0].name = "other".to_owned();
    host.interfaces[1].xdp = Some(9);
    let error = refused(&content(), &options, &host);
    assert!(
        matches!(&error, PlanError::InterfaceBusy { bundle: Some(name), .. } if name == "other")
    );
    host.interfaces[1].xdp = None;
    host.registry.bundles[0].vm_abi += 1;
    let error = refused(&content(), &options, &host);
    assert!(matches!(error, PlanError::HostAbi { .. }));
}

#[test]
fn map_entries_are_checked_by_type() {
    let mut content = content();
    content.entries[0].3 = Value::Number(Number::from(5));
    let error = refused(&content, &options(&["--dev eth0"]), &host());
    assert!(matches!(
        error,
        PlanError::Entry {
            part: "value",
            entry: 1,
            ..
        }
    ));
    content.entries[0].1 = "ipv6_sc_mop";
    let error = refused(&content, &options(&["--dev eth0"]), &host());
    assert_eq!(error.help().unwrap(), "did you mean `ipv6_sc_map`?");
}

#[test]
fn ids_run_out_with_a_message() {
    let options = options(&["--dev eth0"]);
    let plan = plan::install(&bundle(&content()), &options, &host()).unwrap();
    let mut host = host();
    let mut record = plan.record(RunningTier::Vm);
    record.name = "greedy".to_owned();
    record.programs = (0..255)
        .map(|id| hike_loader::registry::ProgramRecord {
            symbol: symbol("programs.a.b"),
            id: hike_loader::registry::ProgramId(id),
        })
        .collect();
    host.registry.bundles.push(record);
    let error = refused(&content(), &options, &host);
    assert_eq!(
        error.to_string(),
        "no program ID is free: the bundle needs 2, 1 of 256 are left"
    );
}

#[test]
fn records_come_back_from_their_bytes() {
    use hike_loader::registry::Record;
    let options = options(&["--dev eth0"]);
    let plan = plan::install(&bundle(&content()), &options, &host()).unwrap();
    let record = plan.record(RunningTier::Vm);
    assert_eq!(Record::from_bytes(&record.to_bytes()).unwrap(), record);
    assert_eq!(record.chains[0].place(0).unwrap().place.line, 3);
    let other = String::from_utf8(record.to_bytes()).unwrap();
    let other = other.replacen("\"format\":1", "\"format\":2", 1);
    assert!(Record::from_bytes(other.as_bytes()).is_err());
    assert!(Record::from_bytes(b"").is_err());
}
