//! `app_cfg_store`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Values by key, shared by `app_cfg_load`, `app_cfg_store` and user space.
#[btf_map]
#[allow(non_upper_case_globals)]
static app_cfg: maps::HashMap<u32, u32, 256> = maps::HashMap::new();

/// Stores `value` under `key`, for `app_cfg_load` and user space (map `app_cfg`).
///
/// Continues with 0, or with a negative errno when there are 256 other keys already
/// (-7, `-E2BIG`).
#[hike_program]
fn app_cfg_store(_ctx: &mut HikeContext, key: u32, value: u32) -> Result<u64, Errno> {
    let stored = app_cfg.insert(key, value, 0);
    stored.map(|()| 0).map_err(|errno| Errno(-errno))
}
