//! Starts one chain on any packet with its address and length as arguments: what
//! `hike-loader exec` runs raw bytecode with.
#![no_std]
#![no_main]

use hike_executor as _;
use hike_sdk::prelude::*;
use hike_sdk::{vm, xdp_md};

/// The chain to start.
#[btf_map]
#[allow(non_upper_case_globals)]
static hike_start_chain: maps::Array<ChainId, 1> = maps::Array::new();

/// Starts the chain with `r1` the packet's address and `r2` its length.
#[unsafe(no_mangle)]
#[unsafe(link_section = "xdp")]
extern "C" fn hike_start(ctx: *mut xdp_md) -> u32 {
    let Some(chain) = hike_start_chain.get(0) else {
        return Action::Aborted as u32;
    };
    vm::start_raw(ctx, chain.0)
}
