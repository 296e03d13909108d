//! Encapsulation by an SRv6 policy.

use hike_sdk::headers::ETH_HLEN;
use hike_sdk::helpers::bpf_xdp_adjust_head;
use hike_sdk::xdp_md;
use srv6::{Form, Lengths, length, outer_start, put};

use crate::maps::{POLICY, raw_policies, raw_source};
use crate::packet::{headers, read_u64, write_u64};

/// Puts the packet into an outer one; `None`, and the packet as it was, when that cannot be
/// done.
#[inline(always)]
pub fn encapsulate(ctx: *mut xdp_md) -> Option<()> {
    let packet = headers(ctx)?.bytes();
    // SAFETY: the packet has these bytes.
    let (first, second, start) = unsafe {
        (
            read_u64::<0>(packet),
            read_u64::<6>(packet),
            read_u64::<{ ETH_HLEN }>(packet),
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
                        write_u64::<0>(packet, first);
                        write_u64::<6>(packet, second);
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
