//! The VM on a host: its maps, made once from the definitions of its executor.
//!
//! The executor comes in two forms, both part of this program, so a host needs nothing
//! else: the fast one needs `may_goto`, the other one runs on every kernel from 6.1 on.
//! Which one a kernel takes is found out by trying.

use std::collections::BTreeMap;

use hike_abi::limits::{CHAIN_INSNS, CPUS};
use hike_abi::{ChainCode, vm_maps};

use crate::image::Image;
use crate::kernel::{Kernel, KernelError, Result};
use crate::registry::{ChainId, Layout};
use crate::sys::cpus;

/// The forms of the executor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Executor {
    /// Loops with `may_goto`, which Linux has from 6.9 on.
    MayGoto,
    /// Loops with `bpf_loop`.
    BpfLoop,
}

impl Executor {
    /// Every form, the fastest first.
    pub const ALL: [Self; 2] = [Self::MayGoto, Self::BpfLoop];

    /// What messages call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::MayGoto => "executor",
            Self::BpfLoop => "executor_loop",
        }
    }

    const fn object(self) -> &'static [u8] {
        match self {
            Self::MayGoto => include_bytes!("../../hike-ebpf/objects/executor.o"),
            Self::BpfLoop => include_bytes!("../../hike-ebpf/objects/executor_loop.o"),
        }
    }
}

/// Name of the executor's pin.
pub const EXECUTOR_PIN: &str = "executor";

/// The VM's maps.
pub struct Vm<K: Kernel> {
    maps: BTreeMap<&'static str, K::Map>,
}

/// A VM that was just set up, with the program that must get a pin too.
pub struct NewVm<K: Kernel> {
    /// Its maps.
    pub vm: Vm<K>,
    /// Its executor.
    pub executor: K::Program,
}

impl<K: Kernel> Vm<K> {
    /// Opens the VM of a host; none when it has none.
    ///
    /// # Errors
    /// When there is only a part of one, or the kernel refuses.
    pub fn open(kernel: &mut K, layout: &Layout) -> Result<Option<Self>> {
        let folder = layout.vm();
        if kernel.entries(&folder)?.is_none() {
            return Ok(None);
        }
        let mut maps = BTreeMap::new();
        for name in vm_maps::ALL {
            maps.insert(name, kernel.open_map(&folder.join(name))?);
        }
        Ok(Some(Self { maps }))
    }

    /// Creates a VM with the fastest executor that the kernel takes, without any pin: it is
    /// gone with the last reference.
    ///
    /// # Errors
    /// When the kernel takes none of the executors, or the host has more than [`CPUS`].
    pub fn create(kernel: &mut K) -> Result<NewVm<K>> {
        check_cpus(cpus::possible())?;
        match Self::create_with(kernel, Executor::MayGoto) {
            Err(KernelError::Verifier { .. }) => Self::create_with(kernel, Executor::BpfLoop),
            other => other,
        }
    }

    /// Creates a VM with one of the executors.
    ///
    /// # Errors
    /// When the kernel does not take it.
    pub fn create_with(kernel: &mut K, executor: Executor) -> Result<NewVm<K>> {
        let image = Image::parse(executor.name(), None, executor.object()).map_err(Box::new)?;
        let types = kernel.load_types(&image)?;
        let mut maps = BTreeMap::new();
        for name in vm_maps::ALL {
            if let Some(spec) = image.maps().get(name) {
                maps.insert(name, kernel.create_map(spec, &types)?);
            }
        }
        let vm = Self { maps };
        let own = vm.maps();
        let references = own.map(|(name, map)| (name.to_owned(), map)).collect();
        let executor = kernel.load_program(&image, &references, &types)?;
        kernel.set_program(vm.map(vm_maps::EXECUTOR)?, 0, &executor)?;
        Ok(NewVm { vm, executor })
    }

    /// Its maps, by name.
    pub fn maps(&self) -> impl Iterator<Item = (&'static str, &K::Map)> {
        self.maps.iter().map(|(name, map)| (*name, map))
    }

    /// One of its maps.
    ///
    /// # Errors
    /// Never for the names of [`vm_maps`].
    pub fn map(&self, name: &str) -> Result<&K::Map> {
        self.maps.get(name).ok_or_else(|| {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            KernelError::system(format!("find the VM's map `{name}`"), missing)
        })
    }
}

/// The VM has a state for each CPU.
fn check_cpus(number: usize) -> Result<()> {
    if number <= CPUS as usize {
        return Ok(());
    }
    let action = format!("set up the VM for {number} CPUs, as it has room for {CPUS}");
    Err(KernelError::system(
        action,
        std::io::ErrorKind::Unsupported.into(),
    ))
}

/// Writes a chain's quick code into the VM's map of chains; slots beyond it are traps, and
/// there are nothing but traps where no chain is.
///
/// # Errors
/// When the kernel refuses it.
pub fn write_code<K: Kernel>(
    kernel: &mut K,
    chains: &K::Map,
    chain: ChainId,
    slots: &[u64],
) -> Result<()> {
    let mut code: ChainCode = [0; CHAIN_INSNS];
    code.iter_mut()
        .zip(slots)
        .for_each(|(to, from)| *to = *from);
    let bytes: Vec<u8> = code.iter().flat_map(|slot| slot.to_ne_bytes()).collect();
    kernel.write_part(chains, chain.0 as usize * bytes.len(), &bytes)
}
