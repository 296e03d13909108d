//! Programs that send packets on, attached to a real interface: what arrives where.
//!
//! ```text
//!  gen            host under test          out
//! +------+       +----------------+       +------+
//! |  gen0|-veth--|in0 (XDP)   out0|-veth--|end0  |
//! +------+       +----------------+       +------+
//! ```

use std::os::fd::{AsFd, OwnedFd};
use std::time::{Duration, Instant};

use hike_loader::sys::link::{XdpFlags, create, detach};
use hike_tests::frame::{Frame, UDP, address};
use hike_tests::net::{Namespace, Port, join};
use hike_tests::rig::{Rig, Tier, in_both_tiers};

/// Interface indexes of the host under test.
const IN: u32 = 12;
const OUT: u32 = 17;
/// The next hop's Ethernet address.
const NEXT_HOP: [u8; 6] = [0x02, 0, 0, 0, 0, 0x99];
/// How long a packet that does not come is waited for.
const PATIENCE: Duration = Duration::from_millis(150);

/// Where a packet arrived.
#[derive(Debug, PartialEq, Eq)]
enum Arrival {
    /// At the far end, as these bytes.
    Sent(Vec<u8>),
    /// In the host's network stack.
    Passed,
    /// Nowhere.
    Nowhere,
}

/// Three hosts in a row, and a program on the middle one.
struct Wire {
    host: Namespace,
    rig: Rig,
    sender: Port,
    stack: Port,
    end: Port,
    _ends: (Namespace, Namespace),
    link: OwnedFd,
}

impl Wire {
    fn new(tier: Tier, name: &str, program: &str, arguments: &[u32]) -> Self {
        let [generator, host, far] =
            ["gen", "host", "far"].map(|part| Namespace::new(&format!("hike-{name}-{part}")));
        join((&generator, "gen0", 2), (&host, "in0", IN));
        join((&host, "out0", OUT), (&far, "end0", 2));
        let rig = tier.rig(&[program]);
        rig.prepare(program, arguments);
        rig.start_from("all_map");
        let link = attach(&host, &rig);
        Self {
            sender: generator.enter(|| Port::open("gen0")).expect("a socket"),
            stack: host.enter(|| Port::open("in0")).expect("a socket"),
            end: far.enter(|| Port::open("end0")).expect("a socket"),
            link,
            host,
            rig,
            _ends: (generator, far),
        }
    }

    /// Makes the chain one call of a program.
    fn prepare(&mut self, program: &str, arguments: &[u32]) {
        self.rig.prepare(program, arguments);
        detach(self.link.as_fd()).expect("a detached program");
        self.link = attach(&self.host, &self.rig);
    }

    /// Sends a packet and waits for it to arrive.
    fn send(&self, packet: &[u8]) -> Arrival {
        self.sender.send(packet).expect("a sent packet");
        if let Some(arrived) = receive(&self.end, packet, PATIENCE) {
            return Arrival::Sent(arrived);
        }
        match receive(&self.stack, packet, Duration::ZERO) {
            Some(_) => Arrival::Passed,
            None => Arrival::Nowhere,
        }
    }

    /// The Ethernet address of an interface of the host.
    fn mac(&self, device: &str) -> [u8; 6] {
        let mut ip = self.host.command("ip");
        // Name, state, address, flags.
        let text = hike_tests::tools::run(ip.args(["-brief", "link", "show", device]));
        parse_mac(text.split_whitespace().nth(2).expect("an address"))
    }

    /// Makes the host a router: a connected network on each side, and routes of every kind
    /// for the networks `fc02:N::/32`.
    fn route(&self) {
        for device in ["in0", "out0"] {
            self.host
                .sysctl(&format!("net.ipv6.conf.{device}.disable_ipv6"), "0");
            self.host
                .sysctl(&format!("net.ipv6.conf.{device}.accept_dad"), "0");
        }
        self.host.sysctl("net.ipv6.conf.all.forwarding", "1");
        self.host.ip("link set lo up");
        self.host.ip("addr add fc01::ff/64 dev in0 nodad");
        self.host.ip("addr add fc03::ff/64 dev out0 nodad");
        let next_hop: Vec<String> = NEXT_HOP.iter().map(|byte| format!("{byte:02x}")).collect();
        let next_hop = next_hop.join(":");
        self.host.ip(&format!(
            "neigh add fc03::1 lladdr {next_hop} dev out0 nud permanent"
        ));
        self.host.ip("route add fc02:1::/32 via fc03::1");
        self.host.ip("route add fc02:2::/32 via fc03::2");
        self.host.ip("route add blackhole fc02:3::/32");
        self.host.ip("route add unreachable fc02:4::/32");
        self.host.ip("route add prohibit fc02:5::/32");
        self.host
            .ip("route add fc02:6::/32 via fc03::1 mtu lock 1280");
    }
}

/// Attaches what the rig runs to the host's first interface.
fn attach(host: &Namespace, rig: &Rig) -> OwnedFd {
    let link = host.enter(|| create(rig.loader().as_fd(), IN, XdpFlags::Generic));
    link.expect("an attached program")
}

/// Waits for a packet; what the host says on its own account is passed over.
fn receive(port: &Port, packet: &[u8], patience: Duration) -> Option<Vec<u8>> {
    let deadline = Instant::now() + patience;
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        let arrived = port.receive(left).expect("a socket")?;
        if is_same(&arrived, packet) {
            return Some(arrived);
        }
    }
}

/// Whether it is the packet, apart from Ethernet addresses, hop limit and a VLAN tag that
/// the kernel took off.
fn is_same(arrived: &[u8], packet: &[u8]) -> bool {
    match packet.get(26..) {
        Some(rest) if !rest.is_empty() => arrived.ends_with(rest),
        _ => arrived == packet,
    }
}

fn parse_mac(text: &str) -> [u8; 6] {
    let bytes: Vec<u8> = text
        .split(':')
        .map(|byte| u8::from_str_radix(byte, 16).expect("a byte"))
        .collect();
    bytes.try_into().expect("six bytes")
}

fn network(number: u16) -> std::net::Ipv6Addr {
    std::net::Ipv6Addr::new(0xfc02, number, 0, 0, 0, 0, 0, 7)
}

#[test]
fn redirect_sends_out_of_the_interface() {
    in_both_tiers(|tier| {
        let packet = Frame::udp(address(1), address(2)).bytes;
        let mut wire = Wire::new(tier, "redirect", "hike_default/l2_redirect", &[OUT]);
        assert_eq!(wire.send(&packet), Arrival::Sent(packet.clone()));
        wire.prepare("hike_default/l2_redirect", &[999]);
        assert_eq!(wire.send(&packet), Arrival::Nowhere, "no such interface");
        wire.prepare("hike_default/l2_redirect", &[0]);
        assert_eq!(wire.send(&packet), Arrival::Nowhere, "index 0");
    });
}

#[test]
fn connected_interfaces() {
    in_both_tiers(|tier| {
        let packet = Frame::ipv4().bytes;
        let wire = Wire::new(tier, "l2xcon", "hike_default/l2xcon", &[]);
        assert_eq!(wire.send(&packet), Arrival::Nowhere, "no pair");
        let pairs = wire.rig.map("l2xcon_map");
        pairs
            .update(&OUT.to_ne_bytes(), &IN.to_ne_bytes())
            .expect("the way back");
        assert_eq!(
            wire.send(&packet),
            Arrival::Nowhere,
            "only the other direction"
        );
        pairs
            .update(&IN.to_ne_bytes(), &OUT.to_ne_bytes())
            .expect("a pair");
        assert_eq!(wire.send(&packet), Arrival::Sent(packet.clone()));
    });
}

#[test]
fn routes_of_the_kernel() {
    in_both_tiers(|tier| {
        let wire = Wire::new(tier, "kroute", "hike_default/ip6_kroute", &[]);
        wire.route();
        let frame = Frame::udp(address(1), network(1));
        let mut routed = frame.bytes.clone();
        routed[..6].copy_from_slice(&NEXT_HOP);
        routed[6..12].copy_from_slice(&wire.mac("out0"));
        routed[21] -= 1;
        assert_eq!(wire.send(&frame.bytes), Arrival::Sent(routed));

        let send_to = |destination| wire.send(&Frame::udp(address(1), destination).bytes);
        assert_eq!(send_to(network(2)), Arrival::Passed, "an unknown neighbour");
        for (number, kind) in [(3, "blackhole"), (4, "unreachable"), (5, "prohibit")] {
            assert_eq!(send_to(network(number)), Arrival::Nowhere, "{kind}");
        }
        assert_eq!(send_to(network(9)), Arrival::Passed, "no route");
        assert_eq!(
            send_to("fc01::ff".parse().expect("an address")),
            Arrival::Passed,
            "the host"
        );
        assert_eq!(wire.send(&Frame::ipv4().bytes), Arrival::Passed, "IPv4");
        let tagged = Frame::build("tagged", &[0x8100], address(1), network(1), &[], UDP);
        assert_eq!(wire.send(&tagged.bytes), Arrival::Passed, "a VLAN tag");
        check_limits(&wire);
        // Cut off within the header nothing is routed; behind it that is the receiver's matter.
        for length in [14, 20, 53] {
            assert_eq!(
                wire.send(&frame.bytes[..length]),
                Arrival::Passed,
                "{length} bytes"
            );
        }
    });
}

/// Hop limits and MTUs: the helper knows the MTU of the interface and a locked one of the
/// route.
fn check_limits(wire: &Wire) {
    for (hop_limit, routed) in [(0, false), (1, false), (2, true), (255, true)] {
        let mut packet = Frame::udp(address(1), network(1)).bytes;
        packet[21] = hop_limit;
        match wire.send(&packet) {
            Arrival::Sent(arrived) if routed => assert_eq!(arrived[21], hop_limit - 1),
            Arrival::Passed if !routed => {}
            other => panic!("hop limit {hop_limit}: {other:?}"),
        }
    }
    for (length, routed) in [(1280, true), (1281, false)] {
        let mut packet = Frame::udp(address(1), network(6)).bytes;
        packet.resize(14 + length, 0);
        packet[18..20].copy_from_slice(&(length as u16 - 40).to_be_bytes());
        let arrival = wire.send(&packet);
        assert_eq!(
            matches!(arrival, Arrival::Sent(_)),
            routed,
            "{length} bytes"
        );
        assert_eq!(arrival == Arrival::Passed, !routed, "{length} bytes");
    }
}
