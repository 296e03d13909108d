//! Every way a command can fail, and which exit code it has.

use std::io;
use std::path::PathBuf;

use hike_format::bundle::BundleError;

use crate::apply::ApplyError;
use crate::events::EventError;
use crate::exec::ExecError;
use crate::host::HostError;
use crate::inspect::InspectError;
use crate::kernel::KernelError;
use crate::lock::LockError;
use crate::pcap::PcapError;
use crate::plan::PlanError;
use crate::registry::RegistryError;
use crate::run::RunError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A file cannot be read or written.
    #[error("`{path}`: {}", plain(error))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// A file is no bundle.
    #[error("`{path}` is no bundle that can be used: {error}")]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: Box<BundleError>,
    },
    /// The bundle does not fit the host or the options.
    #[error(transparent)]
    Plan(#[from] PlanError),
    /// The kernel refuses a part of an installation.
    #[error(transparent)]
    Apply(#[from] ApplyError),
    /// The kernel refuses something else.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// What is installed cannot be read.
    #[error(transparent)]
    Registry(#[from] RegistryError),
    /// The host cannot be used.
    #[error(transparent)]
    Host(#[from] HostError),
    /// Somebody else is at it.
    #[error(transparent)]
    Lock(#[from] LockError),
    /// No such bundle is installed.
    #[error("bundle `{name}` is not installed")]
    NotInstalled {
        /// The name.
        name: String,
        /// The bundles that are.
        installed: Vec<String>,
    },
    /// A map cannot be shown.
    #[error(transparent)]
    Inspect(#[from] InspectError),
    /// Events cannot be read.
    #[error(transparent)]
    Events(#[from] EventError),
    /// A packet capture cannot be read.
    #[error("`{path}`: {error}")]
    Pcap {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: PcapError,
    },
    /// A bundle cannot be run on a capture.
    #[error(transparent)]
    Run(#[from] RunError),
    /// Bytecode cannot be executed.
    #[error(transparent)]
    Exec(#[from] ExecError),
}

/// What the shell is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// The input is wrong.
    Input = 1,
    /// The command line is wrong.
    Usage = 2,
    /// The host cannot do it.
    Host = 3,
}

impl Error {
    /// Which exit code it has.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Plan(PlanError::Option(_) | PlanError::NoDevice(_)) => Exit::Usage,
            Self::Plan(error) if error.is_host() => Exit::Host,
            Self::Kernel(_) | Self::Apply(_) | Self::Registry(_) => Exit::Host,
            Self::Host(_) | Self::Lock(_) => Exit::Host,
            Self::Run(error) if error.is_host() => Exit::Host,
            Self::Exec(error) if error.is_host() => Exit::Host,
            Self::Inspect(error) if error.is_host() => Exit::Host,
            Self::Events(error) if error.is_host() => Exit::Host,
            _ => Exit::Input,
        }
    }

    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        if self.verifier_log().is_some() {
            return Some("`--verifier-log` shows all that the verifier says".to_owned());
        }
        match self {
            Self::Plan(error) => error.help(),
            Self::Host(error) => error.help(),
            Self::Lock(_) => Some("`--lock-timeout SECONDS` waits longer".to_owned()),
            Self::NotInstalled { name, installed } => Some(not_installed(name, installed)),
            Self::Inspect(error) => error.help(),
            Self::Events(error) => error.help(),
            Self::Run(error) => error.help(),
            Self::Registry(RegistryError::Record { .. }) => Some(
                "another version of hike-loader has installed it; uninstall it with that one"
                    .to_owned(),
            ),
            _ => None,
        }
    }

    /// The verifier's whole log, when it is the verifier that refused.
    pub fn verifier_log(&self) -> Option<&str> {
        match self {
            Self::Apply(error) => error.error.verifier_log(),
            Self::Kernel(error) => error.verifier_log(),
            Self::Run(RunError::Kernel(error)) => error.verifier_log(),
            Self::Exec(ExecError::Kernel(error)) => error.verifier_log(),
            _ => None,
        }
    }
}

/// An error of the system in words, without Rust's `(os error 1)`.
pub(crate) fn plain(error: &io::Error) -> String {
    let text = error.to_string();
    let end = text.find(" (os error").unwrap_or(text.len());
    let (first, rest) = text[..end].split_at_checked(1).unwrap_or(("", &text));
    first.to_lowercase() + rest
}

fn not_installed(name: &str, installed: &[String]) -> String {
    let names = installed.iter().map(String::as_str);
    match hike_format::nearest(name, names) {
        Some(near) => format!("did you mean `{near}`?"),
        None if installed.is_empty() => "no bundle is installed".to_owned(),
        None => format!("installed: {}", installed.join(", ")),
    }
}
