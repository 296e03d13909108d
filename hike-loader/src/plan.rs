//! From a bundle and a host's state to everything that is to be done, without doing it.
//!
//! | step | module |
//! |---|---|
//! | give runtime IDs | [`ids`] |
//! | read objects, set configuration variables | [`objects`] |
//! | share maps between the objects of a package | [`maps`] |
//! | translate chains to quick code | [`chains`] |
//! | read the fused programs | [`natives`] |
//! | turn map entries into bytes | [`entries`] |
//! | find the interfaces | [`attachments`] |
//!
//! The same inputs give the same plan; the kernel is not asked anything here.

mod attachments;
mod chains;
mod display;
mod entries;
mod error;
mod ids;
mod maps;
mod natives;
mod objects;
mod options;

use std::collections::BTreeMap;

use hike_format::script::AttachMode;
use hike_format::signature::TypeInfo;
use hike_format::{Bundle, Digest, Symbol};

use crate::image::Image;
use crate::native::Native;
use crate::registry::{
    AttachmentRecord, ChainId, ChainRecord, ConfigRecord, PlaceRecord, ProgramId, ProgramRecord,
    RECORD_FORMAT, Record, Registry, RunningTier,
};
use crate::sys::map::MapSpec;
use crate::sys::netlink::Interface;

pub use error::PlanError;
pub use options::{OptionError, Options, Setting, Tier, Variable, number};

/// The state of a host that a plan depends on.
#[derive(Clone, Debug, Default)]
pub struct Host {
    /// What is installed.
    pub registry: Registry,
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
}

/// Everything an installation does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Name of the bundle.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its digest.
    pub digest: Digest,
    /// The VM ABI it was made for.
    pub vm_abi: u32,
    /// Maps to create, by package and name.
    pub maps: Vec<MapPlan>,
    /// Programs to load, by symbol.
    pub programs: Vec<ProgramPlan>,
    /// Chain loaders to load, by symbol.
    pub loaders: Vec<ObjectPlan>,
    /// Loaders fused with their chains and programs, by symbol: all of them, or none.
    pub natives: BTreeMap<Symbol, Native>,
    /// Which form is to run.
    pub tier: Tier,
    /// Chains to write, by symbol.
    pub chains: Vec<ChainPlan>,
    /// Map entries to write, in the order of the scripts.
    pub entries: Vec<EntryPlan>,
    /// Configuration variables that differ from the defaults of their objects.
    pub config: Vec<ConfigRecord>,
    /// Attachments, in the order of the scripts.
    pub attachments: Vec<AttachmentPlan>,
}

/// A map of the bundle, shared by the objects of one package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapPlan {
    /// The package.
    pub package: String,
    /// How it is created.
    pub spec: MapSpec,
    /// The programs and loaders that declare it; the first one has its types.
    pub users: Vec<Symbol>,
    /// The type of the events in it, when it is a ring buffer of events.
    pub event: Option<TypeInfo>,
}

/// A program and its runtime ID.
#[derive(Clone, Debug)]
pub struct ProgramPlan {
    /// Its runtime ID.
    pub id: ProgramId,
    /// Its object.
    pub object: ObjectPlan,
}

/// An object to load.
#[derive(Clone, Debug)]
pub struct ObjectPlan {
    /// The program or chain loader.
    pub symbol: Symbol,
    /// Its code and data, configuration variables set.
    pub image: Image,
}

/// A chain in quick code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChainPlan {
    /// Its symbol.
    pub symbol: Symbol,
    /// Its runtime ID.
    pub id: ChainId,
    /// Its slots of quick code.
    pub slots: Vec<u64>,
    /// Where its slots come from.
    pub places: Vec<PlaceRecord>,
}

/// An entry to write to a map.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryPlan {
    /// The package of the map.
    pub package: String,
    /// Its name.
    pub map: String,
    /// The key's bytes.
    pub key: Vec<u8>,
    /// The value's bytes.
    pub value: Vec<u8>,
}

/// An attachment to make.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttachmentPlan {
    /// The chain loader.
    pub loader: Symbol,
    /// The interface.
    pub interface: Interface,
    /// How to attach.
    pub mode: AttachMode,
}

/// Plans the installation of a bundle on a host.
///
/// # Errors
/// The first reason why the bundle cannot be installed there with these options.
pub fn install(bundle: &Bundle, options: &Options, host: &Host) -> Result<Plan, PlanError> {
    check_name(&bundle.manifest().name)?;
    check_absent(&bundle.manifest().name, &host.registry)?;
    let attachments = attachments::plan(bundle.manifest(), options, host)?;
    plan(bundle, options, host, attachments)
}

/// Plans a run of a bundle that touches no interface.
///
/// # Errors
/// The first reason why the bundle cannot be run with these options.
pub fn run(bundle: &Bundle, options: &Options, host: &Host) -> Result<Plan, PlanError> {
    plan(bundle, options, host, Vec::new())
}

fn plan(
    bundle: &Bundle,
    options: &Options,
    host: &Host,
    attachments: Vec<AttachmentPlan>,
) -> Result<Plan, PlanError> {
    let manifest = bundle.manifest();
    check_abi(manifest.vm_abi, &host.registry)?;
    let ids = ids::assign(manifest, &host.registry)?;
    let mut objects = objects::read(bundle)?;
    let config = objects::configure(&mut objects, manifest, options)?;
    let maps = maps::share(&objects)?;
    let natives = natives::read(bundle, options.tier, &ids)?;
    let chains = chains::translate(bundle, &ids)?;
    let entries = entries::encode_all(manifest, &objects, &ids, &host.interfaces)?;
    let (programs, loaders) = objects::split(objects, &ids);
    Ok(Plan {
        name: manifest.name.clone(),
        version: manifest.version.clone(),
        digest: bundle.digest(),
        vm_abi: manifest.vm_abi,
        maps,
        programs,
        loaders,
        natives,
        tier: options.tier,
        chains,
        entries,
        config,
        attachments,
    })
}

/// Longest name of a bundle, in bytes: with a prefix and a process ID it is one name of
/// bpffs.
const NAME_LENGTH: usize = 128;

fn check_name(name: &str) -> Result<(), PlanError> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte == b'-';
    if !name.is_empty() && name.len() <= NAME_LENGTH && name.bytes().all(allowed) {
        return Ok(());
    }
    Err(PlanError::Name(name.to_owned()))
}

fn check_absent(name: &str, registry: &Registry) -> Result<(), PlanError> {
    match registry.get(name) {
        Some(record) => Err(PlanError::Installed {
            name: name.to_owned(),
            version: record.version.clone(),
            digest: record.digest,
        }),
        None => Ok(()),
    }
}

/// The bundle, this tool and the VM on the host must agree.
fn check_abi(found: u32, registry: &Registry) -> Result<(), PlanError> {
    let ours = hike_abi::VM_ABI_VERSION;
    let other = registry.bundles.iter().find(|record| record.vm_abi != ours);
    match other {
        _ if found != ours => Err(PlanError::Abi { found }),
        Some(record) => Err(PlanError::HostAbi {
            found: record.vm_abi,
            bundle: record.name.clone(),
        }),
        None => Ok(()),
    }
}

impl Plan {
    /// What is kept about the bundle when it is installed and runs in a tier.
    pub fn record(&self, tier: RunningTier) -> Record {
        let programs = self.programs.iter().map(|program| ProgramRecord {
            symbol: program.object.symbol.clone(),
            id: program.id,
        });
        let chains = self.chains.iter().map(|chain| ChainRecord {
            symbol: chain.symbol.clone(),
            id: chain.id,
            slots: chain.slots.len() as u32,
            places: chain.places.clone(),
        });
        let attachments = self.attachments.iter().map(|attachment| AttachmentRecord {
            loader: attachment.loader.clone(),
            device: attachment.interface.name.clone(),
            index: attachment.interface.index,
            mode: attachment.mode,
        });
        Record {
            format: RECORD_FORMAT,
            name: self.name.clone(),
            version: self.version.clone(),
            digest: self.digest,
            vm_abi: self.vm_abi,
            tier,
            programs: programs.collect(),
            loaders: self.loaders.iter().map(|it| it.symbol.clone()).collect(),
            chains: chains.collect(),
            maps: self.maps.iter().map(MapPlan::record).collect(),
            config: self.config.clone(),
            attachments: attachments.collect(),
        }
    }

    /// Every object to load: programs, then loaders.
    pub fn objects(&self) -> impl Iterator<Item = &ObjectPlan> {
        let programs = self.programs.iter().map(|program| &program.object);
        programs.chain(&self.loaders)
    }

    /// The runtime IDs of its chains.
    pub fn chain_ids(&self) -> BTreeMap<Symbol, ChainId> {
        let chains = self.chains.iter();
        chains
            .map(|chain| (chain.symbol.clone(), chain.id))
            .collect()
    }
}

impl MapPlan {
    fn record(&self) -> crate::registry::MapRecord {
        crate::registry::MapRecord {
            package: self.package.clone(),
            name: self.spec.name.clone(),
            users: self.users.clone(),
            event: self.event.clone(),
        }
    }
}
