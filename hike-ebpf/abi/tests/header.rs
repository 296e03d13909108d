//! `hike-ebpf/include/hike.h` is made of this crate: `BLESS=1 cargo test -p hike-abi`
//! rewrites it.

use std::fmt::Write;
use std::mem::{offset_of, size_of};
use std::path::Path;

use hike_abi::{
    Action, CONTINUE, Cursor, Helper, HikeCall, NO_CHAIN, VM_ABI_VERSION, VmState, limits,
};

const TEMPLATE: &str = include_str!("header/hike.h.in");
const HEADER: &str = "../include/hike.h";

#[test]
fn the_header_is_what_this_crate_gives() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(HEADER);
    let header = header();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, header).expect("the header");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == header,
        "{} is not what the ABI gives; run: BLESS=1 cargo test -p hike-abi",
        path.display()
    );
}

fn header() -> String {
    let parts = [
        ("@ACTIONS@", actions()),
        ("@LIMITS@", limits()),
        ("@LAYOUT@", layout()),
        ("@HELPERS@", helpers()),
    ];
    let header = parts
        .iter()
        .fold(TEMPLATE.to_owned(), |text, (name, part)| {
            assert!(text.contains(name), "the template has no {name}");
            text.replace(name, part.trim_end())
        });
    assert!(!header.contains('@'), "a part is left over");
    header
}

fn actions() -> String {
    let names = Action::ALL.iter();
    let lines = names.map(|action| format!("\t{} = {},\n", action.name(), *action as u32));
    lines.collect()
}

/// Constants with their meaning.
fn limits() -> String {
    let constants = [
        ("VM_ABI", VM_ABI_VERSION.into(), "version of all this"),
        (
            "CONTINUE",
            CONTINUE.into(),
            "what logic returns when the chain goes on",
        ),
        (
            "NO_CHAIN",
            NO_CHAIN.into(),
            "the chain ID of an unset map entry",
        ),
        (
            "ARGUMENTS",
            limits::ARGUMENTS as i64,
            "of a program or chain",
        ),
        (
            "CHAIN_INSNS",
            limits::CHAIN_INSNS as i64,
            "instructions of a chain",
        ),
        (
            "EXECUTED_INSNS",
            limits::EXECUTED_INSNS.into(),
            "instructions a packet may execute",
        ),
        (
            "PROGRAM_CALLS",
            limits::PROGRAM_CALLS.into(),
            "program calls a packet may make",
        ),
        ("FRAMES", limits::FRAMES as i64, "nested chains"),
        (
            "FRAME_STACK",
            limits::FRAME_STACK as i64,
            "bytes of a chain's stack",
        ),
        (
            "SMA_SIZE",
            limits::SMA_SIZE as i64,
            "bytes of the shared memory area",
        ),
        (
            "STATE_CHAIN",
            offset_of!(VmState, chain) as i64,
            "offsets from the call record",
        ),
        ("STATE_BUDGET", offset_of!(VmState, budget) as i64, ""),
        (
            "STATE_DEFAULT_ACTION",
            offset_of!(VmState, default_action) as i64,
            "",
        ),
        ("STATE_CURSOR", offset_of!(VmState, cursor) as i64, ""),
        ("STATE_SMA", offset_of!(VmState, sma) as i64, ""),
    ];
    let mut text = "enum {\n".to_owned();
    for (name, value, meaning) in constants {
        let value: i64 = value;
        write!(text, "\tHIKE_{name} = {value},").unwrap();
        if !meaning.is_empty() {
            write!(text, " /* {meaning} */").unwrap();
        }
        text.push('\n');
    }
    text + "};\n"
}

/// Assertions that C lays the structs out as Rust does.
fn layout() -> String {
    let sizes = [
        ("hike_call", size_of::<HikeCall>()),
        ("hike_cursor", size_of::<Cursor>()),
    ];
    let offsets = [
        ("hike_call", "ret", offset_of!(HikeCall, ret)),
        ("hike_call", "args", offset_of!(HikeCall, args)),
        ("hike_cursor", "network", offset_of!(Cursor, network)),
        ("hike_cursor", "transport", offset_of!(Cursor, transport)),
        ("hike_cursor", "ethertype", offset_of!(Cursor, ethertype)),
        ("hike_cursor", "protocol", offset_of!(Cursor, protocol)),
        ("hike_cursor", "reserved", offset_of!(Cursor, reserved)),
    ];
    let mut text = String::new();
    for (name, size) in sizes {
        writeln!(
            text,
            "_Static_assert(sizeof(struct {name}) == {size}, \"{name}\");"
        )
        .unwrap();
    }
    for (name, field, offset) in offsets {
        let place = format!("__builtin_offsetof(struct {name}, {field})");
        writeln!(
            text,
            "_Static_assert({place} == {offset}, \"{name}.{field}\");"
        )
        .unwrap();
    }
    text
}

/// HIKe's helper functions, for chains.
fn helpers() -> String {
    let mut text = "/* Helpers of chains: offsets are from the packet's first byte, numbers in host order. */\n".to_owned();
    for helper in Helper::ALL {
        let (result, params) = prototype(helper);
        let (name, number) = (helper.name(), helper as u32);
        writeln!(
            text,
            "static {result} (*const hike_{name})({params}) = (void *){number};"
        )
        .unwrap();
    }
    text
}

fn prototype(helper: Helper) -> (&'static str, &'static str) {
    match helper {
        Helper::PacketReadU8 => ("u64", "u64 offset"),
        Helper::PacketReadU16 => ("u64", "u64 offset"),
        Helper::PacketReadU32 => ("u64", "u64 offset"),
        Helper::PacketReadU64 => ("u64", "u64 offset"),
        Helper::PacketWriteU8 => ("void", "u64 offset, u64 value"),
        Helper::PacketWriteU16 => ("void", "u64 offset, u64 value"),
        Helper::PacketWriteU32 => ("void", "u64 offset, u64 value"),
        Helper::PacketWriteU64 => ("void", "u64 offset, u64 value"),
        Helper::TimeNs => ("u64", "void"),
        Helper::RandomU32 => ("u64", "void"),
    }
}
