//! Programs in C: compiled by two compilers, linked, and compared with models in both tiers.

use std::path::PathBuf;

use hike_tests::frame::{Frame, UDP, address, errno, zoo};
use hike_tests::packet::udp6;
use hike_tests::random::Random;
use hike_tests::require_kernel;
use hike_tests::site::{CLANGS, Running, Site, TIERS, reporting};
use hike_tests::tools::repository;

/// Bytes before the payload of a UDP packet over IPv6 without tags.
const HEADERS: usize = 14 + 40 + 8;

/// Calls `check` with a script that reports a program's result, for every compiler and tier.
fn everywhere(package: &str, call: &str, settings: &[&str], check: impl Fn(&Running, &str)) {
    for clang in CLANGS {
        let site = Site::new();
        let source = repository().join(format!("packages/{package}/src/{package}.c"));
        site.compile_c(clang, package, &source);
        let imports = format!("from programs.{package} import {package}");
        let bundle = site.build("report", &reporting(&imports, call));
        for tier in TIERS {
            let running = Running::with(&bundle, tier, settings);
            check(&running, &format!("{clang}, {tier:?}"));
        }
    }
}

fn set_pattern(running: &Running, index: u32, pattern: &[u8]) {
    let mut value = vec![0; 24];
    value[..4].copy_from_slice(&(pattern.len() as u32).to_ne_bytes());
    value[8..][..pattern.len()].copy_from_slice(pattern);
    let updated = running
        .map("dpi", "dpi_patterns")
        .update(&index.to_ne_bytes(), &value);
    updated.expect("a pattern");
}

/// Where a pattern is, as `dpi` says it.
fn position(payload: &[u8], pattern: &[u8]) -> i64 {
    let found = payload
        .windows(pattern.len())
        .position(|window| window == pattern);
    found.map_or(errno::ENOENT, |place| place as i64)
}

#[test]
fn strings_are_found_in_payloads() {
    if !require_kernel() {
        return;
    }
    let (a, b) = (address(1), address(2));
    everywhere("dpi", "dpi(3)", &[], |running, what| {
        let mut random = Random::new(7);
        for round in 0..400 {
            // Few different bytes, so that patterns nearly match and overlap themselves.
            let mut draw = |length: u64| -> Vec<u8> {
                (0..length)
                    .map(|_| b"ab\0"[random.below(3) as usize])
                    .collect()
            };
            let (payload, pattern) = (draw(round % 200), draw(round % 16 + 1));
            set_pattern(running, 3, &pattern);
            let found = running.report(&udp6(a, b, &payload));
            let expected = position(&payload, &pattern);
            assert_eq!(found, expected, "{what}: {pattern:x?} in {payload:x?}");
        }
    });
}

#[test]
fn strings_are_found_at_the_ends_of_what_is_scanned() {
    if !require_kernel() {
        return;
    }
    let send = |running: &Running, place: usize| {
        let mut payload = vec![0; 1400];
        payload[place..place + 4].copy_from_slice(b"hike");
        running.report(&udp6(address(1), address(2), &payload))
    };
    everywhere("dpi", "dpi(63)", &[], |running, what| {
        set_pattern(running, 63, b"hike");
        for place in [0, 1, 700, 1395, 1396] {
            assert_eq!(send(running, place), place as i64, "{what}");
        }
    });
    everywhere("dpi", "dpi(0)", &["dpi.SCAN=100"], |running, what| {
        set_pattern(running, 0, b"hike");
        assert_eq!(send(running, 96), 96, "{what}: within the first 100 bytes");
        assert_eq!(
            send(running, 97),
            errno::ENOENT,
            "{what}: not whole in them"
        );
    });
}

/// What `dpi` makes of a frame whose payload is bytes of `0xa5`.
fn scanned(frame: &Frame) -> i64 {
    let (protocol, offset) = match frame.is_ipv6 {
        true => match frame.find_transport() {
            Ok(found) => found,
            Err(error) => return error,
        },
        false if frame.holds(frame.network, 20) => frame.transport,
        false => return errno::EBADMSG,
    };
    if protocol != UDP {
        return errno::EPROTONOSUPPORT;
    }
    if !frame.holds(offset, 8) {
        return errno::EBADMSG;
    }
    position(&frame.bytes[offset + 8..], &[0xa5, 0xa5])
}

#[test]
fn every_frame_is_scanned_or_refused() {
    if !require_kernel() {
        return;
    }
    everywhere("dpi", "dpi(1)", &[], |running, what| {
        for frame in zoo() {
            set_pattern(running, 1, &[]);
            let found = running.report(&frame.bytes);
            assert_eq!(found, errno::EINVAL, "{what}: no pattern");
            set_pattern(running, 1, &[0xa5, 0xa5]);
            for frame in frame.cuts() {
                let found = running.report(&frame.bytes);
                assert_eq!(found, scanned(&frame), "{what}: {}", frame.name);
            }
        }
    });
}

#[test]
fn padding_behind_a_datagram_is_no_payload() {
    if !require_kernel() {
        return;
    }
    let mut packet = udp6(address(1), address(2), b"short");
    packet.extend(b"hike");
    everywhere("dpi", "dpi(0)", &[], |running, what| {
        set_pattern(running, 0, b"hike");
        assert_eq!(running.report(&packet), errno::ENOENT, "{what}");
        let mut wrong = packet.clone();
        wrong[HEADERS - 4..HEADERS - 2].copy_from_slice(&7_u16.to_be_bytes());
        assert_eq!(
            running.report(&wrong),
            errno::EBADMSG,
            "{what}: shorter than its header"
        );
    });
}

/// What is static in C: functions, tables, texts and counters.
const STATIC: &str = r#"
#include "hike.h"

static const u32 primes[8] = { 2, 3, 5, 7, 11, 13, 17, 19 };
static u64 calls;

static __noinline u64 twice(u64 number)
{
	return number * 2 + hike_opaque(0);
}

static __noinline u64 four_times(u64 number)
{
	return twice(number) + twice(number);
}

HIKE_PROGRAM(statics, "Uses what is static.", u32 index, u8 byte, s32 negative, u64 wide, u16 half)
{
	char text[] = "a text on the stack";

	calls++;
	hike_opaque(&text[0]);
	return hike_continue(call, four_times(primes[index & 7]) + byte + (u64)negative + wide +
					   half + (calls << 32));
}

HIKE_LICENSE("GPL");
"#;

#[test]
fn what_is_static_in_c_works_in_both_tiers() {
    if !require_kernel() {
        return;
    }
    for clang in CLANGS {
        let site = Site::new();
        let source: PathBuf = site.write("statics.c", STATIC);
        site.compile_c(clang, "own", &source);
        let imports = "from programs.own import statics";
        let script = reporting(imports, "statics(4, 1, -1, 1000, 1)");
        let bundle = site.build("statics", &script);
        for tier in TIERS {
            let running = Running::new(&bundle, tier);
            let expected = 4 * 11 + 1 - 1 + 1000 + 1;
            for calls in 1..=3 {
                let found = running.report(&Frame::udp(address(1), address(2)).bytes);
                assert_eq!(found, expected + (calls << 32), "{clang}, {tier:?}");
            }
        }
    }
}
