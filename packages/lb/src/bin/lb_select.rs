//! `lb_select`
#![no_std]
#![no_main]

use hike_sdk::errno::{EBADMSG, EHOSTUNREACH, EINVAL, ENOENT, EPROTONOSUPPORT};
use hike_sdk::headers::{IPPROTO_TCP, IPPROTO_UDP};
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::opaque;
use hike_sdk::prelude::*;
use lb::{
    Assigned, BACKENDS, BackendCounters, CONNECTIONS, Connection, POSITIONS, SERVICES, Service,
    Slot, Vip,
};

/// Services by what clients connect to: address, port, protocol (6 is TCP, 17 UDP).
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_services: maps::HashMap<Vip, Service, 256> = maps::HashMap::new();

/// The rings of the services, filled by the program.
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_rings: maps::Array<Slot, { SERVICES * POSITIONS }> = maps::Array::new();

/// Connections and their backends.
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_connections: maps::LruHashMap<Connection, Assigned, CONNECTIONS> =
    maps::LruHashMap::new();

/// What backends got, by their number.
#[btf_map]
#[allow(non_upper_case_globals)]
static lb_counters: maps::PerCpuArray<BackendCounters, BACKENDS> = maps::PerCpuArray::new();

config! {
    /// Idle time after which a connection is forgotten.
    TIMEOUT: Seconds = Seconds(300);
    /// What connections are hashed with: the same on all load balancers of a service, and better
    /// known to nobody else.
    SEED: u64 = 0;
}

/// Chooses the backend of the packet's connection (TCP or UDP over IPv6).
///
/// A service of `lb_services` is an address, a port and a protocol; its backends are sets of
/// bits: `members` get new connections, `draining` ones only keep those they have. Setting the
/// entry changes the backends at once. New connections are spread by consistent hashing: evenly,
/// by each load balancer with the same `SEED` in the same way, and when a member leaves or joins
/// only what it had or gets changes hands. A connection stays with its backend for as long as this
/// is a member or draining and packets come within `TIMEOUT`; a TCP packet with SYN begins anew.
/// `lb_connections` remembers 32768 connections.
///
/// Continues with the number of the backend, 0 to 63, for example for `lb_encap`; or with a
/// negative errno: -2 (`-ENOENT`) when the packet is for no service, which includes fragments
/// other than the first; -113 (`-EHOSTUNREACH`) when the service has no member; -22 (`-EINVAL`)
/// when its ring is none of 0 to 7; -74 (`-EBADMSG`) when a header is cut off; -93
/// (`-EPROTONOSUPPORT`) when it is not IPv6.
#[hike_program]
fn lb_select(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let (connection, is_start) = connection(ctx)?;
    let vip = Vip {
        address: connection.flow.destination,
        port: connection.destination_port.into(),
        protocol: connection.protocol,
    };
    // SAFETY: numbers; while user space changes the entry, some of them may be the old ones.
    let service = *unsafe { lb_services.get(&vip) }.ok_or(ENOENT)?;
    // SAFETY: a helper without arguments.
    let now = unsafe { bpf_ktime_get_ns() };
    if !is_start && let Some(backend) = assigned(&connection, &service, now) {
        count(backend, ctx.len(), 0);
        return Ok(backend);
    }
    let backend = choose(&connection, &service)?;
    // When it fails others push it out: the next packet chooses again.
    let _ = lb_connections.insert(&connection, Assigned { backend, seen: now }, 0);
    count(backend, ctx.len(), 1);
    Ok(backend)
}

/// The packet's connection, and whether it starts it.
#[inline(always)]
fn connection(ctx: &mut HikeContext) -> Result<(Connection, bool), Errno> {
    /// Where the flags of TCP are, and which of them is SYN.
    const FLAGS: usize = 13;
    const SYN: u8 = 0x02;
    let transport = ctx.find_transport()?;
    let offset = transport.offset as usize;
    let is_start = match transport.protocol {
        IPPROTO_UDP => false,
        IPPROTO_TCP => {
            let header = ctx.header_ref::<[u8; FLAGS + 1]>(offset).ok_or(EBADMSG)?;
            header[FLAGS] & SYN != 0
        }
        _ => return Err(ENOENT),
    };
    let [a, b, c, d] = *ctx.header_ref::<[u8; 4]>(offset).ok_or(EBADMSG)?;
    let connection = Connection {
        flow: ctx.ipv6().ok_or(EPROTONOSUPPORT)?.flow(),
        source_port: u16::from_be_bytes([a, b]),
        destination_port: u16::from_be_bytes([c, d]),
        protocol: transport.protocol.into(),
    };
    Ok((connection, is_start))
}

/// The backend that the connection has, when it keeps it.
#[inline(always)]
fn assigned(connection: &Connection, service: &Service, now: u64) -> Option<u64> {
    let assigned = lb_connections.get_ptr_mut(connection)?;
    let alive = service.members | service.draining;
    // SAFETY: a value of a map: two numbers, each read and written in one access; of a slot
    // recycled meanwhile they are another connection's.
    unsafe {
        if !(*assigned).holds(now, TIMEOUT.get().0, alive) {
            return None;
        }
        (*assigned).seen = now;
        Some((*assigned).backend & (BACKENDS as u64 - 1))
    }
}

/// The member that has the connection's position in the ring.
#[inline(always)]
fn choose(connection: &Connection, service: &Service) -> Result<u64, Errno> {
    if service.members == 0 {
        return Err(EHOSTUNREACH);
    }
    if service.ring >= SERVICES as u64 {
        return Err(EINVAL);
    }
    let position = connection.hash(SEED.get()) % POSITIONS as u64;
    let index = service.ring * POSITIONS as u64 + position;
    let slot = lb_rings.get_ptr_mut(index as u32).ok_or(EINVAL)?;
    // SAFETY: a value of a map, read and written in one access. Two CPUs may choose at once:
    // from the same members they choose the same.
    unsafe {
        if !(*slot).is_of(service.members) {
            let hide = |mask| opaque(mask as usize) as u64;
            *slot = Slot::choose(position, service.members, hide);
        }
        Ok((*slot).backend())
    }
}

#[inline(always)]
fn count(backend: u64, bytes: usize, connections: u64) {
    if let Some(counters) = lb_counters.get_ptr_mut(backend as u32) {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        unsafe {
            (*counters).packets += 1;
            (*counters).bytes += bytes as u64;
            (*counters).connections += connections;
        }
    }
}
