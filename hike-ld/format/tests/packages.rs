//! Finding packages and names: order, names given out, circles, what was probably meant.

use std::path::{Path, PathBuf};

use hike_format::PackagePath;
use hike_format::package::{Item, LookupError, MemoryFiles};

fn manifest(name: &str, reexports: &[&str]) -> String {
    format!("name = {name:?}\nversion = \"0.1.0\"\nreexports = {reexports:?}\n")
}

fn files() -> MemoryFiles {
    let mut files = MemoryFiles::new();
    files.add("/a/net/hike.toml", manifest("net", &["basic", "meter"]));
    files.add("/a/basic/hike.toml", manifest("basic", &[]));
    files.add("/a/basic/objects/monitor.o", "basic monitor");
    files.add("/b/basic/hike.toml", manifest("basic", &[]));
    files.add("/b/basic/objects/other.o", "never seen");
    files.add("/b/meter/hike.toml", manifest("meter", &[]));
    files.add("/b/meter/objects/ip6_dst_tbmon.o", "bucket");
    files.add("/b/meter/chains/watch.eclat", "def watch(): pass");
    files.add("/b/circle/hike.toml", manifest("circle", &["round"]));
    files.add("/b/round/hike.toml", manifest("round", &["circle"]));
    files.add(
        "/b/twice/hike.toml",
        manifest("twice", &["meter", "meter2"]),
    );
    files.add("/b/meter2/hike.toml", manifest("meter2", &[]));
    files.add("/b/meter2/objects/ip6_dst_tbmon.o", "another bucket");
    files.add("/b/bad/hike.toml", "name = \"bad\"\nversion = 1\n");
    files
}

fn path() -> PackagePath {
    PackagePath::with_files(vec!["/a".into(), "/b".into()], files())
}

#[test]
fn the_first_folder_of_the_path_wins() {
    let found = path().find(Item::Object, "basic", "monitor").unwrap();
    assert_eq!(found.path, Path::new("/a/basic/objects/monitor.o"));
    assert_eq!(found.bytes, b"basic monitor");
    assert!(path().find(Item::Object, "basic", "other").is_err());
}

#[test]
fn names_given_out_lead_to_the_defining_package() {
    let found = path().find(Item::Object, "net", "ip6_dst_tbmon").unwrap();
    assert_eq!(found.package, "meter");
    assert_eq!(
        path().names(Item::Object, "net").unwrap(),
        ["ip6_dst_tbmon", "monitor"]
    );
    let found = path().find(Item::ChainScript, "net", "watch").unwrap();
    assert_eq!(found.path, Path::new("/b/meter/chains/watch.eclat"));
}

#[track_caller]
fn check(package: &str, name: &str, message: &str, help: Option<&str>) {
    let error = path().find(Item::Object, package, name).unwrap_err();
    assert_eq!(error.to_string(), message);
    assert_eq!(error.help().as_deref(), help);
}

#[test]
fn what_is_not_found_says_what_is_near_or_where_it_was_looked_for() {
    check(
        "metre",
        "x",
        "package `metre` is not found",
        Some("did you mean `meter`? looked for /a/metre/hike.toml, /b/metre/hike.toml"),
    );
    check(
        "firewall",
        "x",
        "package `firewall` is not found",
        Some("looked for /a/firewall/hike.toml, /b/firewall/hike.toml"),
    );
    check(
        "net",
        "ip6_ds_tbmon",
        "package `net` has no program or chain loader `ip6_ds_tbmon`",
        Some(
            "did you mean `ip6_dst_tbmon`? looked for /a/net/objects/ip6_ds_tbmon.o, /a/basic/objects/ip6_ds_tbmon.o, /b/meter/objects/ip6_ds_tbmon.o",
        ),
    );
    check(
        "basic",
        "zzz",
        "package `basic` has no program or chain loader `zzz`",
        Some("looked for /a/basic/objects/zzz.o"),
    );
    check(
        "../a/basic",
        "x",
        "package `../a/basic` is not found",
        Some("no package folder is known, give one with `-L DIR`"),
    );
}

#[test]
fn ambiguous_names_circles_and_bad_manifests_are_errors() {
    let error = path()
        .find(Item::Object, "twice", "ip6_dst_tbmon")
        .unwrap_err();
    let places: [PathBuf; 2] = [
        "/b/meter/objects/ip6_dst_tbmon.o".into(),
        "/b/meter2/objects/ip6_dst_tbmon.o".into(),
    ];
    assert!(matches!(error, LookupError::Ambiguous { places: found, .. } if found == places));
    check(
        "circle",
        "x",
        "packages give out each other's names in a circle: circle -> round -> circle",
        None,
    );
    let error = path().find(Item::Object, "bad", "x").unwrap_err();
    assert_eq!(
        error.to_string(),
        "/b/bad/hike.toml: line 2: invalid type: integer `1`, expected a string"
    );
}

#[test]
fn names_that_would_leave_the_package_are_not_looked_for() {
    assert!(
        path()
            .find(Item::Object, "net", "../../b/meter/objects/ip6_dst_tbmon")
            .is_err()
    );
}

#[test]
fn packages_of_all_folders_are_listed() {
    assert_eq!(
        path().packages(),
        [
            "bad", "basic", "circle", "meter", "meter2", "net", "round", "twice"
        ]
    );
}
