//! Bundles for tests, made without the compiler and the linker.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::{Path, PathBuf};

use hike_format::bundle::Member;
use hike_format::manifest::{ChainEntry, FORMAT, MemberKind, ObjectEntry};
use hike_format::script::{AttachMode, Attachment, Device, MapAssignment, MapEntry, Place, Value};
use hike_format::sourcemap::Mapping;
use hike_format::{Bundle, Manifest, SourceMap, Symbol};
use hike_isa::{Insn, Operand, Reg, Width};
use object::write::{Object, Relocation, StandardSegment, Symbol as ElfSymbol, SymbolSection};
use object::{Architecture, BinaryFormat, Endianness, SectionKind};
use object::{RelocationFlags, SymbolFlags, SymbolKind, SymbolScope};

/// The repository.
pub fn top() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// A pre-built object of a package.
pub fn package_object(package: &str, name: &str) -> Vec<u8> {
    let path = format!("packages/{package}/objects/{name}.o");
    std::fs::read(top().join(path)).unwrap()
}

/// A symbol from its text.
pub fn symbol(text: &str) -> Symbol {
    text.parse().unwrap()
}

/// One instruction of a chain: plain, or a call of a symbol.
pub enum Step {
    /// An instruction.
    Plain(Insn),
    /// A call.
    Call(&'static str),
}

/// `dst = value`.
pub fn mov(dst: Reg, value: i32) -> Step {
    Step::Plain(Insn::Alu {
        op: hike_isa::AluOp::Mov,
        width: Width::W64,
        dst,
        src: Operand::Imm(value),
    })
}

/// A chain object with one chain.
pub fn chain_object(chain: &str, steps: &[Step]) -> Vec<u8> {
    let mut elf = Object::new(BinaryFormat::Elf, Architecture::Bpf, Endianness::Little);
    let segment = elf.segment_name(StandardSegment::Text).to_vec();
    let text = elf.add_section(segment, b".text".to_vec(), SectionKind::Text);
    let mut code = Vec::new();
    let mut calls = Vec::new();
    for step in steps {
        match step {
            Step::Plain(insn) => {
                for slot in insn.encode().slots() {
                    code.extend(slot.to_bytes());
                }
            }
            Step::Call(target) => {
                calls.push((code.len() as u64, *target));
                code.extend([0x85, 0x10, 0, 0, 0xff, 0xff, 0xff, 0xff]);
            }
        }
    }
    elf.append_section_data(text, &code, 8);
    let define = |name: &str, section, size| ElfSymbol {
        name: name.into(),
        value: 0,
        size,
        kind: SymbolKind::Text,
        scope: SymbolScope::Dynamic,
        weak: false,
        section,
        flags: SymbolFlags::None,
    };
    elf.add_symbol(define(
        chain,
        SymbolSection::Section(text),
        code.len() as u64,
    ));
    for (offset, target) in calls {
        let symbol = match elf.symbol_id(target.as_bytes()) {
            Some(symbol) => symbol,
            None => elf.add_symbol(define(target, SymbolSection::Undefined, 0)),
        };
        let relocation = Relocation {
            offset,
            symbol,
            addend: 0,
            flags: RelocationFlags::Elf {
                r_type: object::elf::R_BPF_64_32,
            },
        };
        elf.add_relocation(text, relocation).unwrap();
    }
    elf.write().unwrap()
}

/// What a test bundle holds.
pub struct Content {
    /// Name of the bundle.
    pub name: &'static str,
    /// Its chain.
    pub chain: (&'static str, Vec<u8>),
    /// Its programs.
    pub programs: Vec<(&'static str, Vec<u8>)>,
    /// Its loaders.
    pub loaders: Vec<(&'static str, Vec<u8>)>,
    /// Map entries: owner, map, key, value.
    pub entries: Vec<(&'static str, &'static str, Value, Value)>,
    /// Attachments: loader and device.
    pub attach: Vec<(&'static str, Device)>,
}

fn path(symbol: &str) -> String {
    let mut parts = symbol.split('.');
    let parts: [&str; 3] = std::array::from_fn(|_| parts.next().unwrap());
    match parts[0] {
        "chains" => format!("chains/{}.o", parts[1]),
        kind => format!("{kind}/{}/{}.o", parts[1], parts[2]),
    }
}

fn entries(objects: &[(&'static str, Vec<u8>)]) -> Vec<ObjectEntry> {
    let objects = objects.iter();
    let entries = objects.map(|(name, _)| ObjectEntry {
        symbol: symbol(name),
        object: path(name),
    });
    entries.collect()
}

fn member(kind: MemberKind, symbol: &str, bytes: &[u8]) -> Member {
    Member {
        path: path(symbol),
        kind,
        bytes: bytes.to_vec(),
    }
}

/// Puts a bundle together.
pub fn bundle(content: &Content) -> Bundle {
    let chain = content.chain.0;
    let manifest = Manifest {
        format: FORMAT,
        name: content.name.to_owned(),
        version: "0.1.0".to_owned(),
        vm_abi: hike_abi::VM_ABI_VERSION,
        kernel_features: Vec::new(),
        chains: vec![ChainEntry {
            symbol: symbol(chain),
            object: path(chain),
            params: Vec::new(),
            instructions: 1,
        }],
        programs: entries(&content.programs),
        loaders: entries(&content.loaders),
        maps: assignments(content),
        config: Vec::new(),
        attach: attachments(content),
        members: Vec::new(),
    };
    let mut members = vec![member(MemberKind::Chain, chain, &content.chain.1)];
    for (name, bytes) in &content.programs {
        members.push(member(MemberKind::Program, name, bytes));
    }
    for (name, bytes) in &content.loaders {
        members.push(member(MemberKind::Loader, name, bytes));
    }
    members.push(source_map(chain));
    Bundle::new(manifest, members).unwrap()
}

fn assignments(content: &Content) -> Vec<MapAssignment> {
    let entries = content.entries.iter();
    let assignments = entries.map(|(owner, map, key, value)| MapAssignment {
        owner: symbol(owner),
        map: (*map).to_owned(),
        entries: vec![MapEntry {
            key: key.clone(),
            value: value.clone(),
        }],
        place: None,
    });
    assignments.collect()
}

fn attachments(content: &Content) -> Vec<Attachment> {
    let attach = content.attach.iter();
    let attachments = attach.map(|(loader, device)| Attachment {
        loader: symbol(loader),
        device: device.clone(),
        mode: AttachMode::Xdp,
        place: None,
    });
    attachments.collect()
}

fn source_map(chain: &str) -> Member {
    let mapping = Mapping {
        offset: 0,
        place: Place {
            file: "test.eclat".to_owned(),
            line: 3,
            column: 5,
        },
    };
    let mut map = SourceMap::default();
    map.chains.insert(symbol(chain), vec![mapping]);
    Member {
        path: hike_format::bundle::SOURCE_MAP.to_owned(),
        kind: MemberKind::SourceMap,
        bytes: serde_json::to_vec(&map).unwrap(),
    }
}

/// A bundle whose chain counts event 7 with `monitor`, then lets the packet pass with
/// `hike_pass`; loaded by `loader`, which starts the chain in entry 0 of its map.
pub fn counting(name: &'static str, loaders: Vec<Loader>) -> Content {
    let steps = [
        mov(Reg::R1, 7),
        Step::Call("programs.hike_default.monitor"),
        Step::Call("programs.hike_default.hike_pass"),
        mov(Reg::R0, 0),
        Step::Plain(Insn::Exit),
    ];
    let mut content = Content {
        name,
        chain: (
            "chains.test.count",
            chain_object("chains.test.count", &steps),
        ),
        programs: vec![
            (
                "programs.hike_default.hike_pass",
                package_object("hike_default", "hike_pass"),
            ),
            (
                "programs.hike_default.monitor",
                package_object("hike_default", "monitor"),
            ),
        ],
        loaders: Vec::new(),
        entries: Vec::new(),
        attach: Vec::new(),
    };
    for loader in loaders {
        content.loaders.push((loader.symbol, loader.object()));
        content.entries.push((
            loader.symbol,
            loader.map,
            Value::Number(0.into()),
            Value::Chain(symbol("chains.test.count")),
        ));
        content.attach.push((loader.symbol, loader.device));
    }
    content
}

/// A chain loader and its device.
pub struct Loader {
    /// Its symbol.
    pub symbol: &'static str,
    /// Its map of chains.
    pub map: &'static str,
    /// The device.
    pub device: Device,
}

impl Loader {
    /// `ip6_sc`, for all IPv6 packets.
    pub fn ip6_sc(device: Device) -> Self {
        Self {
            symbol: "loaders.basic.ip6_sc",
            map: "ipv6_sc_map",
            device,
        }
    }

    fn object(&self) -> Vec<u8> {
        let mut parts = self.symbol.split('.').skip(1);
        let [package, name] = std::array::from_fn(|_| parts.next().unwrap());
        package_object(package, name)
    }
}
