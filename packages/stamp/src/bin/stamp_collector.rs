//! `stamp_collector`
#![no_std]
#![no_main]

use hike_sdk::bytes::{load_u32, load_u64};
use hike_sdk::errno::ENOBUFS;
use hike_sdk::headers::Ipv6Header;
use hike_sdk::prelude::*;
use hike_sdk::shared::{entry, locked};
use stamp::{Delays, Format, Measured, Packet, SessionKey, be16, find, now};

/// A session that several CPUs may measure.
#[repr(C)]
pub struct StampSession {
    /// What was measured.
    pub measured: Measured,
    /// 1 while a CPU works on it.
    pub lock: u64,
}

/// What was measured, by session.
#[btf_map]
#[allow(non_upper_case_globals)]
static stamp_sessions: maps::LruHashMap<SessionKey, StampSession, 1024> = maps::LruHashMap::new();

config! {
    /// The UDP port that reflectors answer from.
    PORT: u16 = 862;
    /// How far UTC is behind TAI as the kernel knows it: 37 where a time daemon has told it, else
    /// 0.
    TAI_OFFSET: Seconds = Seconds(0);
}

/// Measures delay and loss by the replies of a STAMP reflector (RFC 8762).
///
/// A reply from UDP port `PORT` is counted in `stamp_sessions`, where user space finds replies,
/// losses and delays of each session: the addresses, the sender's port and the session
/// identifier. Test packets are counted as lost when a later one was answered, until their reply
/// comes. Timestamps may have either format, NTP or PTP.
///
/// Continues with the nanoseconds of the round trip, without those at the reflector, or with a
/// negative errno: -2 (`-ENOENT`) when the packet is not UDP from this port, directly behind the
/// IPv6 header; -74 (`-EBADMSG`) when it is cut off or too short; -105 (`-ENOBUFS`) when 1024
/// sessions and more push each other out, or CPUs each other; -93 (`-EPROTONOSUPPORT`) when it is
/// not IPv6. The packet is for the sender: pass it on.
#[hike_program]
fn stamp_collector(ctx: &mut HikeContext) -> Result<u64, Errno> {
    let arrived = now();
    let packet = find(ctx, |udp| u16::from_be_bytes(udp.source) == PORT.get())?;
    // SAFETY: the packet is whole.
    let (key, sequence, delays) = unsafe {
        let sequence = u32::from_be(load_u32::<72>(packet) as u32);
        (key(packet), sequence, delays(packet, arrived))
    };
    let new = || StampSession {
        measured: Measured::new(sequence),
        lock: 0,
    };
    let session = entry(&stamp_sessions, &key, new).ok_or(ENOBUFS)?;
    // SAFETY: a value of a map, and what is measured is only used under its lock.
    let counted = unsafe {
        locked(&raw mut (*session).lock, || {
            (*session).measured.count(sequence, delays);
        })
    };
    counted.map(|()| delays.round_trip).ok_or(ENOBUFS)
}

/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn key(packet: *const Packet) -> SessionKey {
    // SAFETY: the caller's promise.
    unsafe {
        let header = &*packet.cast::<Ipv6Header>();
        SessionKey {
            sender: header.destination(),
            reflector: header.source(),
            port: be16::<42>(packet).into(),
            session: be16::<62>(packet).into(),
        }
    }
}

/// # Safety
/// The packet is whole.
#[inline(always)]
unsafe fn delays(packet: *const Packet, arrived: u64) -> Delays {
    let behind = TAI_OFFSET.get().0;
    // SAFETY: the caller's promise.
    unsafe {
        let reflector = Format::of(be16::<60>(packet));
        let sender = Format::of(be16::<84>(packet));
        let moment = |format: Format, stamp: u64| format.moment(u64::from_be(stamp), behind);
        Delays::between(
            moment(sender, load_u64::<76>(packet)),
            moment(reflector, load_u64::<64>(packet)),
            moment(reflector, load_u64::<52>(packet)),
            arrived,
        )
    }
}
