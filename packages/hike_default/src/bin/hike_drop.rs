//! `hike_drop`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Ends the chain: the packet is dropped.
#[hike_program]
fn hike_drop(_ctx: &mut HikeContext) -> Action {
    Action::Drop
}
