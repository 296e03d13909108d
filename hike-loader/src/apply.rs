//! Carrying out a plan: everything, or nothing.
//!
//! 1. Load and verify, without pins: a failure here leaves no trace.
//! 2. Pin maps, programs, loaders and the record in an unfinished folder.
//! 3. Make programs and chains known to the VM and write the map entries.
//! 4. Rename the folder: the bundle is installed.
//! 5. Attach.
//!
//! Every step of 2 to 5 is noted in a [`Journal`] first. A process that is killed leaves an
//! unfinished folder or a bundle without its attachments, which the next command removes
//! ([`crate::remove::leftovers`]).

use std::path::{Path, PathBuf};

use hike_abi::vm_maps;

use crate::journal::{Journal, Undo};
use crate::kernel::{Kernel, KernelError, Pinned, Result};
use crate::load::{Loaded, fill, load};
use crate::plan::Plan;
use crate::registry::{Layout, RunningTier};
use crate::sys::map::{MapSpec, map_type};
use crate::vm::{EXECUTOR_PIN, NewVm, Vm};

/// Why an installation failed.
#[derive(Debug, thiserror::Error)]
#[error("{error}")]
pub struct ApplyError {
    /// What failed.
    #[source]
    pub error: KernelError,
    /// What could not be undone after that.
    pub not_undone: Vec<KernelError>,
}

/// How an installed bundle runs.
#[derive(Debug)]
pub struct Installed {
    /// The tier.
    pub tier: RunningTier,
    /// Why it runs in the VM though it has fused programs.
    pub refused: Option<KernelError>,
}

/// Installs a plan.
///
/// # Errors
/// When the kernel refuses a step; all steps before it are undone then.
pub fn install<K: Kernel>(
    kernel: &mut K,
    layout: &Layout,
    plan: &Plan,
) -> Result<Installed, ApplyError> {
    let mut journal = Journal::default();
    let result = Installer {
        kernel: &mut *kernel,
        layout,
        plan,
        journal: &mut journal,
    }
    .run();
    let error = match result {
        Ok(installed) => return Ok(installed),
        Err(error) => error,
    };
    let not_undone = journal.undo(kernel).err().unwrap_or_default();
    Err(ApplyError { error, not_undone })
}

struct Installer<'a, K: Kernel> {
    kernel: &'a mut K,
    layout: &'a Layout,
    plan: &'a Plan,
    journal: &'a mut Journal<K>,
}

impl<K: Kernel> Installer<'_, K> {
    fn run(&mut self) -> Result<Installed> {
        let existing = Vm::open(self.kernel, self.layout)?;
        let (vm, executor) = match existing {
            Some(vm) => (vm, None),
            None => {
                let NewVm { vm, executor } = Vm::create(self.kernel)?;
                (vm, Some(executor))
            }
        };
        let loaded = load(self.kernel, self.plan, &vm)?;
        self.create_root()?;
        if let Some(executor) = executor {
            self.pin_vm(&vm, &executor)?;
        }
        let folder = self.pin_bundle(&loaded)?;
        self.note_entries();
        fill(self.kernel, self.plan, &vm, &loaded)?;
        self.commit(&folder)?;
        self.attach(&loaded)?;
        Ok(Installed {
            tier: loaded.tier,
            refused: loaded.refused,
        })
    }

    /// Creates the root and the folder of bundles where they are missing.
    fn create_root(&mut self) -> Result<()> {
        for folder in [self.layout.root().to_owned(), self.layout.bundles()] {
            if self.kernel.entries(&folder)?.is_none() {
                self.journal.note(Undo::RemoveIfEmpty(folder.clone()));
                self.kernel.create_folder(&folder)?;
            }
        }
        Ok(())
    }

    fn pin_vm(&mut self, vm: &Vm<K>, executor: &K::Program) -> Result<()> {
        let (folder, finished) = (self.layout.unfinished_vm(), self.layout.vm());
        self.create_tree(&folder)?;
        for (name, map) in vm.maps() {
            self.kernel.pin(Pinned::Map(map), &folder.join(name))?;
        }
        let pin = folder.join(EXECUTOR_PIN);
        self.kernel.pin(Pinned::Program(executor), &pin)?;
        self.journal.note(Undo::RemoveTree(finished.clone()));
        self.kernel.rename(&folder, &finished)
    }

    /// Creates a folder that is removed with all its content when something fails.
    fn create_tree(&mut self, folder: &Path) -> Result<()> {
        self.journal.note(Undo::RemoveTree(folder.to_owned()));
        self.kernel.create_folder(folder)
    }

    /// Pins the bundle in an unfinished folder, the record before anything it speaks of.
    fn pin_bundle(&mut self, loaded: &Loaded<K>) -> Result<PathBuf> {
        let name = Layout::unfinished(&self.plan.name, std::process::id());
        let folder = self.layout.bundle(&name);
        self.create_tree(&folder)?;
        self.pin_record(&folder, loaded.tier)?;
        for name in Layout::FOLDERS {
            self.kernel.create_folder(&folder.join(name))?;
        }
        for ((package, name), map) in &loaded.maps {
            let path = folder.join(Layout::map(package, name));
            self.kernel.pin(Pinned::Map(map), &path)?;
        }
        for (symbol, program) in &loaded.programs {
            let path = match symbol.kind() {
                hike_format::SymbolKind::Loader => Layout::loader(symbol),
                _ => Layout::program(symbol),
            };
            let path = folder.join(path);
            self.kernel.pin(Pinned::Program(program), &path)?;
        }
        Ok(folder)
    }

    fn pin_record(&mut self, folder: &Path, tier: RunningTier) -> Result<()> {
        let bytes = self.plan.record(tier).to_bytes();
        let spec = MapSpec {
            name: "hike_record".to_owned(),
            map_type: map_type::ARRAY,
            key_size: size_of::<u32>() as u32,
            value_size: u32::try_from(bytes.len()).unwrap_or(u32::MAX),
            max_entries: 1,
            ..MapSpec::default()
        };
        let map = self.kernel.create_untyped_map(&spec)?;
        self.kernel.update(&map, &0u32.to_ne_bytes(), &bytes)?;
        let path = folder.join(Layout::RECORD);
        self.kernel.pin(Pinned::Map(&map), &path)
    }

    /// Notes the entries that [`fill`] makes in the VM's maps; those in the bundle's own
    /// maps go with the maps.
    fn note_entries(&mut self) {
        let vm = self.layout.vm();
        for program in &self.plan.programs {
            self.journal.note(Undo::Delete {
                map: vm.join(vm_maps::PROGRAMS),
                key: program.id.0.to_ne_bytes().to_vec(),
            });
        }
        for chain in &self.plan.chains {
            self.journal.note(Undo::RemoveCode {
                map: vm.join(vm_maps::CHAINS),
                chain: chain.id,
            });
        }
    }

    fn commit(&mut self, folder: &Path) -> Result<()> {
        let finished = self.layout.bundle(&self.plan.name);
        self.journal.note(Undo::RemoveTree(finished.clone()));
        self.kernel.rename(folder, &finished)
    }

    fn attach(&mut self, loaded: &Loaded<K>) -> Result<()> {
        let folder = self.layout.bundle(&self.plan.name);
        for attachment in &self.plan.attachments {
            let Some(program) = loaded.programs.get(&attachment.loader) else {
                continue;
            };
            let (interface, mode) = (&attachment.interface, attachment.mode);
            let link = self.kernel.attach(program, interface, mode)?;
            let path = folder.join(Layout::link(&interface.name));
            let pinned = self.kernel.pin(Pinned::Link(&link), &path);
            self.journal.note(Undo::Detach(link));
            pinned?;
        }
        Ok(())
    }
}
