//! A bundle on a capture: every packet through the kernel's test run, no interface touched.
//!
//! The VM and the bundle have no pins, so nothing of them is left when the process ends.

use std::os::fd::AsFd;

use hike_format::{Manifest, Symbol, SymbolKind};

use crate::error::plain;
use crate::image::ImageError;
use crate::kernel::{KernelError, Linux};
use crate::load::{Loaded, fill, load};
use crate::pcap::Packet;
use crate::plan::Plan;
use crate::sys::program::test_run;
use crate::vm::{NewVm, Vm};

/// Why a bundle was not run.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RunError {
    /// The kernel refuses a part of it.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The host's simulator.
    #[error(
        "the simulator cannot run bundles yet: their programs are eBPF, which only the kernel runs"
    )]
    Simulator,
    /// No loader, or several and none chosen.
    #[error("the bundle has {}, expected one to run", loaders(.0))]
    Loader(Vec<Symbol>),
    /// No loader of this name.
    #[error("the bundle has no chain loader `{name}`")]
    NoLoader {
        /// The name.
        name: String,
        /// The loaders it has.
        known: Vec<Symbol>,
    },
    /// The kernel does not take a packet.
    #[error("packet {number} of {length} bytes: {}", plain(error))]
    Packet {
        /// The packet, counted from 1.
        number: usize,
        /// Its length.
        length: usize,
        /// What the kernel says.
        error: std::io::Error,
    },
}

fn loaders(known: &[Symbol]) -> String {
    let names: Vec<String> = known.iter().map(|it| format!("`{it}`")).collect();
    match names.len() {
        0 => "no chain loader".to_owned(),
        count => format!("{count} chain loaders, {}", names.join(" and ")),
    }
}

impl RunError {
    /// Whether the host stands in the way.
    pub fn is_host(&self) -> bool {
        matches!(self, Self::Kernel(_))
    }

    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::Loader(known) if !known.is_empty() => {
                Some("`--loader NAME` chooses one".to_owned())
            }
            Self::Simulator => {
                Some("`--engine kernel` runs them without touching an interface".to_owned())
            }
            Self::NoLoader { known, .. } => Some(format!("it has {}", loaders(known))),
            Self::Packet { .. } => {
                Some("the kernel's test run takes packets from 14 to about 3500 bytes".to_owned())
            }
            _ => None,
        }
    }
}

impl From<ImageError> for RunError {
    fn from(error: ImageError) -> Self {
        Self::Kernel(Box::new(error).into())
    }
}

/// The loader that starts chains: the one asked for, else the only one that the scripts
/// attach, else the only one there is.
///
/// # Errors
/// When that is none, or not one.
pub fn choose_loader(manifest: &Manifest, name: Option<&str>) -> Result<Symbol, RunError> {
    let known = || manifest.loaders.iter().map(|loader| &loader.symbol);
    if let Some(name) = name {
        let mut known = known();
        let found = known.find(|symbol| symbol.name() == name || symbol.to_string() == name);
        return found.cloned().ok_or_else(|| RunError::NoLoader {
            name: name.to_owned(),
            known: manifest
                .loaders
                .iter()
                .map(|it| it.symbol.clone())
                .collect(),
        });
    }
    let mut attached: Vec<Symbol> = manifest.attach.iter().map(|it| it.loader.clone()).collect();
    attached.sort();
    attached.dedup();
    match (&attached[..], &known().collect::<Vec<_>>()[..]) {
        ([only], _) => Ok(only.clone()),
        ([], [only]) => Ok((*only).clone()),
        ([], all) => Err(RunError::Loader(
            all.iter().map(|it| (*it).clone()).collect(),
        )),
        (several, _) => Err(RunError::Loader(several.to_vec())),
    }
}

/// A bundle in the kernel that nothing but this value refers to.
pub struct Session {
    /// The VM.
    pub vm: Vm<Linux>,
    /// The bundle.
    pub loaded: Loaded<Linux>,
    loader: Symbol,
}

/// What became of a packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// The XDP action.
    pub action: u32,
    /// The packet afterwards.
    pub packet: Vec<u8>,
}

impl Session {
    /// Loads a plan with a VM of its own.
    ///
    /// # Errors
    /// When the kernel refuses a part of it.
    pub fn start(plan: &Plan, loader: Symbol) -> Result<Self, RunError> {
        debug_assert_eq!(loader.kind(), SymbolKind::Loader);
        let NewVm { vm, .. } = Vm::create(&mut Linux)?;
        let loaded = load(&mut Linux, plan, &vm)?;
        fill(&mut Linux, plan, &vm, &loaded)?;
        Ok(Self { vm, loaded, loader })
    }

    /// Sends a packet, counted from 1, through the loader.
    ///
    /// # Errors
    /// When the kernel does not take the packet.
    pub fn send(&self, number: usize, packet: &Packet) -> Result<Verdict, RunError> {
        let Some(program) = self.loaded.programs.get(&self.loader) else {
            return Err(RunError::Loader(Vec::new()));
        };
        let run = test_run(program.as_fd(), &packet.bytes);
        let run = run.map_err(|error| RunError::Packet {
            number,
            length: packet.bytes.len(),
            error,
        })?;
        Ok(Verdict {
            action: run.action,
            packet: run.packet,
        })
    }
}
