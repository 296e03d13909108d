//! The host, opened for a command.

use hike_loader::Error;
use hike_loader::host::{self, Bpffs};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::lock::Lock;
use hike_loader::plan::Host;
use hike_loader::registry::{Layout, Record, Registry};
use hike_loader::remove;

use super::cli::Common;
use super::report::note;

/// A host that may be changed: nobody else does so until this is dropped.
pub struct Session {
    /// Where the pins are.
    pub layout: Layout,
    _lock: Lock,
}

impl Session {
    /// Checks that the host can be used, takes the lock, and removes what an interrupted
    /// command left.
    pub fn open(common: &Common) -> Result<Self, Error> {
        let layout = common.layout();
        host::check_capabilities()?;
        say_mounted(host::check_bpffs(layout.root())?, common);
        let lock = Lock::take(&common.lock, common.timeout(), |holder| {
            note(&format!("waiting for the lock, held by {holder}"), common);
        })?;
        clean(&layout, common)?;
        Ok(Self {
            layout,
            _lock: lock,
        })
    }

    /// What is installed.
    pub fn registry(&self) -> Result<Registry, Error> {
        Ok(Registry::read(&mut Linux, &self.layout)?)
    }
}

fn say_mounted(bpffs: Bpffs, common: &Common) {
    match bpffs {
        Bpffs::There => {}
        Bpffs::Mounted => note("mounted bpffs on /sys/fs/bpf", common),
        Bpffs::MountedInNamespace => note(
            "mounted bpffs in a mount namespace of its own: what is installed ends with it \
             (`nsenter --net=FILE` enters a network namespace alone)",
            common,
        ),
    }
}

fn clean(layout: &Layout, common: &Common) -> Result<(), Error> {
    for folder in remove::leftovers(&mut Linux, layout)? {
        let text = format!("removed `{folder}`, which an interrupted command left");
        note(&text, common);
    }
    Ok(())
}

/// What is installed, for commands that only look; they tidy up when nobody else is at work.
pub fn look(common: &Common) -> Result<(Layout, Registry), Error> {
    let layout = common.layout();
    host::check_capabilities()?;
    host::check_root(layout.root())?;
    if let Some(_lock) = Lock::try_take(&common.lock) {
        clean(&layout, common)?;
    }
    let registry = Registry::read(&mut Linux, &layout)?;
    Ok((layout, registry))
}

/// The state that a plan depends on.
pub fn state(layout: &Layout) -> Result<Host, Error> {
    Ok(Host {
        registry: Registry::read(&mut Linux, layout)?,
        interfaces: Linux.interfaces()?,
    })
}

/// The record of a bundle.
pub fn find<'a>(registry: &'a Registry, name: &str) -> Result<&'a Record, Error> {
    registry.get(name).ok_or_else(|| Error::NotInstalled {
        name: name.to_owned(),
        installed: registry.bundles.iter().map(|it| it.name.clone()).collect(),
    })
}
