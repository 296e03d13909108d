//! The package `alt_mark`: the Alternate-Marking option of RFC 9343, wherever it is.

use std::collections::HashMap;

use hike_tests::frame::{Frame, errno};
use hike_tests::random::Random;
use hike_tests::rig::{End, Rig, in_both_tiers, now, number};

const MARK: &str = "alt_mark/ip6_alt_mark";
const FLOW: &str = "alt_mark/ip6_alt_mark_flow";
const COUNT: &str = "alt_mark/ip6_alt_mark_count";

fn continued(rig: &Rig, program: &str, frame: &Frame) -> i64 {
    let outcome = rig.call(program, &[], &frame.bytes);
    assert_eq!(outcome.packet, frame.bytes, "{} changed", frame.name);
    match outcome.end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("{program} decided {action:?}"),
    }
}

/// The option, RFC 9343 section 3.1; the reserved bits are all set, as nobody may look at them.
fn option(flow: u32, loss: u32, delay: u32) -> Vec<u8> {
    let word = flow << 12 | loss << 11 | delay << 10 | 0x3ff;
    [&[0x12, 4][..], &word.to_be_bytes()].concat()
}

/// Options in front that have to be passed over.
const FRONTS: [&[u8]; 5] = [
    &[],
    &[0, 0, 0],
    &[1, 0],
    &[0x1e, 3, 0x12, 4, 9],
    &[1, 4, 0x12, 4, 0, 0, 0x63, 2, 0, 0, 0],
];

#[test]
fn marks_are_read_wherever_they_are() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[MARK, FLOW]);
        let mut random = Random::new(1);
        for front in FRONTS {
            for tags in [&[][..], &[0x8100], &[0x88a8, 0x8100]] {
                let (flow, loss, delay) = (
                    random.below(1 << 20) as u32,
                    random.below(2) as u32,
                    random.below(2) as u32,
                );
                let options = [front, &option(flow, loss, delay)].concat();
                let frame = Frame::with_options("marked", tags, &options);
                let mark = continued(&rig, MARK, &frame);
                assert_eq!(mark, i64::from(loss * 2 + delay), "{front:?}");
                assert_eq!(continued(&rig, FLOW, &frame), i64::from(flow), "{front:?}");
            }
        }
    });
}

#[test]
fn marks_that_are_none() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[MARK, FLOW, COUNT]);
        let mark = option(5, 1, 0);
        let sixteenth = [vec![0; 15], mark.clone()].concat();
        let cases = [
            ("no option", vec![], errno::ENOENT),
            ("others only", vec![0x1e, 2, 0, 0], errno::ENOENT),
            ("too short", vec![0x12, 3, 0, 0, 0], errno::EBADMSG),
            ("too long", vec![0x12, 5, 0, 0, 0, 0, 0], errno::EBADMSG),
            ("beyond the header", vec![0x12, 4, 0, 0], 0),
            (
                "far beyond the header",
                vec![0x12, 200, 0, 0, 0, 0],
                errno::EBADMSG,
            ),
            (
                "behind one that is",
                vec![0x1e, 250, 0, 0, 0, 0],
                errno::EBADMSG,
            ),
            ("the sixteenth", sixteenth, 2),
            (
                "the seventeenth",
                [vec![0; 16], mark].concat(),
                errno::EBADMSG,
            ),
        ];
        for (name, options, expected) in cases {
            let frame = Frame::with_options(name, &[], &options);
            assert_eq!(continued(&rig, MARK, &frame), expected, "{name}");
            if expected < 0 {
                assert_eq!(continued(&rig, FLOW, &frame), expected, "{name}");
                assert_eq!(continued(&rig, COUNT, &frame), expected, "{name}");
            }
        }
        let map = rig.map("alt_mark_flows");
        assert!(map.keys().expect("keys").is_empty(), "none was counted");
    });
}

#[test]
fn headers_cut_off() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[MARK]);
        let options = [&[0x1e, 6, 1, 2, 3, 4, 5, 6][..], &option(1, 1, 1)].concat();
        for tags in [&[][..], &[0x8100]] {
            let whole = Frame::with_options("marked", tags, &options);
            for frame in whole.cuts() {
                let expected = frame.hop_by_hop().map_or_else(|error| error, |()| 3);
                assert_eq!(continued(&rig, MARK, &frame), expected, "{}", frame.name);
            }
        }
    });
}

#[test]
fn blocks_are_counted_for_themselves() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[COUNT]);
        let mut random = Random::new(2);
        let mut model: HashMap<u32, [u64; 2]> = HashMap::new();
        let mut marked: HashMap<u32, (u64, u64)> = HashMap::new();
        for _ in 0..400 {
            let flow = random.pick(&[0, 7, 0xf_ffff]);
            let (loss, delay) = (random.below(2) as usize, random.below(2) as u32);
            let frame = Frame::with_options("marked", &[], &option(flow, loss as u32, delay));
            let before = now();
            let result = continued(&rig, COUNT, &frame);
            if delay == 1 {
                marked.insert(flow, (before, now()));
            }
            let counters = model.entry(flow).or_default();
            counters[loss] += 1;
            assert_eq!(result.cast_unsigned(), counters[loss]);
        }
        for (flow, counters) in model {
            let value = rig.map("alt_mark_flows").lookup(&flow.to_ne_bytes());
            let value = value.expect("a look-up").expect("a flow").remove(0);
            assert_eq!([number(&value, 0), number(&value, 8)], counters, "{flow}");
            let (before, after) = marked[&flow];
            assert!((before..=after).contains(&number(&value, 16)), "the time");
        }
    });
}
