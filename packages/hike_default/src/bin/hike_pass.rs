//! `hike_pass`
#![no_std]
#![no_main]

use hike_sdk::prelude::*;

/// Ends the chain: the packet goes on to the kernel's network stack.
#[hike_program]
fn hike_pass(_ctx: &mut HikeContext) -> Action {
    Action::Pass
}
