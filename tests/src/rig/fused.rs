//! The native tier of a rig: its loader, its chain and its programs fused into one.

use std::collections::BTreeMap;
use std::os::fd::OwnedFd;

use hike_abi::vm_maps;
use hike_format::chain::{Chain, SlotIndex};
use hike_format::{ProgramObject, Symbol};
use hike_ld::fuse::{Part, Parts, fuse};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::native::{Native, Place};
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_vm::Target;

use super::CHAIN;
use super::object::Object;
use crate::bytecode::assemble_bytecode;

/// What fused programs are made of.
pub struct Fuser {
    /// Programs in the order of their numbers, the loader last.
    objects: Vec<(Symbol, Object)>,
}

impl Fuser {
    /// A fuser of a loader and programs, which have the numbers of their places.
    pub fn new(loader: (Symbol, Object), programs: Vec<(Symbol, Object)>) -> Self {
        let mut objects = programs;
        objects.push(loader);
        Self { objects }
    }

    /// The program whose chain is these lines, on these maps.
    ///
    /// # Panics
    /// When the lines are no chain, cannot be fused, or the kernel does not take the result:
    /// the message has the verifier's words.
    pub fn program(&self, lines: &[String], maps: &BTreeMap<String, Map>) -> OwnedFd {
        let chain = self.chain(lines);
        let fused = self.fuse(&chain);
        let ids = BTreeMap::from([(chain.symbol, ChainId(CHAIN))]);
        let native = Native::parse("fused", self.loader(), &fused, &ids);
        let native = native.expect("a fused program");
        let guard = native.guard(|| Linux.has_may_goto());
        let loaded = Linux.load_native(&native, guard, &self.places(maps));
        loaded.unwrap_or_else(|error| {
            let log = error.verifier_log().unwrap_or_default();
            panic!("{lines:?}: {error}\n{log}")
        })
    }

    /// The object whose chain is these lines.
    ///
    /// # Panics
    /// When the lines are no chain or cannot be fused.
    pub fn object(&self, lines: &[String]) -> Vec<u8> {
        self.fuse(&self.chain(lines))
    }

    fn loader(&self) -> &Symbol {
        let (loader, _) = self.objects.last().expect("the loader");
        loader
    }

    /// The object with the chain.
    fn fuse(&self, chain: &Chain) -> Vec<u8> {
        let parsed = self.objects.iter().map(|(_, object)| {
            let parsed = ProgramObject::parse(object.bytes.clone());
            parsed.expect("a HIKe object")
        });
        let parsed: Vec<ProgramObject> = parsed.collect();
        let programs = self.objects.iter().zip(&parsed);
        let programs = programs.map(|((symbol, _), object)| {
            let part = Part {
                bytes: &object.bytes,
                params: object.signature.params.len(),
                license: &object.license,
            };
            (symbol, part)
        });
        let parts = Parts {
            chains: BTreeMap::from([(&chain.symbol, chain)]),
            programs: programs.collect(),
            starts: vec![&chain.symbol],
            packet_arguments: false,
            observed: true,
        };
        fuse(&parts, self.loader()).unwrap_or_else(|error| panic!("{error}"))
    }

    fn chain(&self, lines: &[String]) -> Chain {
        let bytecode = assemble_bytecode(lines).expect("a chain");
        let calls = bytecode.calls.iter().map(|(slot, target)| {
            let Target::Program(id) = target else {
                panic!("a rig has one chain, not {target:?}");
            };
            let (symbol, _) = &self.objects[*id as usize];
            (SlotIndex(*slot as u32), symbol.clone())
        });
        Chain {
            symbol: "chains.rig.chain".parse().expect("a symbol"),
            calls: calls.collect(),
            code: bytecode.code,
            instructions: 0,
            params: None,
            lines: Vec::new(),
        }
    }

    /// What fused code may refer to.
    fn places<'a>(&'a self, maps: &'a BTreeMap<String, Map>) -> BTreeMap<Place, &'a Map> {
        let vm = vm_maps::ALL.into_iter();
        let vm = vm.filter_map(|name| Some((Place::Vm(name.to_owned()), maps.get(name)?)));
        let mut places: BTreeMap<Place, &Map> = vm.collect();
        for (symbol, object) in &self.objects {
            places.extend(object.map_names().map(|name| {
                let key = (symbol.package().to_owned(), name.clone());
                (Place::Map(key), &maps[name])
            }));
            places.extend(object.data.iter().map(|(name, map)| {
                let place = Place::Data(symbol.clone(), name.clone());
                (place, map)
            }));
        }
        places
    }
}
