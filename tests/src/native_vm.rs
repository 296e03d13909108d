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
    loader: Symbol,
    bytes: Vec<u8>,
    maps: BTreeMap<Place, Map>,
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
        pin_to_cpu();
        let NewVm { vm, executor } = Vm::create(&mut Linux).expect("the VM");
        let bytes = std::fs::read(repository().join(LOADER_OBJECT)).expect("the loader");
        let loader: Symbol = LOADER.parse().expect("a symbol");
        let maps = loader_maps(&loader, &bytes);
        Self {
            vm,
            loader,
            bytes,
            maps,
            _executor: executor,
        }
    }

    /// Fuses chains and loads them in one form. They start with the packet's address and length.
    ///
    /// # Errors
    /// When they cannot be fused or the kernel does not take them.
    pub fn load(
        &self,
        chains: &BTreeMap<u32, Bytecode>,
        guard: Guard,
    ) -> Result<<Linux as Kernel>::Program, Refused> {
        let chains: BTreeMap<Symbol, Chain> = chains
            .iter()
            .map(|(id, bytecode)| (symbol(*id), chain(*id, bytecode)))
            .collect();
        let object = ProgramObject::parse(self.bytes.clone()).expect("the loader");
        let part = Part {
            bytes: &self.bytes,
            params: 0,
            license: &object.license,
        };
        let first = symbol(1);
        let parts = Parts {
            chains: chains.iter().collect(),
            programs: BTreeMap::from([(&self.loader, part)]),
            starts: vec![&first],
            packet_arguments: true,
        };
        let fused = fuse(&parts, &self.loader).map_err(Refused::Fuse)?;
        let ids = (1..5).map(|id| (symbol(id), ChainId(id))).collect();
        let native = Native::parse("fused", &self.loader, &fused, &ids).expect("a fused program");
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
        let program = self.load(chains, guard)?;
        Ok(observe(&self.vm, program.as_fd(), quick, packet))
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

fn chain(id: u32, bytecode: &Bytecode) -> Chain {
    let calls = bytecode.calls.iter().map(|(slot, target)| {
        let symbol = match target {
            Target::Chain(id) => symbol(*id),
            Target::Program(id) => panic!("cases of the native tier have no program {id}"),
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
