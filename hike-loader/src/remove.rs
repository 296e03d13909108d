//! Taking bundles off a host, whole ones and what an interrupted command left.

use std::path::Path;

use hike_abi::{VM_ABI_VERSION, vm_maps};

use crate::kernel::{Kernel, Result};
use crate::registry::{Layout, Record, RegistryError, read_record};
use crate::vm::write_code;

/// Takes a bundle off: attachments first, so that no packet meets half a bundle.
///
/// # Errors
/// When the kernel refuses; what was done stays done, and the next command goes on.
pub fn bundle<K: Kernel>(
    kernel: &mut K,
    layout: &Layout,
    record: &Record,
) -> Result<(), RegistryError> {
    folder(kernel, layout, &record.name)?;
    leave(kernel, layout)?;
    Ok(())
}

/// Takes off what an interrupted command left: unfinished folders, and bundles that are
/// not attached as their record says. Gives the names of their folders.
///
/// The caller holds the lock, so nothing of it is still being worked on.
///
/// # Errors
/// When the kernel refuses, or a record is not one of this tool's.
pub fn leftovers<K: Kernel>(kernel: &mut K, layout: &Layout) -> Result<Vec<String>, RegistryError> {
    if kernel.entries(layout.root())?.is_none() {
        return Ok(Vec::new());
    }
    tree(kernel, &layout.unfinished_vm())?;
    let mut removed = Vec::new();
    for entry in kernel.entries(&layout.bundles())?.unwrap_or_default() {
        if !is_whole(kernel, layout, &entry.name)? {
            folder(kernel, layout, &entry.name)?;
            removed.push(entry.name);
        }
    }
    leave(kernel, layout)?;
    Ok(removed)
}

/// Whether an installation got to its end.
fn is_whole<K: Kernel>(kernel: &mut K, layout: &Layout, name: &str) -> Result<bool, RegistryError> {
    if Layout::is_unfinished(name) {
        return Ok(false);
    }
    let Some(record) = read_record(kernel, layout, name)? else {
        return Ok(false);
    };
    let links = kernel.entries(&layout.bundle(name).join("links"))?;
    Ok(links.unwrap_or_default().len() == record.attachments.len())
}

/// Takes off the bundle in a folder, finished or not. It gets the name of an unfinished
/// one first: if this is interrupted, nobody takes what is left for installed.
fn folder<K: Kernel>(kernel: &mut K, layout: &Layout, name: &str) -> Result<(), RegistryError> {
    let mut unfinished = name.to_owned();
    if !Layout::is_unfinished(name) {
        unfinished = Layout::unfinished(name, std::process::id());
        kernel.rename(&layout.bundle(name), &layout.bundle(&unfinished))?;
    }
    detach_all(kernel, &layout.bundle(&unfinished).join("links"))?;
    if let Some(record) = read_record(kernel, layout, &unfinished)? {
        clear(kernel, layout, &record)?;
    }
    tree(kernel, &layout.bundle(&unfinished))?;
    Ok(())
}

/// Frees the runtime IDs of a bundle in the VM's maps.
fn clear<K: Kernel>(kernel: &mut K, layout: &Layout, record: &Record) -> Result<()> {
    let programs = match kernel.open_map(&layout.vm().join(vm_maps::PROGRAMS)) {
        Err(error) if error.is_not_found() => return Ok(()),
        other => other?,
    };
    for program in &record.programs {
        kernel.delete(&programs, &program.id.0.to_ne_bytes())?;
    }
    // Where another version's VM keeps its code is not known here. Nothing new is installed
    // beside it, and the code goes with the VM.
    if record.vm_abi != VM_ABI_VERSION {
        return Ok(());
    }
    let chains = kernel.open_map(&layout.vm().join(vm_maps::CHAINS))?;
    for chain in &record.chains {
        write_code(kernel, &chains, chain.id, &[])?;
    }
    Ok(())
}

/// Removes the VM and the root when no bundle is left.
fn leave<K: Kernel>(kernel: &mut K, layout: &Layout) -> Result<()> {
    let bundles = kernel.entries(&layout.bundles())?.unwrap_or_default();
    if !bundles.is_empty() {
        return Ok(());
    }
    if_empty(kernel, &layout.bundles())?;
    tree(kernel, &layout.vm())?;
    if_empty(kernel, layout.root())
}

/// Removes a folder with everything in it, attachments first; does nothing when there is
/// none.
///
/// # Errors
/// When the kernel refuses.
pub fn tree<K: Kernel>(kernel: &mut K, path: &Path) -> Result<()> {
    let Some(entries) = kernel.entries(path)? else {
        return Ok(());
    };
    if path.file_name().is_some_and(|name| name == "links") {
        detach_all(kernel, path)?;
    }
    for entry in entries {
        let path = path.join(&entry.name);
        if entry.folder {
            tree(kernel, &path)?;
        } else {
            gone(kernel.unpin(&path))?;
        }
    }
    kernel.remove_folder(path)
}

/// Ends and unpins every attachment in a folder; removing a pin alone would end it later,
/// when the kernel gets to it.
fn detach_all<K: Kernel>(kernel: &mut K, links: &Path) -> Result<()> {
    for entry in kernel.entries(links)?.unwrap_or_default() {
        let path = links.join(&entry.name);
        let link = kernel.open_link(&path)?;
        // A link whose interface is gone is detached already.
        let _ = kernel.detach(&link);
        gone(kernel.unpin(&path))?;
    }
    Ok(())
}

/// Removes a folder if it is there and empty.
///
/// # Errors
/// When the kernel refuses.
pub fn if_empty<K: Kernel>(kernel: &mut K, path: &Path) -> Result<()> {
    match kernel.entries(path)? {
        Some(entries) if entries.is_empty() => kernel.remove_folder(path),
        _ => Ok(()),
    }
}

/// What is gone already needs no removing.
fn gone(result: Result<()>) -> Result<()> {
    match result {
        Err(error) if error.is_not_found() => Ok(()),
        other => other,
    }
}
