//! The package `srv6` beside the kernel's own segment routing (`seg6`, `seg6local`): the
//! same packet by either way must leave the host as the same bytes.
//!
//! ```text
//!  gen            host under test          far
//! +------+       +----------------+       +------+
//! |  gen0|-veth--|in0 (XDP)   out0|-veth--|end0  |
//! +------+       +----------------+       +------+
//! ```

mod srv6_model;

use std::net::Ipv6Addr;
use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use hike_loader::sys::link::{XdpFlags, create};
use hike_tests::frame::{Frame, address};
use hike_tests::net::{Namespace, Port, join};
use hike_tests::require_kernel;
use hike_tests::rig::Rig;
use srv6_model::{SEGMENTS, TUNNEL, encapsulated, segments, set_policy};

/// Interface indexes of the host under test.
const IN: u32 = 12;
const OUT: u32 = 17;
/// The next hop's Ethernet address.
const NEXT_HOP: [u8; 6] = [0x02, 0, 0, 0, 0, 0x99];
/// How long a packet is waited for.
const PATIENCE: Duration = Duration::from_millis(500);
/// The programs; a chain calls one of them and the last.
const PROGRAMS: [&str; 6] = [
    "srv6/h_encaps",
    "srv6/h_encaps_red",
    "srv6/end",
    "srv6/end_dt6",
    "srv6/end_un",
    "hike_default/ip6_kroute",
];
/// The policy of the chains.
const POLICY: u32 = 1;

/// Three hosts in a row; the middle one does segment routing in two ways.
struct Wire {
    host: Namespace,
    rig: Rig,
    sender: Port,
    end: Port,
    _ends: (Namespace, Namespace),
    _link: OwnedFd,
}

impl Wire {
    fn new(name: &str) -> Self {
        let [generator, host, far] =
            ["gen", "host", "far"].map(|part| Namespace::new(&format!("hike-{name}-{part}")));
        join((&generator, "gen0", 2), (&host, "in0", IN));
        join((&host, "out0", OUT), (&far, "end0", 2));
        // Without a decision of its chain a packet goes to the kernel.
        let settings = [("DEFAULT_ACTION", 2)];
        let rig = Rig::with("hike_default/all", &PROGRAMS, &settings);
        rig.prepare_empty();
        rig.start_from("all_map");
        let link = host.enter(|| create(rig.loader().as_fd(), IN, XdpFlags::Generic));
        let wire = Self {
            sender: generator.enter(|| Port::open("gen0")).expect("a socket"),
            end: far.enter(|| Port::open("end0")).expect("a socket"),
            _link: link.expect("an attached program"),
            host,
            rig,
            _ends: (generator, far),
        };
        wire.route();
        wire
    }

    /// Makes the host a router that sends all segments on by `out0`.
    fn route(&self) {
        for device in ["in0", "out0"] {
            let prefix = format!("net.ipv6.conf.{device}");
            self.host.sysctl(&format!("{prefix}.disable_ipv6"), "0");
            self.host.sysctl(&format!("{prefix}.accept_dad"), "0");
        }
        self.host.sysctl("net.ipv6.conf.all.forwarding", "1");
        // The kernel forwards only what is addressed to it.
        self.host.ip("link set in0 address 02:00:00:00:00:02");
        self.host.ip("link set lo up");
        self.host.ip("addr add fc03::ff/64 dev out0 nodad");
        let next_hop = NEXT_HOP.map(|byte| format!("{byte:02x}")).join(":");
        self.host.ip(&format!(
            "neigh add fc03::1 lladdr {next_hop} dev out0 nud permanent"
        ));
        for prefix in ["fc01::/16", "fc02::/16", "fc09::/32"] {
            self.host.ip(&format!("route add {prefix} via fc03::1"));
        }
        self.host.ip(&format!("sr tunsrc set {TUNNEL}"));
    }

    /// Sends a packet by the kernel's segment routing, then by a chain that calls a program;
    /// gives what the chain made of it when it is the same.
    fn both(&self, program: usize, argument: Option<u32>, packet: &[u8]) -> Vec<u8> {
        self.rig.prepare_empty();
        let by_kernel = self.send(packet);
        self.set_chain(program, argument);
        let by_chain = self.send(packet);
        let name = PROGRAMS[program];
        let by_chain = by_chain.unwrap_or_else(|| panic!("{name}: the chain sent nothing"));
        assert_eq!(
            by_kernel.as_ref(),
            Some(&by_chain),
            "{name}: not the kernel's"
        );
        by_chain
    }

    /// A chain that leaves what the program does not do to nobody: it drops.
    fn set_chain(&self, program: usize, argument: Option<u32>) {
        let argument = argument.map(|value| format!("w1 = {value}"));
        let calls = [
            format!("call program {program}"),
            format!("call program {}", PROGRAMS.len() - 1),
            "exit".to_owned(),
        ];
        let lines: Vec<String> = argument.into_iter().chain(calls).collect();
        self.rig.set_chain(&lines);
    }

    /// What arrives at the far end, without what the host says on its own account.
    fn send(&self, packet: &[u8]) -> Option<Vec<u8>> {
        self.sender.send(packet).expect("a sent packet");
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let arrived = self.end.receive(left).expect("a socket")?;
            if arrived.starts_with(&NEXT_HOP) {
                return Some(arrived);
            }
        }
    }
}

fn parsed(text: &str) -> Ipv6Addr {
    text.parse().expect("an address")
}

/// Whether the hop limit of what left is one less than that of what came.
fn is_routed(packet: &[u8], sent: &[u8]) -> bool {
    sent[21] + 1 == packet[21]
}

#[test]
fn the_head_of_a_policy() {
    if !require_kernel() {
        return;
    }
    let wire = Wire::new("srv6-head");
    for (program, mode) in ["encap", "encap.red"].into_iter().enumerate() {
        for count in 1..=SEGMENTS {
            let list = segments(count);
            let texts: Vec<String> = list.iter().map(ToString::to_string).collect();
            let to = Ipv6Addr::new(0xfc05, program as u16, count as u16, 0, 0, 0, 0, 2);
            wire.host.ip(&format!(
                "route add {to}/128 encap seg6 mode {mode} segs {} via fc03::1",
                texts.join(",")
            ));
            set_policy(&wire.rig, POLICY, &list);
            let frame = Frame::udp(address(1), to);
            let sent = wire.both(program, Some(POLICY), &frame.bytes);
            let mut expected = encapsulated(&frame, &list, mode == "encap.red");
            expected[21] -= 1;
            assert_eq!(sent[14..], expected[14..], "{mode} of {count}");
        }
    }
}

#[test]
fn segments_on_the_way() {
    if !require_kernel() {
        return;
    }
    let wire = Wire::new("srv6-end");
    wire.host
        .ip("route add fc06:1::1/128 encap seg6local action End dev out0");
    for reduced in [false, true] {
        let list = [
            parsed("fc06:1::1"),
            parsed("fc02:2::1"),
            parsed("fc02:3::1"),
        ];
        let packet = encapsulated(&Frame::udp(address(1), address(2)), &list, reduced);
        let sent = wire.both(2, None, &packet);
        assert!(is_routed(&packet, &sent));
        assert_eq!(srv6_model::destination(&sent), list[1]);
    }
}

#[test]
fn the_end_of_a_list() {
    if !require_kernel() {
        return;
    }
    let wire = Wire::new("srv6-dt6");
    wire.host
        .ip("route add fc06:2::1/128 encap seg6local action End.DT6 table main dev out0");
    let inner = Frame::udp(address(1), address(2));
    for reduced in [false, true] {
        let packet = encapsulated(&inner, &[parsed("fc06:2::1")], reduced);
        let sent = wire.both(3, None, &packet);
        assert!(is_routed(&inner.bytes, &sent));
        assert_eq!(sent[22..], inner.bytes[22..]);
    }
}

#[test]
fn compressed_segments() {
    if !require_kernel() {
        return;
    }
    let wire = Wire::new("srv6-un");
    wire.host.ip(
        "route add fc09:0:1::/48 encap seg6local action End flavors next-csid lblen 32 nflen 16 dev out0",
    );
    let packet = Frame::udp(address(1), parsed("fc09:0:1:2:3::")).bytes;
    let sent = wire.both(4, None, &packet);
    assert!(is_routed(&packet, &sent));
    assert_eq!(srv6_model::destination(&sent), parsed("fc09:0:2:3::"));
    // The own identifier is the last one: on to the next segment.
    let list = [parsed("fc09:0:1::"), parsed("fc02:2::1")];
    let packet = encapsulated(&Frame::udp(address(1), address(2)), &list, false);
    let sent = wire.both(4, None, &packet);
    assert_eq!(srv6_model::destination(&sent), list[1]);
}
