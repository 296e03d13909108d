//! Fused programs: one for each chain loader, or the bundle runs in the VM.

use std::collections::BTreeMap;

use hike_format::{Bundle, Symbol, native};

use super::ids::Ids;
use super::{OptionError, PlanError, Tier};
use crate::native::Native;

/// Reads the fused programs that a tier asks for; none when one is missing.
pub(super) fn read(
    bundle: &Bundle,
    tier: Tier,
    ids: &Ids,
) -> Result<BTreeMap<Symbol, Native>, PlanError> {
    let mut natives = BTreeMap::new();
    if tier == Tier::Vm {
        return Ok(natives);
    }
    for entry in &bundle.manifest().loaders {
        let path = native::path(&entry.symbol);
        match (bundle.member(&path), tier) {
            (Some(bytes), _) => {
                let native = Native::parse(&path, &entry.symbol, bytes, &ids.chains);
                natives.insert(entry.symbol.clone(), native.map_err(Box::new)?);
            }
            (None, Tier::Native) => return Err(OptionError::Native(entry.symbol.clone()).into()),
            (None, _) => return Ok(BTreeMap::new()),
        }
    }
    Ok(natives)
}
