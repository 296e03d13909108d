//! `stamp_reflector`
#![no_std]
#![no_main]

use hike_sdk::bytes::{
    load_u8, load_u16, load_u32, load_u64, store_u8, store_u16, store_u32, store_u64,
};
use hike_sdk::errno::{EBADMSG, EINVAL, ENOBUFS};
use hike_sdk::headers::{EthernetHeader, Ipv6Header};
use hike_sdk::prelude::*;
use hike_sdk::shared::{add, entry, exchange};
use stamp::{Format, PTP, Packet, SessionKey, be16, find, now, updated};

/// Sessions of the reflector.
#[repr(C)]
pub struct Reflected {
    /// Replies so far.
    pub replies: u64,
    /// When the last test packet came.
    pub last: NanosecondsSinceBoot,
}

/// What was reflected, by session.
#[btf_map]
#[allow(non_upper_case_globals)]
static stamp_reflected: maps::LruHashMap<SessionKey, Reflected, 1024> = maps::LruHashMap::new();

config! {
    /// The UDP port that test packets come to.
    PORT: u16 = 862;
    /// Whether replies have sequence numbers of their own, which tell the sender on which way
    /// packets are lost; else they have those of the test packets.
    STATEFUL: u8 = 0;
    /// How well this clock is known, as RFC 4656 section 4.1.2 codes it: not synchronised, off
    /// by about a millisecond. With 0x4000 in it, timestamps have the PTP format, else NTP's.
    ERROR_ESTIMATE: u16 = 0x1601;
    /// How far UTC is behind TAI as the kernel knows it: 37 where a time daemon has told it, else
    /// 0.
    TAI_OFFSET: Seconds = Seconds(0);
}

/// Answers test packets of the STAMP protocol (RFC 8762), with session identifiers (RFC 8972).
///
/// A test packet for UDP port `PORT` becomes its reply, which ends the chain: it leaves by the
/// interface it came in on (XDP_TX), addresses and ports exchanged, with hop limit 255. It has the
/// times at which the test packet came and the reply left, and the hop limit that the test packet
/// came with. What is behind the first 44 bytes goes back as it came: TLVs keep the flag by which
/// their sender says that they are not understood. The checksum is right when that of the test
/// packet was; a missing one stays missing.
///
/// Whoever the packet is for, it is answered: let a loader choose the packets of own addresses.
///
/// Continues with a negative errno, and the packet as it was: -2 (`-ENOENT`) when it is not UDP
/// to this port, directly behind the IPv6 header; -74 (`-EBADMSG`) when it is cut off or too
/// short; -22 (`-EINVAL`) when an answer to its addresses is not allowed: a group's, or none; -105
/// (`-ENOBUFS`) when it would need a sequence number of its own and 1024 sessions and more push
/// each other out; -93 (`-EPROTONOSUPPORT`) when it is not IPv6.
#[hike_program]
fn stamp_reflector(ctx: &mut HikeContext) -> Result<Action, Errno> {
    let came = now();
    let packet = find(ctx, |udp| u16::from_be_bytes(udp.destination) == PORT.get())?;
    let ethernet = ctx.header::<EthernetHeader>(0).ok_or(EBADMSG)?;
    // SAFETY: both headers are in the packet.
    unsafe {
        check_addresses(packet)?;
        let sequence = sequence(packet)?;
        let before = sum(packet);
        answer(packet, came, sequence);
        let checksum = updated(load_u16::<46>(packet) as u16, before, sum(packet));
        store_u16::<46>(packet, checksum.into());
        turn(packet);
        let ethernet = &mut *ethernet;
        core::mem::swap(&mut ethernet.source, &mut ethernet.destination);
    }
    Ok(Action::Tx)
}

/// Only one host is answered, and only by one: RFC 8200 section 3.
///
/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn check_addresses(packet: *const Packet) -> Result<(), Errno> {
    const GROUP: u8 = 0xff;
    // SAFETY: the caller's promise.
    let header = unsafe { &*packet.cast::<Ipv6Header>() };
    // SAFETY: the caller's promise.
    let unspecified = unsafe { load_u64::<8>(packet) | load_u64::<16>(packet) } == 0;
    if header.source[0] == GROUP || header.destination[0] == GROUP || unspecified {
        return Err(EINVAL);
    }
    Ok(())
}

/// The reply's sequence number, in network order; the session is counted.
///
/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn sequence(packet: *const Packet) -> Result<u32, Errno> {
    // SAFETY: the caller's promise.
    let (key, sent) = unsafe {
        let header = &*packet.cast::<Ipv6Header>();
        let key = SessionKey {
            sender: header.source(),
            reflector: header.destination(),
            port: be16::<40>(packet).into(),
            session: be16::<62>(packet).into(),
        };
        (key, load_u32::<48>(packet) as u32)
    };
    let is_stateful = STATEFUL.get() != 0;
    let new = || Reflected {
        replies: 0,
        last: NanosecondsSinceBoot(0),
    };
    let Some(session) = entry(&stamp_reflected, &key, new) else {
        return if is_stateful { Err(ENOBUFS) } else { Ok(sent) };
    };
    // SAFETY: a value of a map, a struct of numbers of 64 bits; a helper without arguments.
    let replies = unsafe {
        exchange(
            (&raw mut (*session).last).cast(),
            hike_sdk::helpers::bpf_ktime_get_ns(),
        );
        add(&raw mut (*session).replies, 1)
    };
    Ok(if is_stateful {
        (replies as u32).to_be()
    } else {
        sent
    })
}

/// Makes the test packet its reply, apart from headers.
///
/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn answer(packet: *mut Packet, came: u64, sequence: u32) {
    let (estimate, behind) = (ERROR_ESTIMATE.get(), TAI_OFFSET.get().0);
    let format = Format::of(estimate & PTP);
    // SAFETY: the caller's promise.
    unsafe {
        store_u32::<72>(packet, load_u32::<48>(packet));
        store_u64::<76>(packet, load_u64::<52>(packet));
        store_u16::<84>(packet, load_u16::<60>(packet));
        store_u16::<86>(packet, 0);
        // The hop limit and three zeros.
        store_u32::<88>(packet, load_u8::<7>(packet));
        store_u32::<48>(packet, sequence.into());
        store_u16::<60>(packet, estimate.to_be().into());
        store_u64::<64>(packet, format.stamp(came, behind).to_be());
        store_u64::<52>(packet, format.stamp(now(), behind).to_be());
    }
}

/// Exchanges addresses and ports, which the checksum does not notice.
///
/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn turn(packet: *mut Packet) {
    // SAFETY: the caller's promise.
    unsafe {
        store_u8::<7>(packet, 255);
        let source = [load_u64::<8>(packet), load_u64::<16>(packet)];
        store_u64::<8>(packet, load_u64::<24>(packet));
        store_u64::<16>(packet, load_u64::<32>(packet));
        store_u64::<24>(packet, source[0]);
        store_u64::<32>(packet, source[1]);
        let port = load_u16::<40>(packet);
        store_u16::<40>(packet, load_u16::<42>(packet));
        store_u16::<42>(packet, port);
    }
}

/// The sum of what a reply changes, in words of 32 bits.
///
/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn sum(packet: *const Packet) -> u64 {
    // SAFETY: the caller's promise.
    unsafe {
        load_u32::<48>(packet)
            + load_u32::<52>(packet)
            + load_u32::<56>(packet)
            + load_u32::<60>(packet)
            + load_u32::<64>(packet)
            + load_u32::<68>(packet)
            + load_u32::<72>(packet)
            + load_u32::<76>(packet)
            + load_u32::<80>(packet)
            + load_u32::<84>(packet)
            + load_u32::<88>(packet)
    }
}
