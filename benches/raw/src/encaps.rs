//! Encapsulation by an SRv6 policy.

use hike_sdk::headers::ETH_HLEN;
use hike_sdk::helpers::bpf_xdp_adjust_head;
use hike_sdk::xdp_md;
use srv6::{Form, Lengths, length, outer_start, put};

use crate::maps::{POLICY, raw_policies, raw_source};
use crate::packet::headers;

/// Puts the packet into an outer one; `None`, and the packet as it was, when that cannot be
/// done.
#[inline(always)]
pub fn encapsulate(ctx: *mut xdp_md) -> Option<()> {
    let packet = core::ptr::from_mut(headers(ctx)?).cast::<u8>();
    // SAFETY: the packet has these bytes.
    let (first, second, start) = unsafe {
        (
            read::<0>(packet),
            read::<6>(packet),
            read::<{ ETH_HLEN }>(packet),
        )
    };
    let policy = raw_policies.get(POLICY)?;
    let source = raw_source.get(0)?;
    let list = Lengths::of(policy, Form::Whole)?;
    let start = outer_start(start, list).ok()?;
    // SAFETY: the kernel's context.
    if unsafe { bpf_xdp_adjust_head(ctx, -(list.headers() as i32)) } != 0 {
        return None;
    }
    macro_rules! write {
        ($($count:literal)*) => {
            match list.count {
                $($count => {
                    let packet = at_least::<{ ETH_HLEN + length($count) }>(ctx)?;
                    // SAFETY: the packet has these bytes.
                    unsafe {
                        write::<0>(packet, first);
                        write::<6>(packet, second);
                        put::<$count, $count>(packet.add(ETH_HLEN), start, policy, source);
                    }
                })*
                _ => return None,
            }
        };
    }
    write!(1 2 3 4 5 6 7 8);
    Some(())
}

/// The packet's bytes, when it has so many.
#[inline(always)]
fn at_least<const LENGTH: usize>(ctx: *mut xdp_md) -> Option<*mut u8> {
    // SAFETY: the kernel's context. The move of a register to itself keeps the checks of
    // different lengths apart, which the verifier could not follow merged.
    unsafe {
        let (mut data, end) = ((*ctx).data as usize, (*ctx).data_end as usize);
        core::arch::asm!("{0} = {0}", inout(reg) data, options(pure, nomem));
        (data + LENGTH <= end).then_some(data as *mut u8)
    }
}

/// # Safety
/// `from` has 8 bytes at the offset.
#[inline(always)]
unsafe fn read<const OFFSET: usize>(from: *const u8) -> u64 {
    let value;
    // SAFETY: the caller's promise.
    unsafe {
        core::arch::asm!(
            "{0} = *(u64 *)({1} + {2})",
            out(reg) value, in(reg) from, const OFFSET, options(readonly, nostack),
        )
    };
    value
}

/// # Safety
/// `to` has 8 bytes at the offset.
#[inline(always)]
unsafe fn write<const OFFSET: usize>(to: *mut u8, value: u64) {
    // SAFETY: the caller's promise.
    unsafe {
        core::arch::asm!(
            "*(u64 *)({0} + {1}) = {2}",
            in(reg) to, const OFFSET, in(reg) value, options(nostack),
        )
    };
}
