//! What an installation has done, so that it can be undone.

use std::path::PathBuf;

use crate::kernel::{Kernel, Result};
use crate::registry::ChainId;
use crate::remove;
use crate::vm::write_code;

/// One step to undo.
pub enum Undo<K: Kernel> {
    /// Remove a folder and everything in it, attachments first.
    RemoveTree(PathBuf),
    /// Remove a folder if nothing else is in it.
    RemoveIfEmpty(PathBuf),
    /// Delete an entry of a map.
    Delete {
        /// The pinned map.
        map: PathBuf,
        /// The key.
        key: Vec<u8>,
    },
    /// Take the code of a chain away.
    RemoveCode {
        /// The pinned map of chains.
        map: PathBuf,
        /// The chain.
        chain: ChainId,
    },
    /// End an attachment.
    Detach(K::Link),
}

/// The steps done so far, first one first.
pub struct Journal<K: Kernel> {
    steps: Vec<Undo<K>>,
}

impl<K: Kernel> Default for Journal<K> {
    fn default() -> Self {
        Self { steps: Vec::new() }
    }
}

impl<K: Kernel> Journal<K> {
    /// Notes how to undo a step, before the step is done: undoing a step that was not done
    /// does nothing.
    pub fn note(&mut self, step: Undo<K>) {
        self.steps.push(step);
    }

    /// Undoes every step, last one first, and goes on after failures.
    ///
    /// # Errors
    /// What could not be undone.
    pub fn undo(self, kernel: &mut K) -> Result<(), Vec<crate::kernel::KernelError>> {
        let steps = self.steps.into_iter().rev();
        let failures = steps.filter_map(|step| undo(kernel, step).err());
        let failures: Vec<_> = failures.collect();
        if failures.is_empty() {
            return Ok(());
        }
        Err(failures)
    }
}

fn undo<K: Kernel>(kernel: &mut K, step: Undo<K>) -> Result<()> {
    match step {
        Undo::RemoveTree(path) => remove::tree(kernel, &path),
        Undo::RemoveIfEmpty(path) => remove::if_empty(kernel, &path),
        Undo::Detach(link) => kernel.detach(&link),
        Undo::Delete { map, key } => {
            let map = kernel.open_map(&map)?;
            kernel.delete(&map, &key).map(drop)
        }
        Undo::RemoveCode { map, chain } => {
            let map = kernel.open_map(&map)?;
            write_code(kernel, &map, chain, &[])
        }
    }
}
