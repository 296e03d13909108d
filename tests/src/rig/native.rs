//! A rig's loader, programs and chain in the native tier, on the same maps.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use hike_format::chain::{Chain, SlotIndex};
use hike_format::{ProgramObject, Symbol};
use hike_ld::fuse::{Part, Parts, fuse};
use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::native::{Native, Place};
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_vm::Target;

use super::{CHAIN, Object, Rig, object};
use crate::bytecode::{Bytecode, assemble_bytecode};

/// What the chain is called.
const CHAIN_SYMBOL: &str = "chains.rig.chain";

impl Rig {
    /// The loader with a chain of these lines and the programs that it calls as one program,
    /// which works on the rig's maps.
    ///
    /// # Panics
    /// When a line is no instruction, or the kernel does not take the program.
    pub fn fuse(&self, lines: &[String]) -> OwnedFd {
        let fused = self.fused(lines);
        let ids = BTreeMap::from([(symbol(CHAIN_SYMBOL), ChainId(CHAIN))]);
        let native = Native::parse("fused", &self.loader_symbol(), &fused, &ids);
        let native = native.expect("a fused program");
        let guard = native.guard(|| Linux.has_may_goto());
        let program = Linux.load_native(&native, guard, &self.places());
        program.unwrap_or_else(|error| panic!("{error}\n{}", error.verifier_log().unwrap_or("")))
    }

    /// The object of the same.
    ///
    /// # Panics
    /// When a line is no instruction, or the parts cannot be fused.
    pub fn fused(&self, lines: &[String]) -> Vec<u8> {
        let chain_symbol = symbol(CHAIN_SYMBOL);
        let chain = self.chain(&assemble_bytecode(lines).expect("a chain"));
        let loader = self.loader_symbol();
        let objects: Vec<(Symbol, ProgramObject)> = (0..).zip(&self.objects).map(parsed).collect();
        let programs = objects.iter().map(|(symbol, object)| {
            let part = Part {
                bytes: &object.bytes,
                params: object.signature.params.len(),
                license: &object.license,
            };
            (symbol, part)
        });
        let parts = Parts {
            chains: BTreeMap::from([(&chain_symbol, &chain)]),
            programs: programs.collect(),
            starts: vec![&chain_symbol],
            packet_arguments: false,
        };
        fuse(&parts, &loader).expect("a fused program")
    }

    fn loader_symbol(&self) -> Symbol {
        object_symbol("loaders", &self.objects[0].name)
    }

    fn chain(&self, bytecode: &Bytecode) -> Chain {
        let program = |id: u32| {
            let mut programs = self.programs.iter();
            let found = programs.find(|(_, program)| **program == id);
            object_symbol("programs", found.expect("a program of the rig").0)
        };
        let calls = bytecode.calls.iter().map(|(slot, target)| {
            let symbol = match target {
                Target::Program(id) => program(*id),
                Target::Chain(id) => panic!("the rig has one chain, not {id}"),
            };
            (SlotIndex(*slot as u32), symbol)
        });
        Chain {
            symbol: symbol(CHAIN_SYMBOL),
            code: bytecode.code.clone(),
            instructions: 0,
            params: None,
            calls: calls.collect(),
            lines: Vec::new(),
        }
    }

    /// Everything that fused code may refer to.
    fn places(&self) -> BTreeMap<Place, &Map> {
        let mut places: BTreeMap<Place, &Map> = BTreeMap::new();
        for (index, object) in (0..).zip(&self.objects) {
            let (symbol, parsed) = parsed((index, object));
            let image = Image::parse(&object.name, None, &parsed.bytes).expect("an object");
            for name in image.maps().keys() {
                let place = match hike_abi::vm_maps::ALL.contains(&name.as_str()) {
                    true => Place::Vm(name.clone()),
                    false => Place::Map((symbol.package().to_owned(), name.clone())),
                };
                places.insert(place, &self.maps[name]);
            }
            for (name, map) in &object.data {
                places.insert(Place::Data(symbol.clone(), name.clone()), map);
            }
        }
        places
    }
}

/// A loader, the first of a rig's objects, or a program.
fn parsed((index, loaded): (usize, &Object)) -> (Symbol, ProgramObject) {
    let kind = match index {
        0 => "loaders",
        _ => "programs",
    };
    let bytes = std::fs::read(object(&loaded.name)).expect("an object");
    let parsed = ProgramObject::parse(bytes).expect("a HIKe object");
    (object_symbol(kind, &loaded.name), parsed)
}

fn object_symbol(kind: &str, name: &str) -> Symbol {
    symbol(&format!("{kind}.{}", name.replace('/', ".")))
}

fn symbol(text: &str) -> Symbol {
    text.parse().expect("a symbol")
}
