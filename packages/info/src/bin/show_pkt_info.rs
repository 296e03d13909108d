//! `show_pkt_info`
#![no_std]
#![no_main]

use hike_sdk::headers::{EthernetHeader, IPPROTO_TCP, IPPROTO_UDP};
use hike_sdk::helpers::bpf_ktime_get_ns;
use hike_sdk::prelude::*;

const LINK: u32 = 1;
const NETWORK: u32 = 2;
const TRANSPORT: u32 = 4;

/// What user space gets to know about a packet. Fields of a layer that was not asked for,
/// or that the packet does not have, are zero.
#[repr(C)]
pub struct PacketInfo {
    /// When.
    pub time: NanosecondsSinceBoot,
    /// What the chain gave.
    pub value: u32,
    /// The layers that are filled in: 1 link, 2 network, 4 transport.
    pub layers: u32,
    /// Where the packet came in.
    pub ingress: IfIndex,
    /// Length of the packet in bytes.
    pub length: u32,
    /// IPv6 source.
    pub source: Ipv6Addr,
    /// IPv6 destination.
    pub destination: Ipv6Addr,
    /// Ethernet destination.
    pub mac_destination: MacAddr,
    /// Ethernet source.
    pub mac_source: MacAddr,
    /// EtherType of the network header, host order.
    pub ethertype: u16,
    /// Source port, host order; of UDP and TCP.
    pub source_port: u16,
    /// Destination port, host order; of UDP and TCP.
    pub destination_port: u16,
    /// Traffic class.
    pub traffic_class: u8,
    /// Hop limit.
    pub hop_limit: u8,
    /// Type of the header after the IPv6 header.
    pub next_header: u8,
    /// Protocol of the transport header.
    pub protocol: u8,
    /// Padding, zero.
    pub reserved: [u8; 6],
}

events! {
    /// Events, oldest first.
    pkt_info_events: PacketInfo, 65536
}

/// Tells user space about the packet, as an event in the ring buffer `pkt_info_events`.
///
/// The event has `value` and the headers of the `layers`: 1 link, 2 network, 4 transport,
/// or a sum of them.
///
/// Continues with 0, or with -105 (`-ENOBUFS`) when nobody reads and the buffer is full:
/// the event is lost, the packet never waits. `layers` of the event says which of the
/// layers the packet has: network is IPv6, transport what follows its extension headers.
#[hike_program]
fn show_pkt_info(ctx: &mut HikeContext, layers: u32, value: u32) -> Result<u64, Errno> {
    let mut info = empty(ctx, value);
    if layers & LINK != 0 {
        link(ctx, &mut info);
    }
    if layers & NETWORK != 0 {
        network(ctx, &mut info);
    }
    if layers & TRANSPORT != 0 {
        transport(ctx, &mut info);
    }
    pkt_info_events::send(info).map(|()| 0)
}

#[inline(always)]
fn empty(ctx: &HikeContext, value: u32) -> PacketInfo {
    // SAFETY: numbers only: zero is a value of every field.
    let mut info: PacketInfo = unsafe { core::mem::zeroed() };
    // SAFETY: a helper without arguments.
    info.time = NanosecondsSinceBoot(unsafe { bpf_ktime_get_ns() });
    info.value = value;
    info.ingress = IfIndex(ctx.ingress_ifindex());
    info.length = ctx.len() as u32;
    info
}

#[inline(always)]
fn link(ctx: &HikeContext, info: &mut PacketInfo) {
    let Some(header) = ctx.header_ref::<EthernetHeader>(0) else {
        return;
    };
    info.layers |= LINK;
    info.mac_destination = header.destination;
    info.mac_source = header.source;
    info.ethertype = ctx.cursor().ethertype;
}

#[inline(always)]
fn network(ctx: &mut HikeContext, info: &mut PacketInfo) {
    let Some(header) = ctx.ipv6() else {
        return;
    };
    info.layers |= NETWORK;
    info.source = header.source();
    info.destination = header.destination();
    info.traffic_class = header.traffic_class();
    info.hop_limit = header.hop_limit;
    info.next_header = header.next_header;
}

#[inline(always)]
fn transport(ctx: &mut HikeContext, info: &mut PacketInfo) {
    let Ok(transport) = ctx.find_transport() else {
        return;
    };
    info.layers |= TRANSPORT;
    info.protocol = transport.protocol;
    if !matches!(transport.protocol, IPPROTO_UDP | IPPROTO_TCP) {
        return;
    }
    if let Some(ports) = ctx.header_ref::<[u8; 4]>(transport.start()) {
        info.source_port = u16::from_be_bytes([ports[0], ports[1]]);
        info.destination_port = u16::from_be_bytes([ports[2], ports[3]]);
    }
}
