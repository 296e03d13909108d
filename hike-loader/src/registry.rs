//! What is installed: a record of every bundle, kept in the kernel beside the bundle's pins.

mod layout;
mod record;

use hike_format::Symbol;

use crate::kernel::{Kernel, KernelError};

pub use layout::Layout;
pub use record::{
    AttachmentRecord, ChainId, ChainRecord, ConfigRecord, MapRecord, PlaceRecord, ProgramId,
    ProgramRecord, RECORD_FORMAT, Record, RunningTier,
};

/// Why the registry cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RegistryError {
    /// The kernel's.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// A record that is not one of this tool's.
    #[error("the record of bundle `{bundle}` cannot be read: {problem}")]
    Record {
        /// The bundle.
        bundle: String,
        /// What is wrong.
        problem: String,
    },
}

/// Every installed bundle, by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Registry {
    /// Their records, ordered by name.
    pub bundles: Vec<Record>,
}

impl Registry {
    /// Reads the records of a host. Bundles that are being installed, or whose
    /// installation was interrupted, are left out.
    ///
    /// # Errors
    /// When a record cannot be read.
    pub fn read<K: Kernel>(kernel: &mut K, layout: &Layout) -> Result<Self, RegistryError> {
        let entries = kernel.entries(&layout.bundles())?.unwrap_or_default();
        let mut bundles = Vec::new();
        for entry in entries {
            if Layout::is_unfinished(&entry.name) || !entry.folder {
                continue;
            }
            bundles.extend(read_record(kernel, layout, &entry.name)?);
        }
        Ok(Self { bundles })
    }

    /// The record of a bundle.
    pub fn get(&self, name: &str) -> Option<&Record> {
        self.bundles.iter().find(|record| record.name == name)
    }

    /// The chain with this runtime ID.
    pub fn chain(&self, id: ChainId) -> Option<&Symbol> {
        let mut chains = self.bundles.iter().flat_map(|record| &record.chains);
        let chain = chains.find(|chain| chain.id == id)?;
        Some(&chain.symbol)
    }
}

/// The record in a bundle's folder; none when there is none.
///
/// # Errors
/// When it cannot be read.
pub fn read_record<K: Kernel>(
    kernel: &mut K,
    layout: &Layout,
    folder: &str,
) -> Result<Option<Record>, RegistryError> {
    let map = match kernel.open_map(&layout.bundle(folder).join(Layout::RECORD)) {
        Err(error) if error.is_not_found() => return Ok(None),
        other => other?,
    };
    let values = kernel.lookup(&map, &0u32.to_ne_bytes())?;
    let bytes = values.and_then(|values| values.into_iter().next());
    let record = Record::from_bytes(&bytes.unwrap_or_default());
    let record = record.map_err(|problem| RegistryError::Record {
        bundle: folder.to_owned(),
        problem,
    })?;
    Ok(Some(record))
}
