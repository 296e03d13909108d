//! The package `stamp`: test packets, their replies, and what is measured by them.

use hike_abi::Action;
use hike_tests::frame::{Frame, UDP, address, errno};
use hike_tests::rig::{End, Outcome, Rig, in_both_tiers, now, number};

const REFLECTOR: &str = "stamp/stamp_reflector";
const COLLECTOR: &str = "stamp/stamp_collector";

const SECOND: u64 = 1_000_000_000;
/// Seconds from 1900 to 1970.
const NTP: u64 = 2_208_988_800;
/// The Z bit of an error estimate: the format of the timestamp is PTP's.
const PTP: u16 = 0x4000;
/// Bytes of a UDP header, and of a test packet without more.
const HEADER: usize = 8;
const BASE: usize = 44;

/// Nanoseconds of TAI, by the clock that programs read.
fn tai() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: a system call that fills the record.
    unsafe { libc::clock_gettime(libc::CLOCK_TAI, &raw mut time) };
    time.tv_sec.cast_unsigned() * SECOND + time.tv_nsec.cast_unsigned()
}

/// A timestamp of either format.
fn stamp(moment: u64, estimate: u16) -> u64 {
    let (seconds, below) = (moment / SECOND, moment % SECOND);
    if estimate & PTP != 0 {
        return seconds << 32 | below;
    }
    ((seconds + NTP) << 32) + u64::try_from((u128::from(below) << 32) / 1_000_000_000).unwrap()
}

/// The moment of a timestamp.
fn moment(stamp: u64, estimate: u16) -> u64 {
    let (seconds, below) = (stamp >> 32, stamp & 0xffff_ffff);
    if estimate & PTP != 0 {
        return seconds * SECOND + below;
    }
    (seconds - NTP) * SECOND + ((below * SECOND) >> 32)
}

/// A UDP packet over IPv6 with this payload and the right checksum.
fn udp(tags: &[u16], ports: (u16, u16), payload: &[u8]) -> Frame {
    let mut frame = Frame::build("test", tags, address(1), address(2), &[], UDP);
    let start = frame.network + 40;
    frame.bytes.truncate(start);
    let length = (HEADER + payload.len()) as u16;
    frame.bytes[start - 36..start - 34].copy_from_slice(&length.to_be_bytes());
    for word in [ports.0, ports.1, length, 0] {
        frame.bytes.extend(word.to_be_bytes());
    }
    frame.bytes.extend(payload);
    let checksum = frame.udp_checksum();
    frame.bytes[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
    frame
}

/// A test packet of a sender, RFC 8762 section 4.2.1 and RFC 8972 section 3.
fn test_payload(sequence: u32, sent: u64, estimate: u16, session: u16) -> Vec<u8> {
    let mut payload = sequence.to_be_bytes().to_vec();
    payload.extend(sent.to_be_bytes());
    payload.extend(estimate.to_be_bytes());
    payload.extend(session.to_be_bytes());
    payload.resize(BASE, 0);
    payload
}

fn test_packet(sequence: u32) -> Frame {
    let payload = test_payload(sequence, 0x1234_5678_9abc_def0, 0x8123, 77);
    udp(&[], (5000, 862), &payload)
}

/// Numbers of a payload.
fn be(bytes: &[u8], at: usize, length: usize) -> u64 {
    let bytes = &bytes[at..at + length];
    bytes
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte))
}

fn payload(frame: &Frame, packet: &[u8]) -> Vec<u8> {
    packet[frame.network + 48..].to_vec()
}

/// Runs a test packet through the reflector, which must answer it.
fn reflected(rig: &Rig, frame: &Frame) -> Vec<u8> {
    let outcome = rig.call(REFLECTOR, &[], &frame.bytes);
    assert_eq!(outcome.end, End::Decided(Action::Tx), "{}", frame.name);
    outcome.packet
}

/// The program gives up with the error, and the packet is as it was.
fn refuses(rig: &Rig, program: &str, frame: &Frame, error: i64) {
    let outcome = rig.call(program, &[], &frame.bytes);
    assert_eq!(outcome.end, End::Continued(error), "{}", frame.name);
    assert_eq!(outcome.packet, frame.bytes, "{} changed", frame.name);
}

#[test]
fn a_reply_has_all_that_its_sender_wants_to_know() {
    in_both_tiers(|tier| {
        for estimate in [0x1601_u16, 0xd602] {
            let settings = [("ERROR_ESTIMATE", estimate.into())];
            let rig = tier.rig_with("hike_default/all", &[REFLECTOR], &settings);
            for (tags, more) in [(&[][..], 0), (&[0x8100], 4), (&[0x88a8, 0x8100], 101)] {
                let mut sent = test_payload(9, 0x1234_5678_9abc_def0, 0x8123, 77);
                sent.extend((0..more).map(|byte| 0x80 | byte as u8));
                let frame = udp(tags, (5000, 862), &sent);
                let before = tai();
                let packet = reflected(&rig, &frame);
                let after = tai();
                check_headers(&frame, &packet);
                let reply = payload(&frame, &packet);
                let came = moment(be(&reply, 16, 8), estimate);
                let left = moment(be(&reply, 4, 8), estimate);
                // A fraction of NTP is cut off, not rounded.
                let order = before <= came + 1 && came <= left && left <= after;
                assert!(order, "{before} {came} {left} {after}");
                assert_eq!(be(&reply, 0, 4), 9, "the sequence number");
                assert_eq!(be(&reply, 12, 2), u64::from(estimate));
                assert_eq!(be(&reply, 14, 2), 77, "the session");
                assert_eq!(reply[24..28], sent[..4], "the sender's sequence number");
                assert_eq!(reply[28..38], sent[4..14], "its time and error estimate");
                assert_eq!(reply[38..44], [0, 0, 64, 0, 0, 0], "the hop limit");
                assert_eq!(reply[44..], sent[44..], "what follows");
            }
        }
    });
}

/// Addresses and ports are exchanged, the rest of the headers is right.
fn check_headers(frame: &Frame, packet: &[u8]) {
    let (network, sent) = (frame.network, &frame.bytes);
    let mut expected = [&sent[6..12], &sent[..6], &sent[12..network]].concat();
    expected.extend(&sent[network..network + 7]);
    expected.push(255);
    expected.extend(&sent[network + 24..network + 40]);
    expected.extend(&sent[network + 8..network + 24]);
    expected.extend(&sent[network + 42..network + 44]);
    expected.extend(&sent[network + 40..network + 42]);
    expected.extend(&sent[network + 44..network + 46]);
    assert_eq!(packet[..network + 46], expected);
    let reply = Frame {
        bytes: packet.to_vec(),
        ..frame.clone()
    };
    assert_eq!(frame.udp_checksum(), 0xffff, "the test packet's checksum");
    assert_eq!(reply.udp_checksum(), 0xffff, "the reply's checksum");
}

/// UTC is behind TAI where the kernel knows it.
#[test]
fn leap_seconds_are_configured() {
    in_both_tiers(|tier| {
        let settings = [("TAI_OFFSET", 37)];
        let rig = tier.rig_with("hike_default/all", &[REFLECTOR], &settings);
        let frame = test_packet(1);
        let before = tai();
        let reply = payload(&frame, &reflected(&rig, &frame));
        let came = moment(be(&reply, 16, 8), 0) + 37 * SECOND;
        assert!((before..=tai()).contains(&(came + 1)), "{before} {came}");
    });
}

#[test]
fn stateful_reflectors_count_for_themselves() {
    in_both_tiers(|tier| {
        let settings = [("STATEFUL", 1)];
        let rig = tier.rig_with("hike_default/all", &[REFLECTOR], &settings);
        let sequence = |port: u16, session: u16, sequence: u32| {
            let payload = test_payload(sequence, 1, 1, session);
            let frame = udp(&[], (port, 862), &payload);
            let reply = reflected(&rig, &frame);
            be(&reply, frame.network + 48, 4)
        };
        let before = now();
        assert_eq!(sequence(5000, 1, 100), 0);
        assert_eq!(sequence(5000, 1, 105), 1);
        assert_eq!(sequence(5001, 1, 100), 0, "another port");
        assert_eq!(sequence(5000, 2, 100), 0, "another session");
        assert_eq!(sequence(5000, 1, 106), 2);
        let sessions = rig.map("stamp_reflected");
        assert_eq!(sessions.keys().expect("keys").len(), 3);
        let key = session_key(5000, 1);
        let value = sessions.lookup(&key).expect("a look-up");
        let value = value.expect("a session").remove(0);
        assert_eq!(number(&value, 0), 3, "replies");
        assert!((before..=now()).contains(&number(&value, 8)), "the last");
    });
}

fn session_key(port: u32, session: u32) -> Vec<u8> {
    let mut key = [address(1).octets(), address(2).octets()].concat();
    key.extend(port.to_ne_bytes());
    key.extend(session.to_ne_bytes());
    key
}

#[test]
fn ports_are_configured() {
    in_both_tiers(|tier| {
        let settings = [("PORT", 5001)];
        let rig = tier.rig_with("hike_default/all", &[REFLECTOR], &settings);
        refuses(&rig, REFLECTOR, &test_packet(1), errno::ENOENT);
        let payload = test_payload(1, 2, 3, 4);
        reflected(&rig, &udp(&[], (862, 5001), &payload));
    });
}

#[test]
fn packets_that_are_not_answered() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[REFLECTOR]);
        let changed = |name: &str, change: fn(&mut Vec<u8>)| {
            let mut frame = test_packet(1);
            change(&mut frame.bytes);
            frame.name = name.to_owned();
            frame
        };
        for (frame, error) in [
            (changed("TCP", |it| it[20] = 6), errno::ENOENT),
            (changed("another port", |it| it[57] = 0), errno::ENOENT),
            (changed("a short length", |it| it[59] = 51), errno::EBADMSG),
            (changed("to a group", |it| it[38] = 0xff), errno::EINVAL),
            (changed("from a group", |it| it[22] = 0xff), errno::EINVAL),
            (
                changed("from nobody", |it| it[22..38].fill(0)),
                errno::EINVAL,
            ),
            (Frame::ipv4(), errno::EPROTONOSUPPORT),
        ] {
            refuses(&rig, REFLECTOR, &frame, error);
        }
        let sessions = rig.map("stamp_reflected").keys().expect("keys");
        assert!(sessions.is_empty(), "no session");
        let without = changed("without checksum", |it| it[60..62].fill(0));
        assert_eq!(reflected(&rig, &without)[60..62], [0, 0]);
        let whole = test_packet(1);
        for frame in whole.cuts().filter(|frame| frame.bytes != whole.bytes) {
            let error = match frame.has_ipv6() {
                false => errno::EPROTONOSUPPORT,
                true => errno::EBADMSG,
            };
            refuses(&rig, REFLECTOR, &frame, error);
        }
    });
}

/// A reply, by its times and the formats that their error estimates say.
fn reply(sequence: u32, times: [u64; 3], estimates: (u16, u16)) -> Frame {
    let [sent, reached, answered] = times;
    let (sender, reflector) = estimates;
    let mut payload = test_payload(sequence, stamp(answered, reflector), reflector, 77);
    payload[16..24].copy_from_slice(&stamp(reached, reflector).to_be_bytes());
    payload[24..28].copy_from_slice(&sequence.to_be_bytes());
    payload[28..36].copy_from_slice(&stamp(sent, sender).to_be_bytes());
    payload[36..38].copy_from_slice(&sender.to_be_bytes());
    payload[40] = 64;
    udp(&[], (862, 5000), &payload)
}

fn collected(outcome: &Outcome, frame: &Frame) -> u64 {
    assert_eq!(outcome.packet, frame.bytes, "the packet changed");
    match outcome.end {
        End::Continued(result) => u64::try_from(result).expect("a delay"),
        End::Decided(action) => panic!("decided {action:?}"),
    }
}

#[test]
fn delays_are_measured_in_either_format() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[COLLECTOR]);
        for estimates in [(1, 1), (PTP | 1, 1), (1, PTP | 1), (PTP | 1, PTP | 1)] {
            let start = tai();
            // Half a second on each way, and 300 ms at the reflector.
            let sent = start - SECOND - 300_000_000;
            let times = [sent, sent + SECOND / 2, sent + SECOND / 2 + 300_000_000];
            let frame = reply(1, times, estimates);
            let delay = collected(&rig.call(COLLECTOR, &[], &frame.bytes), &frame);
            let most = SECOND + (tai() - start) + 4;
            assert!((SECOND - 4..=most).contains(&delay), "{delay} of {most}");
        }
    });
}

#[test]
fn losses_are_counted_by_session() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[COLLECTOR]);
        let mut delays = Vec::new();
        for sequence in [10, 11, 14, 12, 20] {
            let sent = tai();
            let frame = reply(sequence, [sent, sent + 40, sent + 50], (PTP | 1, PTP | 1));
            delays.push(collected(&rig.call(COLLECTOR, &[], &frame.bytes), &frame));
        }
        let mut key = session_key(5000, 77);
        // The sender is where the reply goes.
        key[..32].rotate_left(16);
        let value = rig.map("stamp_sessions").lookup(&key).expect("a look-up");
        let value = value.expect("a session").remove(0);
        let field = |index: usize| number(&value, index * 8);
        assert_eq!(
            [field(0), field(1), field(2)],
            [5, 6, 1],
            "received, lost, late"
        );
        let (least, most) = (delays.iter().min(), delays.iter().max());
        assert_eq!((Some(&field(3)), Some(&field(4))), (least, most));
        assert_eq!(field(5), delays.iter().sum::<u64>(), "the sum");
        assert_eq!(field(6), 40, "the last delay to the reflector");
        assert_eq!(field(8), 10 | 21 << 32, "the first number and the next");
        assert_eq!(field(9), 0, "the lock is free");
    });
}

#[test]
fn packets_that_are_no_replies() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[COLLECTOR]);
        refuses(&rig, COLLECTOR, &test_packet(1), errno::ENOENT);
        refuses(&rig, COLLECTOR, &Frame::ipv4(), errno::EPROTONOSUPPORT);
        let whole = reply(1, [1, 2, 3], (1, 1));
        for frame in whole.cuts().filter(|frame| frame.bytes != whole.bytes) {
            let error = match frame.has_ipv6() {
                false => errno::EPROTONOSUPPORT,
                true => errno::EBADMSG,
            };
            refuses(&rig, COLLECTOR, &frame, error);
        }
        let sessions = rig.map("stamp_sessions").keys().expect("keys");
        assert!(sessions.is_empty(), "no session");
    });
}

/// What one program sends back, the other understands.
#[test]
fn there_and_back() {
    in_both_tiers(|tier| {
        let rig = tier.rig(&[REFLECTOR, COLLECTOR]);
        for sequence in 0..50 {
            let sent = tai();
            let payload = test_payload(sequence, stamp(sent, 1), 1, 5);
            let frame = udp(&[], (5000, 862), &payload);
            let packet = reflected(&rig, &frame);
            let outcome = rig.call(COLLECTOR, &[], &packet);
            let End::Continued(delay) = outcome.end else {
                panic!("{:?}", outcome.end);
            };
            let whole = i64::try_from(tai() - sent).expect("a delay");
            assert!((0..=whole + 4).contains(&delay), "{delay} of {whole}");
        }
    });
}
