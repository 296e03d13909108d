//! The package `eip`: records that packets collect on their way.

use hike_tests::frame::{Frame, errno};
use hike_tests::rig::{End, Outcome, Rig, in_both_tiers};

const FIND: &str = "eip/eip_find";
const TIMESTAMP: &str = "eip/eip_timestamp";
const DELAY: &str = "eip/eip_delay";
const ALL: [&str; 3] = [FIND, TIMESTAMP, DELAY];

/// Where the first record of an untagged packet is.
const RECORDS: usize = 14 + 40 + 2 + 2 + 4;

fn continued(outcome: &Outcome) -> i64 {
    match outcome.end {
        End::Continued(result) => result,
        End::Decided(action) => panic!("decided {action:?}"),
    }
}

/// The program gives this, and the packet is as it was.
fn reads(rig: &Rig, program: &str, frame: &Frame, expected: i64) {
    let outcome = rig.call(program, &[], &frame.bytes);
    assert_eq!(continued(&outcome), expected, "{program}: {}", frame.name);
    assert_eq!(outcome.packet, frame.bytes, "{program}: {}", frame.name);
}

/// An option with room for so many records, none filled in.
fn option(records: u8) -> Vec<u8> {
    let mut option = vec![0x3e, 4 + records * 16, 1, 0, 0, 0];
    option.resize(6 + usize::from(records) * 16, 0);
    option
}

/// Nanoseconds of TAI, by the clock that programs read.
fn tai() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a system call that fills the record.
    unsafe { libc::clock_gettime(libc::CLOCK_TAI, &raw mut time) };
    time.tv_sec.cast_unsigned() * 1_000_000_000 + time.tv_nsec.cast_unsigned()
}

/// The record's node, interface and time.
fn record(packet: &[u8], place: usize) -> (u32, u32, u64) {
    let word = |at: usize| u32::from_be_bytes(packet[at..at + 4].try_into().expect("4 bytes"));
    let time = packet[place + 8..place + 16].try_into().expect("8 bytes");
    (word(place), word(place + 4), u64::from_be_bytes(time))
}

#[test]
fn nodes_fill_in_one_record_after_the_other() {
    in_both_tiers(|tier| {
        let settings = [("NODE", 0xdead_beef)];
        let rig = tier.rig_with("hike_default/all", &ALL, &settings);
        for (tags, front) in [
            (&[][..], &[][..]),
            (&[0x8100], &[]),
            (&[0x88a8, 0x8100], &[1, 4, 0, 0, 0, 0]),
        ] {
            for room in [1, 2, 15] {
                let options = [front, &option(room)].concat();
                let mut frame = Frame::with_options("records", tags, &options);
                let start = frame.network + 42 + front.len();
                for filled in 0..room {
                    reads(&rig, FIND, &frame, i64::from(room - filled));
                    frame.bytes = fill_in(&rig, &frame, start, filled);
                }
                reads(&rig, FIND, &frame, 0);
                reads(&rig, TIMESTAMP, &frame, errno::ENOSPC);
            }
        }
    });
}

/// Lets the next record of the option at `start` be filled in, and nothing else; gives the packet.
fn fill_in(rig: &Rig, frame: &Frame, start: usize, filled: u8) -> Vec<u8> {
    let before = tai();
    let outcome = rig.call(TIMESTAMP, &[], &frame.bytes);
    let after = tai();
    assert_eq!(continued(&outcome), i64::from(filled) + 1);
    let place = start + 6 + usize::from(filled) * 16;
    // A test run's packets come from the loopback interface, index 1.
    let (node, interface, time) = record(&outcome.packet, place);
    assert_eq!((node, interface), (0xdead_beef, 1));
    assert!((before..=after).contains(&time), "{before} {time} {after}");
    let mut expected = frame.bytes.clone();
    expected[start + 3] = filled + 1;
    expected[place..place + 16].copy_from_slice(&outcome.packet[place..place + 16]);
    assert_eq!(outcome.packet, expected, "nothing else changes");
    outcome.packet
}

#[test]
fn delays_are_measured_from_the_first_record() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&ALL);
        let frame = Frame::with_options("records", &[], &option(2));
        reads(&rig, DELAY, &frame, errno::ENOENT);
        let packet = rig.call(TIMESTAMP, &[], &frame.bytes).packet;
        let packet = rig.call(TIMESTAMP, &[], &packet).packet;
        let (_, _, first) = record(&packet, RECORDS);
        let before = tai();
        let delay = continued(&rig.call(DELAY, &[], &packet));
        let bounds = before - first..=tai() - first;
        assert!(
            bounds.contains(&delay.cast_unsigned()),
            "{delay} {bounds:?}"
        );
        let mut ahead = packet;
        ahead[RECORDS + 8] = 0xff;
        let delay = continued(&rig.call(DELAY, &[], &ahead));
        assert_eq!(delay, 0, "a clock that is ahead");
    });
}

#[test]
fn options_that_contradict_themselves() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&ALL);
        let frame = |name, change: fn(&mut Vec<u8>)| {
            let mut option = option(2);
            change(&mut option);
            Frame::with_options(name, &[], &option)
        };
        for (case, expected) in [
            (frame("of another kind", |it| it[2] = 2), errno::ENOENT),
            (frame("another option", |it| it[0] = 0x1e), errno::ENOENT),
            (
                frame("more filled than there are", |it| it[3] = 3),
                errno::EBADMSG,
            ),
            (frame("half a record", |it| it[1] = 28), errno::EBADMSG),
            (frame("beyond the header", |it| it[1] = 52), errno::EBADMSG),
            (
                frame("too short for its kind", |it| it[1] = 3),
                errno::EBADMSG,
            ),
        ] {
            for program in ALL {
                reads(&rig, program, &case, expected);
            }
        }
        let empty = Frame::with_options("without room", &[], &option(0));
        reads(&rig, FIND, &empty, 0);
        reads(&rig, TIMESTAMP, &empty, errno::ENOSPC);
    });
}

#[test]
fn records_cut_off() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[FIND, TIMESTAMP]);
        let whole = Frame::with_options("records", &[0x8100], &option(3));
        for frame in whole.cuts() {
            match frame.hop_by_hop() {
                Ok(()) => reads(&rig, FIND, &frame, 3),
                Err(error) => {
                    reads(&rig, FIND, &frame, error);
                    reads(&rig, TIMESTAMP, &frame, error);
                }
            }
        }
    });
}
