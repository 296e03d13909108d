//! The licence of a fused program, which holds parts of several authors.

use hike_format::{Symbol, SymbolKind};

use super::{FuseError, Parts};

/// Licences that the kernel takes for compatible with its own
/// (`include/linux/license.h`).
const COMPATIBLE: [&str; 6] = [
    "GPL",
    "GPL v2",
    "GPL and additional rights",
    "Dual BSD/GPL",
    "Dual MIT/GPL",
    "Dual MPL/GPL",
];

/// The licence of all parts; `GPL` where they differ but all go with it.
///
/// # Errors
/// When a part's licence does not go with another's.
pub fn common<'a>(parts: &Parts<'a>, loader: &Symbol) -> Result<&'a str, FuseError> {
    let own = parts.part(loader)?.license;
    let calls = parts.chains.values().flat_map(|chain| chain.calls.values());
    let mut common = own;
    for program in calls.filter(|target| target.kind() == SymbolKind::Program) {
        let license = parts.part(program)?.license;
        if license == common {
            continue;
        }
        if !COMPATIBLE.contains(&license) || !COMPATIBLE.contains(&common) {
            return Err(FuseError::License {
                first: common.to_owned(),
                program: program.clone(),
                second: license.to_owned(),
            });
        }
        common = COMPATIBLE[0];
    }
    Ok(common)
}
