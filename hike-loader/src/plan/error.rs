//! Why a bundle cannot be installed.

use hike_format::bundle::BundleError;
use hike_format::encode::EncodeError;
use hike_format::script::Number;
use hike_format::{Digest, Symbol};
use hike_vm::QuickenError;

use super::options::OptionError;
use crate::image::ImageError;
use crate::native::NativeError;

/// Why there is no plan.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PlanError {
    /// A bundle with a name that cannot be one of a folder.
    #[error("`{0}` cannot be the name of a bundle, expected letters, digits, `_` and `-`")]
    Name(String),
    /// A bundle of this name is there.
    #[error("bundle `{name}` is installed already, version {version} with digest {digest}")]
    Installed {
        /// The name.
        name: String,
        /// Its version.
        version: String,
        /// Its digest.
        digest: Digest,
    },
    /// Made for another VM.
    #[error(
        "the bundle needs version {found} of the VM ABI, this tool has version {}",
        hike_abi::VM_ABI_VERSION
    )]
    Abi {
        /// The version it needs.
        found: u32,
    },
    /// The VM on this host is another one.
    #[error(
        "bundle `{bundle}` runs on version {found} of the VM ABI on this host, this tool has version {}",
        hike_abi::VM_ABI_VERSION
    )]
    HostAbi {
        /// The version on the host.
        found: u32,
        /// An installed bundle.
        bundle: String,
    },
    /// An option that does not fit the bundle.
    #[error(transparent)]
    Option(#[from] OptionError),
    /// A member that cannot be read.
    #[error(transparent)]
    Bundle(#[from] Box<BundleError>),
    /// An object that cannot be loaded.
    #[error(transparent)]
    Image(#[from] Box<ImageError>),
    /// A fused program that is none.
    #[error(transparent)]
    Native(#[from] Box<NativeError>),
    /// An object that holds something else than its symbol says.
    #[error("`{symbol}`: its object holds `{found}`")]
    Object {
        /// The symbol.
        symbol: Symbol,
        /// Name of what the object holds.
        found: String,
    },
    /// No runtime ID is free.
    #[error("no {what} ID is free: the bundle needs {needed}, {free} of {limit} are left")]
    Ids {
        /// `program` or `chain`.
        what: &'static str,
        /// IDs the bundle needs.
        needed: usize,
        /// IDs that are free.
        free: usize,
        /// IDs that there are.
        limit: u32,
    },
    /// A chain that is in no chain object.
    #[error("`{0}` is in none of the bundle's chain objects")]
    NoChain(Symbol),
    /// A chain that calls what is not in the bundle.
    #[error("`{chain}` calls `{target}`, which is not in the bundle")]
    Call {
        /// The chain.
        chain: Symbol,
        /// What it calls.
        target: Symbol,
    },
    /// A chain the VM cannot run.
    #[error("`{chain}`: {error}")]
    Chain {
        /// The chain.
        chain: Symbol,
        /// What is wrong.
        error: QuickenError,
    },
    /// Two objects of a package disagree about a map.
    #[error(
        "map `{map}` of package `{package}`: `{first}` and `{second}` declare it with different types or sizes"
    )]
    MapDisagreement {
        /// The package.
        package: String,
        /// The map.
        map: String,
        /// Who declares it first.
        first: Symbol,
        /// Who declares it otherwise.
        second: Symbol,
    },
    /// An object has no such map.
    #[error("`{owner}` has no map `{map}`")]
    NoMap {
        /// The program or loader.
        owner: Symbol,
        /// The map.
        map: String,
        /// A map it has, of a similar name.
        near: Option<String>,
    },
    /// A key or value that the map does not take.
    #[error("map `{map}` of `{owner}`, {part} of entry {entry}: {error}")]
    Entry {
        /// The program or loader.
        owner: Symbol,
        /// The map.
        map: String,
        /// `key` or `value`.
        part: &'static str,
        /// The entry, counted from 1.
        entry: usize,
        /// What is wrong.
        error: EncodeError,
    },
    /// An object has no such configuration variable.
    #[error("`{owner}` has no configuration variable `{name}`")]
    NoVariable {
        /// The program or loader.
        owner: Symbol,
        /// The variable.
        name: String,
        /// A variable it has, of a similar name.
        near: Option<String>,
        /// The variables it has.
        known: Vec<String>,
    },
    /// A text that is no value of a configuration variable.
    #[error("`{owner}`: configuration variable `{name}`: expected {expected}, found `{found}`")]
    VariableValue {
        /// The program or loader.
        owner: Symbol,
        /// The variable.
        name: String,
        /// What it takes.
        expected: String,
        /// The text.
        found: String,
        /// A text that it takes.
        example: String,
    },
    /// A configuration variable cannot hold a value.
    #[error("`{owner}`: {value} does not fit into configuration variable `{name}` of type `{ty}`")]
    VariableRange {
        /// The program or loader.
        owner: Symbol,
        /// The variable.
        name: String,
        /// Its type.
        ty: String,
        /// The value.
        value: Number,
    },
    /// A device of the script that no option gives.
    #[error("device variable `{0}` is not set")]
    NoDevice(String),
    /// No such interface.
    #[error("interface `{name}` does not exist")]
    NoInterface {
        /// Its name.
        name: String,
        /// An interface of a similar name.
        near: Option<String>,
    },
    /// The interface is down.
    #[error("interface `{0}` is down")]
    InterfaceDown(String),
    /// The interface has an XDP program.
    #[error("interface `{name}` has an XDP program already{}", program_id(*.program))]
    InterfaceBusy {
        /// The interface.
        name: String,
        /// ID of the program; 0 when it is not told.
        program: u32,
        /// The installed bundle it belongs to.
        bundle: Option<String>,
    },
    /// Two attachments to one interface.
    #[error("the bundle attaches two chain loaders to interface `{0}`")]
    InterfaceTwice(String),
}

fn program_id(id: u32) -> String {
    match id {
        0 => String::new(),
        id => format!(", ID {id}"),
    }
}

fn variables(known: &[String]) -> String {
    match known {
        [] => "it has none".to_owned(),
        known => format!("it has {}", known.join(", ")),
    }
}

impl PlanError {
    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        let meant =
            |near: &Option<String>| near.as_ref().map(|near| format!("did you mean `{near}`?"));
        match self {
            Self::Installed { name, .. } => Some(format!(
                "`hike-loader uninstall {name}` removes it; replacing a running bundle comes with a later version"
            )),
            Self::NoMap { near, .. } => meant(near),
            Self::NoVariable { near, known, .. } => meant(near).or_else(|| Some(variables(known))),
            Self::VariableValue {
                owner,
                name,
                example,
                ..
            } => Some(format!(
                "for example `--set '{}.{name}={example}'`",
                owner.name()
            )),
            Self::NoInterface { near, .. } => meant(near).or_else(|| {
                Some("`ip link` lists the interfaces of this network namespace".to_owned())
            }),
            Self::NoDevice(name) => Some(format!(
                "give an interface with `-D {name}=DEVICE` or `--dev DEVICE`"
            )),
            Self::InterfaceDown(name) => Some(format!("`ip link set {name} up` brings it up")),
            Self::InterfaceBusy {
                bundle: Some(bundle),
                ..
            } => Some(format!(
                "bundle `{bundle}` is attached there; `hike-loader uninstall {bundle}` detaches it"
            )),
            Self::InterfaceBusy { name, .. } => Some(format!(
                "`ip link set {name} xdp off` removes it, unless a link holds it (`bpftool link`)"
            )),
            Self::Ids { .. } => Some("uninstall a bundle that is not needed".to_owned()),
            Self::Option(error) => error.help(),
            _ => None,
        }
    }

    /// Whether the host stands in the way rather than the bundle or the options.
    pub fn is_host(&self) -> bool {
        matches!(
            self,
            Self::Installed { .. }
                | Self::HostAbi { .. }
                | Self::Ids { .. }
                | Self::NoInterface { .. }
                | Self::InterfaceDown(_)
                | Self::InterfaceBusy { .. }
        )
    }
}
