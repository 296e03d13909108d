//! `app_cfg_load`
#![no_std]
#![no_main]

use hike_sdk::errno::ENOENT;
use hike_sdk::prelude::*;

/// Values by key, shared by `app_cfg_load`, `app_cfg_store` and user space.
#[btf_map]
#[allow(non_upper_case_globals)]
static app_cfg: maps::HashMap<u32, u32, 256> = maps::HashMap::new();

/// Continues with the value stored under `key`.
///
/// `app_cfg_store` and user space store values, in the map `app_cfg`. Without one it
/// continues with -2 (`-ENOENT`); a value has 32 bits, so none is taken for an error.
#[hike_program]
fn app_cfg_load(_ctx: &mut HikeContext, key: u32) -> Result<u64, Errno> {
    // SAFETY: a number, read in one access.
    let value = unsafe { app_cfg.get(key) };
    value.map(|value| u64::from(*value)).ok_or(ENOENT)
}
