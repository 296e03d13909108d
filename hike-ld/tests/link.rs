//! Linking: what goes into a bundle, and every message, as text.

#[path = "../format/tests/common/mod.rs"]
mod common;

use common::chains::{ChainBuilder, EXIT, Step, mov};
use common::programs::ProgramBuilder;
use hike_format::PackagePath;
use hike_format::btf::IntEncoding::Unsigned;
use hike_format::package::MemoryFiles;
use hike_format::script::{
    AttachMode, Attachment, ConfigSetting, Device, MapAssignment, MapEntry, Number, Place, Script,
    Value,
};
use hike_isa::Reg;
use hike_ld::{Input, LinkError, Linked, Options, link};

fn loader() -> Vec<u8> {
    let builder = ProgramBuilder::loader("ip6_sc").doc("Every IPv6 packet.");
    builder
        .map("ipv6_sc_map", 2, 1, |builder| {
            (builder.int(4, Unsigned), builder.word("ChainId"))
        })
        .build()
}

fn packages() -> PackagePath {
    let mut files = MemoryFiles::new();
    for name in ["basic", "meter", "net"] {
        let reexports = if name == "net" {
            "reexports = [\"meter\"]\n"
        } else {
            ""
        };
        let manifest = format!("name = \"{name}\"\nversion = \"1.0.0\"\n{reexports}");
        files.add(format!("/p/{name}/hike.toml"), manifest);
    }
    files.add("/p/basic/objects/ip6_sc.o", loader());
    let monitor = ProgramBuilder::program("monitor").doc("Counts.");
    let monitor = monitor.param("event", 4, Unsigned).build();
    files.add("/p/basic/objects/monitor.o", monitor);
    let meter = ProgramBuilder::program("tbmon").config("RATE", "PacketsPerSecond", 20);
    files.add("/p/meter/objects/tbmon.o", meter.build());
    let unused = ProgramBuilder::program("unused").build();
    files.add("/p/meter/objects/unused.o", unused);
    let misnamed = ProgramBuilder::program("other").build();
    files.add("/p/meter/objects/misnamed.o", misnamed);
    files.add("/p/meter/objects/broken.o", "hello");
    let library = chain(
        "chains.meter.library",
        "library.eclat",
        &["programs.meter.tbmon"],
    );
    files.add("/p/meter/chains/library.o", library.build());
    files.add(
        "/p/meter/chains/only_script.eclat",
        "def only_script(): pass",
    );
    PackagePath::with_files(vec!["/p".into()], files)
}

/// A chain that calls some symbols, each on its line from 10 on.
fn chain(symbol: &str, file: &str, calls: &[&str]) -> ChainBuilder {
    let mut steps: Vec<Step<'_>> = calls.iter().map(|call| Step::Call(call)).collect();
    steps.push(EXIT);
    ChainBuilder::new().chain(symbol, &[], file, 10, &steps)
}

fn place(line: u32) -> Option<Place> {
    Some(Place {
        file: "ddos.eclat".into(),
        line,
        column: 1,
    })
}

fn assignment(owner: &str, map: &str, key: Value, value: Value) -> MapAssignment {
    MapAssignment {
        owner: owner.parse().unwrap(),
        map: map.into(),
        entries: vec![MapEntry { key, value }],
        place: place(1),
    }
}

fn number(value: u128) -> Value {
    Value::Number(Number::unsigned(value))
}

fn main_chain() -> Value {
    Value::Chain("chains.ddos.main".parse().unwrap())
}

fn setting(name: &str, value: u128) -> ConfigSetting {
    ConfigSetting {
        owner: "programs.meter.tbmon".parse().unwrap(),
        name: name.into(),
        value: Number::unsigned(value),
        place: place(2),
    }
}

fn attachment(loader: &str) -> Attachment {
    Attachment {
        loader: loader.parse().unwrap(),
        device: Device::Variable("DEVNAME".into()),
        mode: AttachMode::Xdp,
        place: place(3),
    }
}

fn script() -> Script {
    Script {
        package: "ddos".into(),
        doc: "Mitigates.".into(),
        maps: vec![assignment(
            "loaders.basic.ip6_sc",
            "ipv6_sc_map",
            number(0),
            main_chain(),
        )],
        config: vec![setting("RATE", 1000)],
        attach: vec![attachment("loaders.basic.ip6_sc")],
        ..Script::default()
    }
}

fn input(path: &str, bytes: Vec<u8>) -> Input {
    let path = path.into();
    Input { path, bytes }
}

fn ddos(calls: &[&str], script: Script) -> Input {
    let source = "ip6_sc[ipv6_sc_map] = { (0): (main) }\ntbmon.config(RATE=1000)\nip6_sc.attach('DEVNAME', 'xdp')\n";
    let chain = chain("chains.ddos.main", "../ddos.eclat", calls);
    let object = chain.script(script).source("../ddos.eclat", source);
    input("ddos.o", object.source("ddos.eclat", source).build())
}

#[track_caller]
fn linked(inputs: &[Input]) -> Linked {
    let linked = link(inputs, &packages(), &Options::default());
    linked.unwrap_or_else(|errors| panic!("{}", text(&errors)))
}

/// Errors as the tool writes them, without colours.
fn text(errors: &[LinkError]) -> String {
    let lines = errors.iter().flat_map(|error| {
        let places = error.places.iter().map(|place| {
            let text = place.text.trim();
            format!("  --> {place} | {text}")
        });
        let help = error.help().map(|help| format!("  help: {help}"));
        let places: Vec<_> = places.collect();
        std::iter::once(format!("error: {error}"))
            .chain(places)
            .chain(help)
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn check(inputs: &[Input], expected: &[&str]) {
    let errors = link(inputs, &packages(), &Options::default()).unwrap_err();
    assert_eq!(text(&errors), expected.join("\n"));
}

#[test]
fn a_bundle_holds_what_is_used_and_nothing_else() {
    let calls = [
        "programs.meter.tbmon",
        "programs.basic.monitor",
        "chains.meter.library",
    ];
    let linked = linked(&[ddos(&calls, script())]);
    let manifest = linked.bundle.manifest();
    let paths: Vec<_> = manifest
        .members
        .iter()
        .map(|member| member.path.as_str())
        .collect();
    assert_eq!(
        paths,
        [
            "chains/ddos.o",
            "chains/meter.o",
            "programs/basic/monitor.o",
            "programs/meter/tbmon.o",
            "loaders/basic/ip6_sc.o",
            "source-map.json",
            "sources/ddos.eclat",
            "docs/README.md",
        ]
    );
    assert_eq!(
        (manifest.name.as_str(), manifest.version.as_str()),
        ("ddos", "0.1.0")
    );
    assert_eq!(manifest.chains[0].instructions, 4);
    // Places are for messages: the bundle is the same wherever the script stands.
    assert!(manifest.maps.iter().all(|map| map.place.is_none()));
    let chain = "chains.ddos.main".parse().unwrap();
    let map = linked.bundle.source_map().unwrap();
    let place = map.lookup(&chain, 8).unwrap();
    assert_eq!(place.to_string(), "ddos.eclat:11:5");
    let sources: Vec<_> = linked.bundle.sources().map(|(path, _)| path).collect();
    assert_eq!(sources, ["ddos.eclat"]);
    let loader = "loaders.basic.ip6_sc".parse().unwrap();
    assert_eq!(
        linked.bundle.program(&loader).unwrap().signature.name,
        "ip6_sc"
    );
}

#[test]
fn the_map_says_where_everything_came_from() {
    let calls = ["programs.basic.monitor", "programs.basic.monitor"];
    let linked = linked(&[ddos(&calls, script())]);
    let text = linked.map.to_string();
    let sizes: String = text
        .split('(')
        .map(|part| part.split_once(" bytes").map_or(part, |(_, rest)| rest))
        .collect();
    assert_eq!(
        sizes,
        "\
programs.basic.monitor ) from /p/basic/objects/monitor.o
    used at ../ddos.eclat:10:5, in chain `main`
    used at ../ddos.eclat:11:5, in chain `main`
programs.meter.tbmon ) from /p/meter/objects/tbmon.o
    used at ddos.eclat:2:1
loaders.basic.ip6_sc ) from /p/basic/objects/ip6_sc.o
    used at ddos.eclat:1:1
    used at ddos.eclat:3:1
chains.ddos.main ) from ddos.o
    used at ddos.eclat:1:1
"
    );
}

#[test]
fn documentation_is_collected() {
    let linked = linked(&[ddos(&["programs.basic.monitor"], script())]);
    let readme = linked.bundle.member("docs/README.md").unwrap();
    assert_eq!(
        std::str::from_utf8(readme).unwrap(),
        "\
# ddos 0.1.0

Mitigates.

## Chains

### `main()`

## Programs

### `monitor(event: u32) -> u64` (package basic)

Counts.

### `tbmon() -> u64` (package meter)

| variable | type | default | unit |
|---|---|---|---|
| `RATE` | u32 | 20 | PacketsPerSecond |

## Chain loaders

### `ip6_sc` (package basic)

Every IPv6 packet.

| map | key | value | entries |
|---|---|---|---|
| `ipv6_sc_map` | u32 | chain | 1 |
"
    );
}

#[test]
fn the_same_inputs_give_the_same_bytes() {
    let bytes = || {
        linked(&[ddos(&["programs.basic.monitor"], script())])
            .bundle
            .write()
            .unwrap()
    };
    assert_eq!(bytes(), bytes());
}

#[test]
fn objects_given_directly_need_no_package_path() {
    let monitor = ProgramBuilder::program("monitor").build();
    let inputs = [
        input("mine/objects/monitor.o", monitor.clone()),
        input(
            "a.o",
            chain("chains.a.main", "a", &["programs.mine.monitor"]).build(),
        ),
    ];
    let linked = link(&inputs, &PackagePath::new(Vec::new()), &Options::default()).unwrap();
    let symbol = "programs.mine.monitor".parse().unwrap();
    assert_eq!(
        linked.bundle.object_path(&symbol),
        Some("programs/mine/monitor.o")
    );
    check(
        &[input("monitor.o", monitor), inputs[1].clone()],
        &[
            "error: monitor.o: expected a program or loader object in a folder `PACKAGE/objects`",
            "  help: give the package's folder with `-L DIR`",
            "error: undefined program `programs.mine.monitor`: package `mine` is not found",
            "  --> a:10:5, in chain `main` | line 10",
            "  help: looked for /p/mine/hike.toml",
        ],
    );
}

#[test]
fn all_undefined_symbols_are_reported_with_every_place() {
    let calls = [
        "programs.meter.tbmn",
        "programs.net.tbmon",
        "chains.meter.only_script",
        "programs.meter.tbmn",
        "programs.meter.broken",
        "programs.meter.misnamed",
    ];
    check(
        &[ddos(&calls, Script::default())],
        &[
            "error: undefined program `programs.meter.tbmn`: package `meter` has no program or chain loader `tbmn`",
            "  --> ../ddos.eclat:10:5, in chain `main` | line 10",
            "  --> ../ddos.eclat:13:5, in chain `main` | line 13",
            "  help: did you mean `tbmon`? looked for /p/meter/objects/tbmn.o",
            "error: undefined program `programs.net.tbmon`: package `net` has no program or chain loader `tbmon`",
            "  --> ../ddos.eclat:11:5, in chain `main` | line 11",
            "  help: did you mean `meter.tbmon`?",
            "error: undefined chain `chains.meter.only_script`: package `meter` has no compiled chain `only_script`",
            "  --> ../ddos.eclat:12:5, in chain `main` | line 12",
            "  help: compile it with `eclatc compile /p/meter/chains/only_script.eclat` and give its object too",
            "error: /p/meter/objects/broken.o: expected a 64-bit little-endian ELF object, found a file that is not: invalid ELF header size or alignment",
            "  --> ../ddos.eclat:14:5, in chain `main` | line 14",
            "error: /p/meter/objects/misnamed.o: expected the object of `misnamed`, found `other`",
            "  --> ../ddos.eclat:15:5, in chain `main` | line 15",
        ],
    );
}

#[test]
fn things_called_wrongly_are_reported() {
    let object = chain(
        "chains.ddos.main",
        "a.eclat",
        &[
            "loaders.basic.ip6_sc",
            "programs.basic.ip6_sc",
            "programs.basic.monitor",
            "chains.b.helper",
        ],
    );
    let object = object.declare("programs.basic.monitor", &["a", "b"]);
    let object = object.declare("chains.b.helper", &["a"]);
    let helper = ChainBuilder::new().chain(
        "chains.b.helper",
        &["tos", "port"],
        "b.eclat",
        1,
        &[mov(Reg::R0, 0), EXIT],
    );
    check(
        &[input("a.o", object.build()), input("b.o", helper.build())],
        &[
            "error: `programs.basic.ip6_sc` is used as a program, but /p/basic/objects/ip6_sc.o has a chain loader of this name",
            "  --> a.eclat:11:5, in chain `main` | line 11",
            "error: `loaders.basic.ip6_sc` is called, but a chain loader cannot be called",
            "  --> a.eclat:10:5, in chain `main` | line 10",
            "  help: attach it to a device instead",
            "error: `programs.basic.monitor` is called as (u64, u64), expected `monitor(event: u32) -> u64`",
            "  --> a.eclat:12:5, in chain `main` | line 12",
            "error: `chains.b.helper` is called as (u64), expected `helper(tos: u64, port: u64)`",
            "  --> a.eclat:13:5, in chain `main` | line 13",
        ],
    );
}

#[test]
fn duplicates_name_both_places() {
    let one = |path: &str, file| input(path, chain("chains.a.main", file, &[]).build());
    check(
        &[one("a.o", "a.eclat"), one("b.o", "b.eclat")],
        &[
            "error: `chains.a.main` is defined in a.o and again in b.o",
            "  --> a.eclat:10:5, in chain `main` | line 10",
            "  --> b.eclat:10:5, in chain `main` | line 10",
        ],
    );
}

#[test]
fn configuration_is_checked_against_maps_and_variables() {
    let loader = "loaders.basic.ip6_sc";
    let script = Script {
        maps: vec![
            assignment(loader, "ipv6_scmap", number(0), main_chain()),
            assignment(loader, "ipv6_sc_map", number(1), number(9)),
            assignment("chains.ddos.main", "m", number(0), number(0)),
        ],
        config: vec![
            setting("RTE", 1),
            setting("RATE", 1 << 32),
            setting("BURST", 1),
        ],
        attach: vec![
            attachment(loader),
            attachment("programs.basic.monitor"),
            attachment(loader),
        ],
        ..script()
    };
    check(
        &[ddos(&[], script)],
        &[
            "error: `loaders.basic.ip6_sc` has no map `ipv6_scmap`",
            "  --> ddos.eclat:1:1 | ip6_sc[ipv6_sc_map] = { (0): (main) }",
            "  help: did you mean `ipv6_sc_map`?",
            "error: key 1 of map `ipv6_sc_map` of `loaders.basic.ip6_sc`: expected a key below 1, the number of entries, found 1",
            "  --> ddos.eclat:1:1 | ip6_sc[ipv6_sc_map] = { (0): (main) }",
            "error: value 1 of map `ipv6_sc_map` of `loaders.basic.ip6_sc`: expected the name of a chain, found a number",
            "  --> ddos.eclat:1:1 | ip6_sc[ipv6_sc_map] = { (0): (main) }",
            "error: `chains.ddos.main` is a chain, expected a program or chain loader",
            "  --> ddos.eclat:1:1 | ip6_sc[ipv6_sc_map] = { (0): (main) }",
            "error: `programs.meter.tbmon` has no configuration variable `RTE`",
            "  --> ddos.eclat:2:1 | tbmon.config(RATE=1000)",
            "  help: did you mean `RATE`?",
            "error: configuration variable `RATE` of `programs.meter.tbmon`: 4294967296 does not fit into `u32`",
            "  --> ddos.eclat:2:1 | tbmon.config(RATE=1000)",
            "error: `programs.meter.tbmon` has no configuration variable `BURST`",
            "  --> ddos.eclat:2:1 | tbmon.config(RATE=1000)",
            "  help: it has `RATE`",
            "error: `programs.basic.monitor` is a program, expected a chain loader",
            "  --> ddos.eclat:3:1 | ip6_sc.attach('DEVNAME', 'xdp')",
            "error: the device of variable `DEVNAME` gets the loader `loaders.basic.ip6_sc`, but `loaders.basic.ip6_sc` is attached to it already",
            "  --> ddos.eclat:3:1 | ip6_sc.attach('DEVNAME', 'xdp')",
            "  --> ddos.eclat:3:1 | ip6_sc.attach('DEVNAME', 'xdp')",
        ],
    );
}

#[test]
fn nothing_to_link_is_an_error() {
    check(
        &[],
        &["error: nothing to link, expected at least one object with chains"],
    );
    let error = Options {
        name: Some("../x".into()),
        ..Options::default()
    };
    let errors = link(&[ddos(&[], script())], &packages(), &error).unwrap_err();
    assert_eq!(
        text(&errors),
        "error: `../x` is no name of a bundle, expected letters, digits, `_` and `-`"
    );
}
