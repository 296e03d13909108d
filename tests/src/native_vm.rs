//! Chains in the native tier: fused with a loader, in the kernel, without a bundle.

use std::collections::BTreeMap;
use std::os::fd::AsFd;

use hike_format::chain::{Chain, SlotIndex};
use hike_format::native::Guard;
use hike_format::{ProgramObject, Symbol};
use hike_ld::fuse::{FuseError, Part, Parts, fuse};
use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, KernelError, Linux};
use hike_loader::native::{Native, Place};
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_loader::vm::{NewVm, Vm};
use hike_vm::{Quick, Target};

use crate::bytecode::{Bytecode, Observed};
use crate::kernel_vm::{observe, pin_to_cpu};
use crate::tools::repository;

/// The loader that starts a chain for every packet, and its map.
const LOADER: &str = "loaders.hike_default.all";
const LOADER_OBJECT: &str = "packages/hike_default/objects/all.o";

/// What fused chains run on: a VM's maps, and a loader with its own.
pub struct NativeVm {
    vm: Vm<Linux>,
    loader: (Symbol, ProgramObject),
    maps: BTreeMap<Place, Map>,
    programs: Vec<(Symbol, ProgramObject)>,
    _executor: <Linux as Kernel>::Program,
}

/// Why chains do not run in the native tier.
#[derive(Debug)]
pub enum Refused {
    /// They cannot be fused.
    Fuse(FuseError),
    /// The kernel does not take them.
    Kernel(KernelError),
}

impl NativeVm {
    /// Creates the maps; the loader starts chain 1.
    ///
    /// # Panics
    /// When the kernel does not take them: the tests cannot go on.
    pub fn new() -> Self {
        Self::with_programs(&[])
    }

    /// The same, and programs without maps of their own under the IDs 0 and up; paths are
    /// relative to the repository.
    ///
    /// # Panics
    /// When the kernel does not take the maps: the tests cannot go on.
    pub fn with_programs(programs: &[&str]) -> Self {
        pin_to_cpu();
        let NewVm { vm, executor } = Vm::create(&mut Linux).expect("the VM");
        let bytes = std::fs::read(repository().join(LOADER_OBJECT)).expect("the loader");
        let loader: Symbol = LOADER.parse().expect("a symbol");
        let maps = loader_maps(&loader, &bytes);
        let object = ProgramObject::parse(bytes).expect("the loader");
        Self {
            vm,
            loader: (loader, object),
            maps,
            programs: programs.iter().enumerate().map(program).collect(),
            _executor: executor,
        }
    }

    /// Fuses chains and loads them in one form. They start with the packet's address and length,
    /// and leave their result to look at when they are `observed`.
    ///
    /// # Errors
    /// When they cannot be fused or the kernel does not take them.
    pub fn load(
        &self,
        chains: &BTreeMap<u32, Bytecode>,
        guard: Guard,
        observed: bool,
    ) -> Result<<Linux as Kernel>::Program, Refused> {
        let chains: BTreeMap<Symbol, Chain> = chains
            .iter()
            .map(|(id, bytecode)| (symbol(*id), self.chain(*id, bytecode)))
            .collect();
        let programs = self.programs.iter().chain([&self.loader]);
        let programs = programs.map(|(symbol, object)| (symbol, part(object)));
        let (loader, _) = &self.loader;
        let first = symbol(1);
        let parts = Parts {
            chains: chains.iter().collect(),
            programs: programs.collect(),
            starts: vec![&first],
            packet_arguments: true,
            observed,
        };
        let fused = fuse(&parts, loader).map_err(Refused::Fuse)?;
        let ids = (1..5).map(|id| (symbol(id), ChainId(id))).collect();
        let native = Native::parse("fused", loader, &fused, &ids).expect("a fused program");
        let vm = self.vm.maps();
        let mut maps: BTreeMap<Place, &Map> = vm
            .map(|(name, map)| (Place::Vm(name.to_owned()), map))
            .collect();
        maps.extend(self.maps.iter().map(|(place, map)| (place.clone(), map)));
        let loaded = Linux.load_native(&native, guard, &maps);
        loaded.map_err(Refused::Kernel)
    }

    /// Runs chain 1 on a packet; quick code is only what faults are placed by.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn run(
        &self,
        chains: &BTreeMap<u32, Bytecode>,
        quick: &BTreeMap<u32, Quick>,
        packet: &[u8],
        guard: Guard,
    ) -> Result<Observed, Refused> {
        let program = self.load(chains, guard, true)?;
        Ok(observe(&self.vm, program.as_fd(), quick, packet))
    }

    /// The same for chains as they are in a bundle, which leave no result: packet and fault
    /// are what they should be, a returned value is not.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn run_unobserved(
        &self,
        chains: &BTreeMap<u32, Bytecode>,
        quick: &BTreeMap<u32, Quick>,
        packet: &[u8],
        guard: Guard,
    ) -> Result<Observed, Refused> {
        let program = self.load(chains, guard, false)?;
        Ok(observe(&self.vm, program.as_fd(), quick, packet))
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

impl Default for NativeVm {
    fn default() -> Self {
        Self::new()
    }
}

fn symbol(id: u32) -> Symbol {
    let symbol = format!("chains.case.chain_{id}").parse();
    symbol.expect("a symbol")
}

/// A program under the name of its file, in a package of its ID: the same file twice is two
/// programs.
fn program((id, path): (usize, &&str)) -> (Symbol, ProgramObject) {
    let bytes = std::fs::read(repository().join(path)).expect("an object");
    let object = ProgramObject::parse(bytes).expect("a program");
    let name = std::path::Path::new(path).file_stem().expect("a name");
    let symbol = format!("programs.case_{id}.{}", name.display()).parse();
    (symbol.expect("a symbol"), object)
}

fn part(object: &ProgramObject) -> Part<'_> {
    Part {
        bytes: &object.bytes,
        params: object.signature.params.len(),
        license: &object.license,
    }
}

/// The maps and data of the loader, which starts chain 1.
fn loader_maps(loader: &Symbol, bytes: &[u8]) -> BTreeMap<Place, Map> {
    let kernel = &mut Linux;
    let image = Image::parse("all", None, bytes).expect("the loader");
    let types = kernel.load_types(&image).expect("its types");
    let mut maps = BTreeMap::new();
    for (name, spec) in image.maps() {
        if hike_abi::vm_maps::ALL.contains(&name.as_str()) {
            continue;
        }
        let map = kernel.create_map(spec, &types).expect("a map");
        map.update(&[0; 4], &1u32.to_ne_bytes()).expect("the chain");
        let key = (loader.package().to_owned(), name.clone());
        maps.insert(Place::Map(key), map);
    }
    for (name, data) in image.data() {
        let map = kernel.create_map(&data.spec, &types).expect("a data map");
        map.update(&[0; 4], &data.bytes).expect("its data");
        maps.insert(Place::Data(loader.clone(), name.clone()), map);
    }
    maps
}
