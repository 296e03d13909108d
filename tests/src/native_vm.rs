//! Chains in the native tier: fused with a loader, in the kernel, without a bundle.

use std::collections::BTreeMap;
use std::os::fd::AsFd;

use hike_format::Symbol;
use hike_format::native::Guard;
use hike_ld::fuse::FuseError;
use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, KernelError, Linux};
use hike_loader::native::{Native, Place};
use hike_loader::registry::ChainId;
use hike_loader::sys::map::Map;
use hike_loader::vm::{NewVm, Vm};
use hike_vm::Quick;

use crate::bytecode::{Bytecode, Observed};
use crate::fuser::{Fuser, symbol};
use crate::kernel_vm::{observe, pin_to_cpu};

/// What fused chains run on: a VM's maps, and a loader with its own.
pub struct NativeVm {
    vm: Vm<Linux>,
    fuser: Fuser,
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
        let fuser = Fuser::with_programs(programs);
        Self {
            vm,
            maps: loader_maps(fuser.loader(), fuser.loader_object()),
            fuser,
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
        let fused = self.fuser.fuse(chains, observed).map_err(Refused::Fuse)?;
        let ids = (1..5).map(|id| (symbol(id), ChainId(id))).collect();
        let loader = self.fuser.loader();
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
}

impl Default for NativeVm {
    fn default() -> Self {
        Self::new()
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
