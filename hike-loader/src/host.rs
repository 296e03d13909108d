//! Whether this host can be used at all, said before anything is done.

use std::path::{Path, PathBuf};

use crate::error::plain;
use crate::sys::bpffs;
use crate::sys::capabilities::{self, Capability};

/// Why this host cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostError {
    /// Not root, and no capabilities instead.
    #[error(
        "this process lacks {}",
        names(.0)
    )]
    Capabilities(Vec<Capability>),
    /// No bpffs, and it cannot be mounted.
    #[error("bpffs is not mounted on `{point}` and cannot be mounted: {}", plain(.0), point = bpffs::MOUNT_POINT)]
    Mount(std::io::Error),
    /// A root elsewhere.
    #[error("`{0}` is not on a bpffs")]
    NotBpffs(PathBuf),
}

/// `A`, `A and B`, `A, B and C`.
fn names(capabilities: &[Capability]) -> String {
    let names: Vec<&str> = capabilities.iter().map(|it| it.name()).collect();
    match &names[..] {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        names => names.concat(),
    }
}

impl HostError {
    /// What to do about it.
    pub fn help(&self) -> Option<String> {
        Some(match self {
            Self::Capabilities(_) => "run it as root, for example with `sudo`".to_owned(),
            Self::Mount(_) => format!("as root: mount -t bpf bpf {}", bpffs::MOUNT_POINT),
            Self::NotBpffs(path) => match path.parent() {
                Some(parent) => format!("as root: mount -t bpf bpf {}", parent.display()),
                None => return None,
            },
        })
    }
}

/// Checks the capabilities.
///
/// # Errors
/// When one is missing.
pub fn check_capabilities() -> Result<(), HostError> {
    match capabilities::missing() {
        missing if missing.is_empty() => Ok(()),
        missing => Err(HostError::Capabilities(missing)),
    }
}

/// Where bpffs came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bpffs {
    /// It was there.
    There,
    /// This process mounted it for the host.
    Mounted,
    /// This process mounted it in a mount namespace of its own, as `ip netns exec` makes
    /// one: all pins end with that namespace.
    MountedInNamespace,
}

/// Sees to it that a root is on bpffs: mounts it where it belongs if it is not.
///
/// # Errors
/// When the root is elsewhere, or mounting fails.
pub fn check_bpffs(root: &Path) -> Result<Bpffs, HostError> {
    if bpffs::holds(root).unwrap_or(false) {
        return Ok(Bpffs::There);
    }
    if !root.starts_with(bpffs::MOUNT_POINT) {
        return Err(HostError::NotBpffs(root.to_owned()));
    }
    bpffs::mount().map_err(HostError::Mount)?;
    match bpffs::holds(root) {
        Ok(true) if is_own_namespace() => Ok(Bpffs::MountedInNamespace),
        Ok(true) => Ok(Bpffs::Mounted),
        _ => Err(HostError::NotBpffs(root.to_owned())),
    }
}

/// Checks that a root can have an installation: where bpffs belongs, or on another one.
///
/// # Errors
/// When it is on another file system.
pub fn check_root(root: &Path) -> Result<(), HostError> {
    let can = root.starts_with(bpffs::MOUNT_POINT) || bpffs::holds(root).unwrap_or(false);
    match can {
        true => Ok(()),
        false => Err(HostError::NotBpffs(root.to_owned())),
    }
}

/// Whether this process has another mount namespace than the host's first process.
fn is_own_namespace() -> bool {
    let namespace = |process: &str| std::fs::read_link(format!("/proc/{process}/ns/mnt")).ok();
    namespace("self") != namespace("1")
}
