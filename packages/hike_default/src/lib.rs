//! What loaders have alike: the packet cursor, and the chain they choose.
#![no_std]

use hike_sdk::headers::ETH_P_IPV6;
use hike_sdk::prelude::*;

/// The same chain for every IPv6 packet: the one under key 0 of `map`; passes the rest.
#[inline(always)]
pub fn one_chain(
    ctx: &mut HikeContext,
    map: &maps::Array<ChainId, 1>,
    default_action: u32,
) -> Start {
    if ctx.locate() != ETH_P_IPV6 {
        return Start::Decided(Action::Pass);
    }
    start(map.get(0), default_action)
}

/// The chain a map has for the packet; passes what it has none for.
#[inline(always)]
pub fn start(chain: Option<&ChainId>, default_action: u32) -> Start {
    match chain {
        Some(chain) => Start::Chain {
            id: chain.0,
            default_action,
        },
        None => Start::Decided(Action::Pass),
    }
}
