//! Bundles: written, read back by others' readers, damaged, hostile.

use std::path::Path;
use std::process::Command;

use hike_format::Bundle;
use hike_format::bundle::{BundleError, Member, MemberError};
use hike_format::manifest::{Manifest, MemberKind, ObjectEntry};
use proptest::prelude::*;
use tar::{EntryType, Header};

fn manifest() -> Manifest {
    Manifest {
        format: 1,
        name: "ddos".into(),
        version: "0.1.0".into(),
        vm_abi: 1,
        kernel_features: vec!["xdp".into()],
        chains: Vec::new(),
        programs: vec![ObjectEntry {
            symbol: "programs.meter.x".parse().unwrap(),
            object: "programs/meter/x.o".into(),
        }],
        loaders: Vec::new(),
        maps: Vec::new(),
        config: Vec::new(),
        attach: Vec::new(),
        members: Vec::new(),
    }
}

fn member(path: &str, kind: MemberKind, bytes: &[u8]) -> Member {
    Member {
        path: path.into(),
        kind,
        bytes: bytes.into(),
    }
}

fn bundle() -> Bundle {
    let noise: Vec<u8> = (0..3000u32).map(|i| ((i * i) >> 3) as u8).collect();
    let members = vec![
        member("docs/README.md", MemberKind::Doc, b"# ddos\n"),
        member("programs/meter/x.o", MemberKind::Program, &noise),
        member("chains/ddos.o", MemberKind::Chain, b"chain"),
        member("sources/a b.eclat", MemberKind::Source, b"pass\n"),
    ];
    Bundle::new(manifest(), members).unwrap()
}

#[test]
fn what_is_written_is_read_again() {
    let bundle = bundle();
    let bytes = bundle.write().unwrap();
    assert_eq!(Bundle::read(&bytes).unwrap(), bundle);
    assert_eq!(bytes, bundle.write().unwrap());
    assert_eq!(bundle.member("chains/ddos.o"), Some(&b"chain"[..]));
    assert_eq!(
        bundle.sources().collect::<Vec<_>>(),
        [("a b.eclat", "pass\n")]
    );
}

#[track_caller]
fn run(command: &mut Command) -> Vec<u8> {
    let output = command.output().expect("tar and zstd are installed");
    assert!(output.status.success(), "{output:?}");
    output.stdout
}

#[test]
fn tar_and_zstd_read_it() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let bundle = bundle();
    std::fs::write(at("b.hike"), bundle.write().unwrap()).unwrap();
    run(Command::new("zstd").args(["-q", "-t"]).arg(at("b.hike")));
    run(Command::new("zstd")
        .args(["-q", "-d", "-o"])
        .arg(at("b.tar"))
        .arg(at("b.hike")));
    let listing = run(Command::new("tar").args(["--utc", "-tvf"]).arg(at("b.tar")));
    let listing = String::from_utf8(listing).unwrap();
    let lines: Vec<_> = listing.lines().collect();
    let names: Vec<_> = lines
        .iter()
        .filter_map(|line| line.split("00:00 ").nth(1))
        .collect();
    assert_eq!(
        names,
        [
            "hike.json",
            "chains/ddos.o",
            "programs/meter/x.o",
            "sources/a b.eclat",
            "docs/README.md"
        ]
    );
    assert!(
        lines.iter().all(|line| line.starts_with("-rw-r--r-- 0/0")),
        "{listing}"
    );
    assert!(
        lines.iter().all(|line| line.contains("1970-01-01 00:00")),
        "{listing}"
    );
    run(Command::new("tar")
        .arg("-xf")
        .arg(at("b.tar"))
        .arg("-C")
        .arg(folder.path()));
    let json = std::fs::read(at("hike.json")).unwrap();
    assert_eq!(json, bundle.manifest_json());
    assert_eq!(std::fs::read(at("chains/ddos.o")).unwrap(), b"chain");
    let sum = run(Command::new("sha256sum").arg(at("hike.json")));
    assert!(
        String::from_utf8(sum)
            .unwrap()
            .starts_with(&bundle.digest().to_string())
    );
}

#[test]
fn every_prefix_is_refused() {
    let bytes = bundle().write().unwrap();
    for len in 0..bytes.len() {
        assert!(Bundle::read(&bytes[..len]).is_err(), "{len} bytes");
    }
    let mut longer = bytes;
    longer.push(0);
    assert_eq!(Bundle::read(&longer), Err(BundleError::Trailing(1)));
}

/// A flipped bit is an error, or does not change what the frame holds: zeros can be copied
/// from here or from there.
#[test]
fn every_flipped_bit_is_refused_or_harmless() {
    let bundle = bundle();
    let bytes = bundle.write().unwrap();
    let bits = bytes.len() * 8;
    let mut harmless = 0;
    for place in 0..bits {
        let mut changed = bytes.clone();
        changed[place / 8] ^= 1 << (place % 8);
        if let Ok(read) = Bundle::read(&changed) {
            assert_eq!(read, bundle, "bit {place}");
            harmless += 1;
        }
    }
    assert!(
        harmless * 100 < bits,
        "{harmless} of {bits} bits change nothing"
    );
}

#[test]
fn an_altered_member_is_named_with_both_digests() {
    let bundle = bundle();
    let json = String::from_utf8(bundle.manifest_json().to_vec()).unwrap();
    let bytes = archive(&[
        entry("hike.json", json.as_bytes()),
        entry("chains/ddos.o", b"CHAIN"),
        entry("docs/README.md", b"# ddos\n"),
        entry("extra", b""),
    ]);
    let Err(BundleError::Members(errors)) = Bundle::read(&bytes) else {
        panic!("the bundle was read");
    };
    let paths: Vec<_> = errors.iter().map(MemberError::path).collect();
    assert_eq!(
        paths,
        [
            "chains/ddos.o",
            "programs/meter/x.o",
            "sources/a b.eclat",
            "extra"
        ]
    );
    let message = errors[0].to_string();
    let digest = |bytes| hike_format::Digest::of(bytes).to_string();
    assert!(message.contains(&digest(b"chain")) && message.contains(&digest(b"CHAIN")));
}

/// A large archive has several blocks: what is before the damage is still looked at.
#[test]
fn a_truncated_archive_names_the_first_incomplete_member() {
    let noise: Vec<u8> = (0..400_000u32)
        .map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8)
        .collect();
    let members = vec![
        member("chains/a.o", MemberKind::Chain, b"chain"),
        member("programs/meter/x.o", MemberKind::Program, &noise),
    ];
    let bundle = Bundle::new(manifest(), members).unwrap();
    let bytes = bundle.write().unwrap();
    let error = Bundle::read(&bytes[..bytes.len() * 9 / 10]).unwrap_err();
    let message = error.to_string();
    assert!(
        message.starts_with("member `programs/meter/x.o`: expected 400000 bytes"),
        "{message}"
    );
    assert!(message.contains("the archive is damaged"), "{message}");
    assert!(!message.contains("chains/a.o"), "{message}");
}

fn header(path: &str, kind: EntryType, size: u64) -> Header {
    let mut header = Header::new_ustar();
    // The writer's own checks are what is tested against: no `set_path` here.
    let name = &mut header.as_mut_bytes()[..100];
    name[..path.len()].copy_from_slice(path.as_bytes());
    header.set_entry_type(kind);
    header.set_size(size);
    header.set_mode(0o644);
    header.set_cksum();
    header
}

fn entry<'a>(path: &str, bytes: &'a [u8]) -> (Header, &'a [u8]) {
    (header(path, EntryType::Regular, bytes.len() as u64), bytes)
}

fn archive(entries: &[(Header, &[u8])]) -> Vec<u8> {
    let mut builder = tar::Builder::new(Vec::new());
    for (header, bytes) in entries {
        builder.append(header, *bytes).unwrap();
    }
    zstd::encode_all(&builder.into_inner().unwrap()[..], 1).unwrap()
}

#[track_caller]
fn refuse(entries: &[(Header, &[u8])], message: &str) {
    let error = Bundle::read(&archive(entries)).unwrap_err();
    assert_eq!(error.to_string(), message);
}

fn json() -> Vec<u8> {
    let manifest = Manifest {
        programs: Vec::new(),
        ..manifest()
    };
    Bundle::new(manifest, Vec::new())
        .unwrap()
        .manifest_json()
        .to_vec()
}

#[test]
fn hostile_members_are_refused() {
    let json = json();
    let first = || entry("hike.json", &json);
    refuse(
        &[first(), entry("../x", b"")],
        "member `../x`: the path has an empty part, `.` or `..`",
    );
    refuse(
        &[first(), entry("/etc/passwd", b"")],
        "member `/etc/passwd`: the path is absolute, expected a relative one",
    );
    refuse(
        &[first(), (header("x", EntryType::Symlink, 0), b"")],
        "member `x` is a symbolic link, expected regular files only",
    );
    refuse(
        &[first(), (header("x", EntryType::Link, 0), b"")],
        "member `x` is a hard link, expected regular files only",
    );
    refuse(
        &[first(), (header("x", EntryType::XHeader, 0), b"")],
        "member `x` is a tar extension, expected regular files only",
    );
    refuse(&[first(), first()], "member `hike.json` is there twice");
    refuse(
        &[first(), entry("x", b""), entry("x", b"")],
        "member `x` is there twice",
    );
    refuse(
        &[first(), entry("x", b"")],
        "member `x` is not in `hike.json`",
    );
    refuse(
        &[entry("x", b""), first()],
        "expected `hike.json` as first member, found `x`",
    );
    refuse(&[], "expected `hike.json` as first member, found none");
    refuse(
        &[entry("hike.json", br#"{"format": 2}"#)],
        "`hike.json`: format version 2, this tool reads version 1",
    );
    refuse(
        &[entry("a\\b", b"")],
        "member `a\\b`: the path has control characters, backslashes or bytes that are not UTF-8",
    );
}

#[test]
fn sizes_beyond_the_limits_are_refused() {
    let zeros = vec![0; (16 << 20) + 1];
    refuse(
        &[entry("hike.json", &json()), entry("x", &zeros)],
        "member `x` has 16777217 bytes, expected at most 16777216",
    );
    refuse(
        &[entry("hike.json", &zeros[..(1 << 20) + 1])],
        "member `hike.json` has 1048577 bytes, expected at most 1048576",
    );
    let bomb = zstd::encode_all(std::io::repeat(0).take_all(65 << 20), 1).unwrap();
    assert_eq!(Bundle::read(&bomb), Err(BundleError::ArchiveSize));
}

/// So many bytes of a reader.
trait TakeAll: std::io::Read + Sized {
    fn take_all(self, len: u64) -> std::io::Take<Self> {
        self.take(len)
    }
}

impl<R: std::io::Read> TakeAll for R {}

#[test]
fn a_manifest_that_names_what_is_not_there_is_refused() {
    let error = Bundle::new(manifest(), Vec::new()).unwrap_err();
    assert_eq!(
        error.to_string(),
        "`hike.json`: `programs.meter.x` is in `programs/meter/x.o`, which is no member of kind program"
    );
    let twice = vec![
        member("x", MemberKind::Doc, b""),
        member("x", MemberKind::Source, b""),
    ];
    assert_eq!(
        Bundle::new(manifest(), twice),
        Err(BundleError::Twice("x".into()))
    );
}

#[test]
fn long_paths_fit_or_are_refused() {
    let path = |len: usize| format!("{}/{}", "d".repeat(100), "f".repeat(len));
    let manifest = || Manifest {
        programs: Vec::new(),
        ..manifest()
    };
    let fits = vec![member(&path(90), MemberKind::Doc, b"x")];
    let bundle = Bundle::new(manifest(), fits).unwrap();
    assert_eq!(Bundle::read(&bundle.write().unwrap()).unwrap(), bundle);
    for len in [120, 200] {
        let long = vec![member(&path(len), MemberKind::Doc, b"x")];
        assert!(
            Bundle::new(manifest(), long)
                .and_then(|bundle| bundle.write())
                .is_err()
        );
    }
}

proptest! {
    #[test]
    fn no_bytes_panic(bytes: Vec<u8>) {
        prop_assert!(Bundle::read(&bytes).is_err());
        prop_assert!(Bundle::read(&zstd::encode_all(&bytes[..], 1).unwrap()).is_err());
    }

    #[test]
    fn any_members_come_back(contents in prop::collection::btree_map("[a-z]{1,9}(/[a-z]{1,9}){0,2}", any::<Vec<u8>>(), 0..8)) {
        let members = contents.iter().map(|(path, bytes)| member(&format!("docs/{path}"), MemberKind::Doc, bytes));
        let manifest = Manifest { programs: Vec::new(), ..manifest() };
        let bundle = Bundle::new(manifest, members.collect()).unwrap();
        let read = Bundle::read(&bundle.write().unwrap()).unwrap();
        for (path, bytes) in &contents {
            prop_assert_eq!(read.member(&format!("docs/{path}")), Some(&bytes[..]));
        }
        prop_assert_eq!(read, bundle);
    }
}

/// The example in the documentation is a manifest.
#[test]
fn the_documented_manifest_is_read() {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/formats.md");
    let page = std::fs::read_to_string(page).unwrap();
    let start = page
        .find("    {\n      \"format\": 1")
        .expect("the example");
    let example: String = page[start..]
        .lines()
        .take_while(|line| line.starts_with("    "))
        .collect();
    let example = example.replace("…", &"0".repeat(64));
    let manifest: Manifest = serde_json::from_str(&example).unwrap();
    assert_eq!(manifest.programs[0].symbol.name(), "ip6_dst_tbmon");
}
