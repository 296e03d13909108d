//! `eclatc new --program NAME`: a package with one program, a script that calls it, and a
//! test.

use super::super::cli::Language;
use std::fs;
use std::io;
use std::path::Path;

/// The header for programs in C.
const HEADER: &str = include_str!("../../../../hike-ebpf/include/hike.h");
/// Lengths of the packets that the test sends: one is long, one is not.
const LENGTHS: [usize; 2] = [60, 61];

/// Files that a program has in every language; `{name}` stands for its name.
const COMMON: [(&str, &str); 4] = [
    ("README.md", include_str!("program/README.md")),
    ("hike.toml", include_str!("program/hike.toml")),
    ("example.eclat", include_str!("program/example.eclat")),
    ("test/expected.txt", include_str!("program/expected.txt")),
];
const C: [(&str, &str); 1] = [("src/{name}.c", include_str!("program/c/program.c"))];
const RUST: [(&str, &str); 3] = [
    ("Cargo.toml", include_str!("program/rust/Cargo.toml")),
    (
        ".cargo/config.toml",
        include_str!("program/rust/config.toml"),
    ),
    ("src/main.rs", include_str!("program/rust/main.rs")),
];
const MAKE_C: &str = include_str!("program/c/Makefile");
const MAKE_RUST: &str = include_str!("program/rust/Makefile");
const MAKE_TEST: &str = include_str!("program/test.mk");

/// Where the SDK is taken from without `--sdk`.
const SDK: &str = concat!("git = \"", env!("CARGO_PKG_REPOSITORY"), "\"");

/// Fills the folder of a program; gives its source.
///
/// # Errors
/// When a file cannot be written.
pub fn fill(
    folder: &Path,
    name: &str,
    language: Language,
    sdk: Option<&Path>,
) -> io::Result<String> {
    let (files, make, source) = match language {
        Language::C => (&C[..], MAKE_C, format!("src/{name}.c")),
        Language::Rust => (&RUST[..], MAKE_RUST, "src/main.rs".to_owned()),
    };
    let sdk = sdk.map_or_else(
        || SDK.to_owned(),
        |path| format!("path = {:?}", path.display()),
    );
    let named = |text: &str| text.replace("{name}", name).replace("{sdk}", &sdk);
    for (path, text) in COMMON.iter().chain(files) {
        write(&folder.join(named(path)), named(text).as_bytes())?;
    }
    let make = format!("{make}{MAKE_TEST}");
    write(&folder.join("Makefile"), named(&make).as_bytes())?;
    write(&folder.join("test/packets.pcap"), &packets())?;
    if language == Language::C {
        write(&folder.join("include/hike.h"), HEADER.as_bytes())?;
    }
    Ok(source)
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

/// A capture of two packets that are nothing but long, in libpcap's classic format.
fn packets() -> Vec<u8> {
    let (magic, version): (u32, [u16; 2]) = (0xa1b2_c3d4, [2, 4]);
    let (snap_length, ethernet): (u32, u32) = (65535, 1);
    let mut bytes = magic.to_le_bytes().to_vec();
    version.iter().for_each(|it| bytes.extend(it.to_le_bytes()));
    bytes.extend([0; 8]);
    bytes.extend(
        [snap_length, ethernet]
            .iter()
            .flat_map(|it| it.to_le_bytes()),
    );
    for length in LENGTHS {
        bytes.extend([0; 8]);
        bytes.extend([length as u32; 2].iter().flat_map(|it| it.to_le_bytes()));
        // No addresses, an EtherType for experiments, zeros.
        let mut packet = vec![0; length];
        packet[12..14].copy_from_slice(&[0x88, 0xb5]);
        bytes.extend(packet);
    }
    bytes
}
