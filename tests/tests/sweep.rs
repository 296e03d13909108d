//! Every program on every kind of frame, cut off at every length: a defined result, and no
//! byte changed that the program does not say it changes.

use hike_abi::Action;
use hike_format::package::Item;
use hike_format::signature::ObjectKind;
use hike_format::{PackagePath, ProgramObject};
use hike_tests::frame::{Frame, TCP, UDP, errno, zoo};
use hike_tests::rig::{End, in_both_tiers};
use hike_tests::tools::repository;

/// What a program must make of a frame.
struct Expectation {
    program: &'static str,
    arguments: &'static [u32],
    /// Whether the end is right for the frame.
    end: fn(&Frame, End) -> bool,
    /// The frame afterwards.
    after: fn(&Frame) -> Vec<u8>,
}

/// A program that changes nothing.
const fn reads(
    program: &'static str,
    arguments: &'static [u32],
    end: fn(&Frame, End) -> bool,
) -> Expectation {
    Expectation {
        program,
        arguments,
        end,
        after: |frame| frame.bytes.clone(),
    }
}

const EXPECTATIONS: &[Expectation] = &[
    reads("hike_default/hike_pass", &[], |_, end| {
        end == End::Decided(Action::Pass)
    }),
    reads("hike_default/hike_drop", &[], |_, end| {
        end == End::Decided(Action::Drop)
    }),
    reads("hike_default/monitor", &[7], |_, end| {
        end == End::Continued(0)
    }),
    reads("hike_default/l2_redirect", &[0], |_, end| {
        end == End::Decided(Action::Drop)
    }),
    reads("hike_default/l2_redirect", &[1], |_, end| {
        end == End::Decided(Action::Redirect)
    }),
    reads("hike_default/l2xcon", &[], |_, end| {
        end == End::Decided(Action::Drop)
    }),
    reads("hike_default/ip6_hset_srcdst", &[3], |frame, end| {
        end == of_ipv6(frame, errno::EINVAL)
    }),
    reads("hike_default/ip6_hset_srcdst", &[0], |frame, end| {
        end == of_ipv6(frame, errno::ENOENT)
    }),
    reads("hike_default/ip6_hset_srcdst", &[1], |frame, end| {
        end == of_ipv6(frame, 0)
    }),
    reads("hike_default/ip6_hset_srcdst", &[2], |frame, end| {
        end == of_ipv6(frame, 0)
    }),
    Expectation {
        program: "hike_default/ip6_set_ecn",
        arguments: &[],
        end: |frame, end| end == of_ipv6(frame, 0),
        after: marked,
    },
    reads("hike_default/ip6_tos_cls", &[], |frame, end| {
        end == of_ipv6(frame, 0xb8)
    }),
    reads("hike_default/ip6_find_udp", &[], |frame, end| {
        end == End::Continued(frame.find_udp().map_or_else(|error| error, |_| 17))
    }),
    reads("hike_default/app_cfg_load", &[5], |_, end| {
        end == End::Continued(errno::ENOENT)
    }),
    reads("hike_default/app_cfg_store", &[6, 7], |_, end| {
        end == End::Continued(0)
    }),
    reads("hike_default/lse", &[], |frame, end| {
        ipv6_within(frame, end, errno::ENOENT..=i64::MAX) && end != End::Continued(-1)
    }),
    reads("meter/ip6_dst_meter", &[], |frame, end| {
        ipv6_within(frame, end, 1..=i64::MAX)
    }),
    reads("meter/ip6_sd_meter", &[], |frame, end| {
        ipv6_within(frame, end, 1..=i64::MAX)
    }),
    reads("meter/ip6_dst_tbmon", &[], |frame, end| {
        ipv6_within(frame, end, -1..=0)
    }),
    reads("meter/ip6_sd_tbmon", &[], |frame, end| {
        ipv6_within(frame, end, -1..=0)
    }),
    reads("sampler/ip6_sd_dec2zero", &[5], |frame, end| {
        ipv6_within(frame, end, 0..=4)
    }),
    reads("info/show_pkt_info", &[7, 1], |_, end| {
        matches!(end, End::Continued(0 | errno::ENOBUFS))
    }),
    reads("hike_default/hike_verbose", &[3], |_, end| {
        end == End::Continued(0)
    }),
    reads("alt_mark/ip6_alt_mark", &[], without_option),
    reads("alt_mark/ip6_alt_mark_flow", &[], without_option),
    reads("alt_mark/ip6_alt_mark_count", &[], without_option),
    reads("eip/eip_find", &[], without_option),
    reads("eip/eip_timestamp", &[], without_option),
    reads("eip/eip_delay", &[], without_option),
    reads("stamp/stamp_reflector", &[], no_test_packet),
    reads("stamp/stamp_collector", &[], no_test_packet),
    reads("lb/lb_select", &[], |frame, end| {
        end == End::Continued(for_no_service(frame))
    }),
    reads("hike_default/ip6_kroute", &[], |_, end| {
        // A test run's packets come from the loopback interface, which has no such routes.
        end == End::Decided(Action::Pass)
    }),
    reads("srv6/h_encaps", &[9], |frame, end| {
        end == of_ipv6(frame, errno::ENOENT)
    }),
    reads("srv6/h_encaps_red", &[9], |frame, end| {
        end == of_ipv6(frame, errno::ENOENT)
    }),
    reads("srv6/dst_filter", &[], |frame, end| {
        end == of_ipv6(frame, errno::ENOENT)
    }),
    reads("srv6/end", &[], without_segments),
    reads("srv6/end_dt6", &[], without_segments),
    Expectation {
        program: "srv6/end_un",
        arguments: &[],
        end: |frame, end| end == of_ipv6(frame, 0),
        after: advanced,
    },
    reads("lb/lb_encap", &[0], |frame, end| {
        end == of_ipv6(frame, errno::ENOENT)
    }),
];

#[test]
fn every_program_on_every_frame() {
    in_both_tiers(|tier| {
        let mut programs: Vec<&str> = EXPECTATIONS.iter().map(|row| row.program).collect();
        programs.dedup();
        let rig = tier.rig(&programs);
        let mut wrong = Vec::new();
        for row in EXPECTATIONS {
            rig.prepare(row.program, row.arguments);
            rig.start_from("all_map");
            for frame in zoo().iter().flat_map(Frame::cuts) {
                let outcome = rig.run(&frame.bytes);
                if !(row.end)(&frame, outcome.end) || outcome.packet != (row.after)(&frame) {
                    wrong.push(format!(
                        "{} {:?} on {}: {:?}",
                        row.program, row.arguments, frame.name, outcome.end
                    ));
                }
            }
        }
        assert!(
            wrong.is_empty(),
            "{} wrong:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    });
}

/// Every program in Rust is tried above.
#[test]
fn no_program_is_left_out() {
    let packages = PackagePath::new(vec![repository().join("packages")]);
    for package in packages.packages() {
        let cargo = repository().join(format!("packages/{package}/Cargo.toml"));
        if !cargo.exists() {
            continue;
        }
        for name in packages.names(Item::Object, &package).expect("objects") {
            let found = packages.find(Item::Object, &package, &name);
            let object = ProgramObject::parse(found.expect("an object").bytes);
            let kind = object.expect("a HIKe object").signature.kind;
            let program = format!("{package}/{name}");
            let is_tried = EXPECTATIONS.iter().any(|row| row.program == program);
            assert!(
                is_tried || kind != ObjectKind::Program,
                "{program} is not tried"
            );
        }
    }
}

/// A result for IPv6, the error for everything else.
fn of_ipv6(frame: &Frame, result: i64) -> End {
    End::Continued(if frame.has_ipv6() {
        result
    } else {
        errno::EPROTONOSUPPORT
    })
}

/// A result within bounds for IPv6, the error for everything else.
fn ipv6_within(frame: &Frame, end: End, bounds: std::ops::RangeInclusive<i64>) -> bool {
    match end {
        End::Continued(result) if frame.has_ipv6() => bounds.contains(&result),
        _ => end == End::Continued(errno::EPROTONOSUPPORT),
    }
}

/// What a program that looks for an option gives: there is none but padding.
fn without_option(frame: &Frame, end: End) -> bool {
    let expected = frame
        .hop_by_hop()
        .map_or_else(|error| error, |()| errno::ENOENT);
    end == End::Continued(expected)
}

/// What a program gives that looks for a UDP header at once, and for a port that is not there.
fn no_test_packet(frame: &Frame, end: End) -> bool {
    let is_udp = frame.extensions.is_empty() && frame.transport.0 == UDP;
    let expected = match frame.has_ipv6() {
        false => errno::EPROTONOSUPPORT,
        true if is_udp && !frame.holds(frame.transport.1, 8) => errno::EBADMSG,
        true => errno::ENOENT,
    };
    end == End::Continued(expected)
}

/// What the load balancer gives that knows no service.
fn for_no_service(frame: &Frame) -> i64 {
    match frame.find_transport() {
        Ok((UDP, offset)) if !frame.holds(offset, 4) => errno::EBADMSG,
        Ok((TCP, offset)) if !frame.holds(offset, 14) => errno::EBADMSG,
        Ok(_) => errno::ENOENT,
        Err(error) => error,
    }
}

/// What an endpoint gives that finds no segment routing header, wherever it is cut off.
fn without_segments(frame: &Frame, end: End) -> bool {
    match end {
        End::Continued(errno::ENOENT | errno::EBADMSG) => frame.has_ipv6(),
        _ => end == End::Continued(errno::EPROTONOSUPPORT) && !frame.has_ipv6(),
    }
}

/// The frame with the identifier behind the first 32 bits of its destination taken out.
fn advanced(frame: &Frame) -> Vec<u8> {
    let mut bytes = frame.bytes.clone();
    if frame.has_ipv6() {
        let place = frame.network + 28;
        bytes.copy_within(place + 2..place + 12, place);
        bytes[place + 10..place + 12].fill(0);
    }
    bytes
}

/// The frame with the lowest two bits of its traffic class set.
fn marked(frame: &Frame) -> Vec<u8> {
    let mut bytes = frame.bytes.clone();
    if frame.has_ipv6() {
        bytes[frame.network + 1] |= 0x30;
    }
    bytes
}
