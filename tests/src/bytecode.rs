//! Bytecode cases: small chains with what must come of them, as text files.
//!
//! ```text
//! # one line on what the case shows
//! == chain 1
//! r0 = 5
//! exit
//! == packet
//! 00 01 02
//! == result
//! returned 0x5
//! == packet after
//! 00 01 02
//! ```
//!
//! A case starts in chain 1 with the packet's address in `r1` and its length in `r2`.
//! Besides the instructions of listings there are `call chain ID` and `call program ID`.

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

use hike_abi::{Fault, memory};
use hike_isa::{Insn, Slot};
use hike_vm::host::{Host, NoPrograms, Outcome};
use hike_vm::{Quick, Target, quicken};

/// One case.
#[derive(Debug)]
pub struct Case {
    /// The file it is in.
    pub path: PathBuf,
    /// The chains by ID, in quick code.
    pub chains: BTreeMap<u32, Quick>,
    /// The chains by ID, in bytecode.
    pub bytecode: BTreeMap<u32, Bytecode>,
    /// The packet before.
    pub packet: Vec<u8>,
    /// What must come of it.
    pub expected: Observed,
}

/// A chain in bytecode.
#[derive(Clone, Debug)]
pub struct Bytecode {
    /// Its slots.
    pub code: Vec<Slot>,
    /// What its calls call, by slot.
    pub calls: BTreeMap<usize, Target>,
}

impl Bytecode {
    /// In quick code.
    ///
    /// # Errors
    /// Why it is no chain.
    pub fn quicken(&self) -> Result<Quick, String> {
        let resolve = |slot: usize| self.calls.get(&slot).copied();
        quicken(&self.code, resolve).map_err(|problem| problem.to_string())
    }
}

/// What an engine made of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// How the run ended.
    pub end: End,
    /// The packet afterwards.
    pub packet: Vec<u8>,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first chain returned this.
    Returned(u64),
    /// A fault at a slot of bytecode.
    Fault {
        /// Why.
        fault: Fault,
        /// The chain's ID.
        chain: u32,
        /// The slot of its bytecode.
        slot: u32,
    },
}

impl fmt::Display for End {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Returned(value) => write!(f, "returned {value:#x}"),
            Self::Fault { fault, chain, slot } => {
                write!(f, "fault {} at chain {chain} slot {slot}", fault.name())
            }
        }
    }
}

impl fmt::Display for Observed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bytes: Vec<String> = self
            .packet
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        write!(f, "{}; packet {}", self.end, bytes.join(" "))
    }
}

/// Every case of a folder, in the order of their names.
///
/// # Panics
/// When a file cannot be read or is no case: the tests cannot go on.
pub fn cases(folder: &Path) -> Vec<Case> {
    let entries = std::fs::read_dir(folder).expect("the folder of the cases");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "case"));
    paths.sort();
    assert!(!paths.is_empty(), "no cases in {}", folder.display());
    paths.into_iter().map(read).collect()
}

/// Runs every case of the repository in an engine.
///
/// # Panics
/// When cases come out differently; the message shows all of them.
pub fn check_cases(mut engine: impl FnMut(&Case) -> Observed) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("bytecode");
    let mut wrong = Vec::new();
    for case in cases(&folder) {
        let observed = engine(&case);
        if observed != case.expected {
            let (path, expected) = (case.path.display(), &case.expected);
            wrong.push(format!(
                "{path}\n  expected {expected}\n  observed {observed}"
            ));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn read(path: PathBuf) -> Case {
    let text = std::fs::read_to_string(&path).expect("a case");
    parse(&path, &text).unwrap_or_else(|problem| panic!("{}: {problem}", path.display()))
}

fn parse(path: &Path, text: &str) -> Result<Case, String> {
    let (mut chains, mut bytecode) = (BTreeMap::new(), BTreeMap::new());
    let (mut packet, mut after, mut end) = (None, None, None);
    for (title, body) in sections(text) {
        match title.split_once(' ') {
            Some(("chain", id)) => {
                let id = id.parse().map_err(|_| format!("no chain ID: {id}"))?;
                let chain = assemble_bytecode(&body)?;
                chains.insert(id, chain.quicken()?);
                bytecode.insert(id, chain);
            }
            _ if title == "packet" => packet = Some(hex(&body)?),
            _ if title == "packet after" => after = Some(hex(&body)?),
            _ if title == "result" => end = Some(parse_end(&body)?),
            _ => return Err(format!("unknown section `{title}`")),
        }
    }
    // The kernel takes no test packet shorter than an Ethernet header.
    let packet = packet.unwrap_or_else(|| vec![0; 14]);
    Ok(Case {
        path: path.to_owned(),
        chains,
        bytecode,
        expected: Observed {
            end: end.ok_or("no result")?,
            packet: after.unwrap_or_else(|| packet.clone()),
        },
        packet,
    })
}

/// Titles after `==` and the lines below each, comments left out.
fn sections(text: &str) -> Vec<(String, Vec<String>)> {
    let mut sections: Vec<(String, Vec<String>)> = Vec::new();
    for line in text.lines().map(str::trim) {
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match (line.strip_prefix("== "), sections.last_mut()) {
            (Some(title), _) => sections.push((title.to_owned(), Vec::new())),
            (None, Some((_, lines))) => lines.push(line.to_owned()),
            (None, None) => {}
        }
    }
    sections
}

fn hex(lines: &[String]) -> Result<Vec<u8>, String> {
    let words = lines.iter().flat_map(|line| line.split_whitespace());
    words
        .map(|word| u8::from_str_radix(word, 16).map_err(|_| format!("no byte: {word}")))
        .collect()
}

fn parse_end(lines: &[String]) -> Result<End, String> {
    let line = lines.join(" ");
    let words: Vec<&str> = line.split(' ').collect();
    match words[..] {
        ["returned", value] => {
            let digits = value.trim_start_matches("0x");
            let value =
                u64::from_str_radix(digits, 16).map_err(|_| format!("no value: {value}"))?;
            Ok(End::Returned(value))
        }
        ["fault", name, "at", "chain", chain, "slot", slot] => Ok(End::Fault {
            fault: Fault::ALL
                .into_iter()
                .find(|fault| fault.name() == name)
                .ok_or_else(|| format!("no fault: {name}"))?,
            chain: chain.parse().map_err(|_| "no chain ID")?,
            slot: slot.parse().map_err(|_| "no slot")?,
        }),
        _ => Err(format!("no result: {line}")),
    }
}

/// Assembles one chain.
///
/// # Errors
/// The first line that is no instruction, or why the chain is none.
pub fn assemble(lines: &[String]) -> Result<Quick, String> {
    assemble_bytecode(lines)?.quicken()
}

/// Assembles one chain to bytecode.
///
/// # Errors
/// The first line that is no instruction.
pub fn assemble_bytecode(lines: &[String]) -> Result<Bytecode, String> {
    let mut code: Vec<Slot> = Vec::new();
    let mut calls = BTreeMap::new();
    for line in lines {
        let insn = match call_target(line)? {
            Some(target) => {
                calls.insert(code.len(), target);
                Insn::CallSymbol { imm: -1 }
            }
            None => line
                .parse()
                .map_err(|problem| format!("`{line}`: {problem}"))?,
        };
        code.extend(insn.encode().slots());
    }
    Ok(Bytecode { code, calls })
}

fn call_target(line: &str) -> Result<Option<Target>, String> {
    let words: Vec<&str> = line.split_whitespace().collect();
    let id = |word: &str| word.parse().map_err(|_| format!("no ID: {word}"));
    Ok(match words[..] {
        ["call", "chain", word] => Some(Target::Chain(id(word)?)),
        ["call", "program", word] => Some(Target::Program(id(word)?)),
        _ => None,
    })
}

/// The end as a case writes it: slots of quick code become slots of bytecode.
pub fn place_fault(chains: &BTreeMap<u32, Quick>, fault: Fault, chain: u32, pc: u32) -> End {
    let origin = chains.get(&chain).map(|quick| &quick.origin);
    let slot = origin.and_then(|origin| origin.get(pc as usize));
    End::Fault {
        fault,
        chain,
        slot: slot.copied().unwrap_or(pc),
    }
}

/// Runs chain 1 on a packet in the host's interpreter.
///
/// # Panics
/// When a program decides: there is none on this host.
pub fn run_on_host(chains: &BTreeMap<u32, Quick>, packet: &[u8]) -> Observed {
    let mut host = Host::default();
    chains
        .iter()
        .for_each(|(id, chain)| host.insert(*id, chain));
    let mut packet = packet.to_vec();
    let start = memory::address(memory::PACKET, memory::PACKET_BYTES);
    let arguments = [start, packet.len() as u64];
    let end = match host.run(1, &arguments, &mut packet, &mut NoPrograms) {
        Outcome::Returned(value) => End::Returned(value),
        Outcome::Fault { fault, chain, pc } => place_fault(chains, fault, chain, pc),
        Outcome::Verdict(action) => panic!("no program could have decided {action}"),
    };
    Observed { end, packet }
}
