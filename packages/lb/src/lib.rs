//! What the load balancer's programs have alike: services, connections, backends.
//!
//! In the spirit of Katran: the first packet of a connection chooses a backend by consistent
//! hashing, a table of connections keeps it there when the set of backends changes, and packets
//! go to backends in an outer IPv6 header, so that these answer clients directly.
#![no_std]

mod assigned;
mod choice;

pub use assigned::Assigned;
pub use choice::{BACKENDS, POSITIONS, SERVICES, Slot, hash};
use hike_sdk::prelude::*;

/// Connections that are remembered; beyond them the longest unused one is forgotten.
pub const CONNECTIONS: usize = 32768;

/// What clients connect to.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Vip {
    /// The address.
    pub address: Ipv6Addr,
    /// The port, host order.
    pub port: u32,
    /// The protocol: 6 is TCP, 17 UDP.
    pub protocol: u32,
}

/// A service: its ring and its backends, sets of bits (bit 0 is backend 0).
#[derive(Clone, Copy)]
#[repr(C)]
pub struct Service {
    /// The number of its ring, 0 to 7: one for each service.
    pub ring: u64,
    /// Backends that get new connections.
    pub members: u64,
    /// Backends that only keep the connections they have.
    pub draining: u64,
}

/// A connection.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub struct Connection {
    /// Client and service.
    pub flow: Ipv6Flow,
    /// The client's port, host order.
    pub source_port: u16,
    /// The service's port, host order.
    pub destination_port: u16,
    /// The protocol.
    pub protocol: u32,
}

impl Connection {
    /// Its hash.
    #[inline(always)]
    pub fn hash(&self, seed: u64) -> u64 {
        // SAFETY: both types are 40 bytes without padding, and any bytes are numbers.
        hash(seed, unsafe { core::mem::transmute_copy(self) })
    }
}

const _: () = assert!(size_of::<Connection>() == 40);

/// What a backend got, on one CPU.
#[derive(Clone, Copy)]
#[repr(C)]
pub struct BackendCounters {
    /// Packets.
    pub packets: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Connections that chose it.
    pub connections: u64,
}
