//! Chains fused with a loader, without a bundle and without a kernel.

use std::collections::BTreeMap;

use hike_format::chain::{Chain, SlotIndex};
use hike_format::{ProgramObject, Symbol};
use hike_ld::fuse::{FuseError, Part, Parts, fuse};
use hike_vm::Target;

use crate::bytecode::Bytecode;
use crate::tools::repository;

/// The loader that starts a chain for every packet.
const LOADER: &str = "loaders.hike_default.all";
const LOADER_OBJECT: &str = "packages/hike_default/objects/all.o";

/// The loader, and the programs that chains may call.
#[derive(Debug)]
pub struct Fuser {
    loader: (Symbol, ProgramObject),
    programs: Vec<(Symbol, ProgramObject)>,
}

impl Fuser {
    /// Reads the objects; programs are numbered from 0 on, and their paths are relative to the
    /// repository.
    ///
    /// # Panics
    /// When an object cannot be read.
    pub fn with_programs(programs: &[&str]) -> Self {
        let loader: Symbol = LOADER.parse().expect("a symbol");
        Self {
            loader: (loader, object(LOADER_OBJECT)),
            programs: programs.iter().enumerate().map(program).collect(),
        }
    }

    /// The loader's name.
    pub const fn loader(&self) -> &Symbol {
        &self.loader.0
    }

    /// The loader's object.
    pub fn loader_object(&self) -> &[u8] {
        &self.loader.1.bytes
    }

    /// Fuses chains, which start with chain 1, the packet's address and its length, and leave
    /// their result to look at when they are `observed`.
    ///
    /// # Errors
    /// When they cannot be fused.
    pub fn fuse(
        &self,
        chains: &BTreeMap<u32, Bytecode>,
        observed: bool,
    ) -> Result<Vec<u8>, FuseError> {
        let chains: BTreeMap<Symbol, Chain> = chains
            .iter()
            .map(|(id, bytecode)| (symbol(*id), self.chain(*id, bytecode)))
            .collect();
        let programs = self.programs.iter().chain([&self.loader]);
        let programs = programs.map(|(symbol, object)| (symbol, part(object)));
        let first = symbol(1);
        let parts = Parts {
            chains: chains.iter().collect(),
            programs: programs.collect(),
            starts: vec![&first],
            packet_arguments: true,
            observed,
        };
        fuse(&parts, self.loader())
    }

    fn chain(&self, id: u32, bytecode: &Bytecode) -> Chain {
        let calls = bytecode.calls.iter().map(|(slot, target)| {
            let symbol = match target {
                Target::Chain(id) => symbol(*id),
                Target::Program(id) => self.programs[*id as usize].0.clone(),
            };
            (SlotIndex(*slot as u32), symbol)
        });
        Chain {
            symbol: symbol(id),
            code: bytecode.code.clone(),
            instructions: 0,
            params: None,
            calls: calls.collect(),
            lines: Vec::new(),
        }
    }
}

/// What a chain is called.
///
/// # Panics
/// Never: every number makes a name.
pub fn symbol(id: u32) -> Symbol {
    let symbol = format!("chains.case.chain_{id}").parse();
    symbol.expect("a symbol")
}

/// A program under the name of its file, in a package of its ID: the same file twice is two
/// programs.
fn program((id, path): (usize, &&str)) -> (Symbol, ProgramObject) {
    let name = std::path::Path::new(path).file_stem().expect("a name");
    let symbol = format!("programs.case_{id}.{}", name.display()).parse();
    (symbol.expect("a symbol"), object(path))
}

fn object(path: &str) -> ProgramObject {
    let bytes = std::fs::read(repository().join(path)).expect("an object");
    ProgramObject::parse(bytes).expect("a program or loader")
}

fn part(object: &ProgramObject) -> Part<'_> {
    Part {
        bytes: &object.bytes,
        params: object.signature.params.len(),
        license: &object.license,
    }
}
