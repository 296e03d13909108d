//! The package `firewall`, written in C: rules and packets by chance, compared with a model,
//! for two compilers in both tiers.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use hike_tests::frame::{Extension, Frame, TCP, UDP, address, errno, zoo};
use hike_tests::random::Random;
use hike_tests::require_kernel;
use hike_tests::site::{CLANGS, Running, Site, TIERS, reporting};
use hike_tests::tools::repository;

const ALLOW: u32 = 1;
const DENY: u32 = 2;
const RULES: u32 = 64;
const ICMPV6: u8 = 58;

/// A rule, as the map has it.
#[derive(Clone, Copy, Debug, Default)]
struct Rule {
    action: u32,
    source: u32,
    destination: u32,
    protocol: u32,
    source_ports: (u16, u16),
    destination_ports: (u16, u16),
}

/// What the firewall knows.
#[derive(Debug, Default)]
struct Policy {
    rules: Vec<Rule>,
    sources: Vec<(IpAddr, u32, u32)>,
    destinations: Vec<(IpAddr, u32, u32)>,
}

/// What a rule looks at.
#[derive(Clone, Copy, Debug)]
struct Flow {
    source: IpAddr,
    destination: IpAddr,
    /// Unknown of fragments other than the first.
    protocol: Option<u8>,
    ports: Option<(u16, u16)>,
}

impl Policy {
    fn decide(&self, flow: Flow, default: u32) -> u32 {
        let source = zone(&self.sources, flow.source);
        let destination = zone(&self.destinations, flow.destination);
        let fits = |rule: &&Rule| {
            rule.action != 0
                && [0, source].contains(&rule.source)
                && [0, destination].contains(&rule.destination)
                && (rule.protocol == 0 || flow.protocol.map(u32::from) == Some(rule.protocol))
                && within(rule.source_ports, flow.ports.map(|ports| ports.0))
                && within(rule.destination_ports, flow.ports.map(|ports| ports.1))
        };
        self.rules.iter().find(fits).map_or(default, |it| it.action)
    }

    fn write(&self, running: &Running) {
        for index in 0..RULES {
            let rule = self.rules.get(index as usize).copied().unwrap_or_default();
            let words = [rule.action, rule.source, rule.destination, rule.protocol];
            let mut value: Vec<u8> = words.iter().flat_map(|it| it.to_ne_bytes()).collect();
            for (first, last) in [rule.source_ports, rule.destination_ports] {
                value.extend([first.to_ne_bytes(), last.to_ne_bytes()].concat());
            }
            let rules = running.map("firewall", "firewall_rules");
            rules.update(&index.to_ne_bytes(), &value).expect("a rule");
        }
        for (side, prefixes) in [
            ("sources", &self.sources),
            ("destinations", &self.destinations),
        ] {
            prefixes
                .iter()
                .for_each(|it| write_prefix(running, side, it));
        }
    }
}

fn write_prefix(running: &Running, side: &str, (address, length, zone): &(IpAddr, u32, u32)) {
    let (family, bytes) = match address {
        IpAddr::V4(address) => (4, address.octets().to_vec()),
        IpAddr::V6(address) => (6, address.octets().to_vec()),
    };
    let key = [&length.to_ne_bytes()[..], &bytes].concat();
    let map = running.map("firewall", &format!("firewall_{side}{family}"));
    map.update(&key, &zone.to_ne_bytes()).expect("a prefix");
}

fn zone(prefixes: &[(IpAddr, u32, u32)], address: IpAddr) -> u32 {
    let family = prefixes
        .iter()
        .filter(|(prefix, ..)| prefix.is_ipv6() == address.is_ipv6());
    let fits =
        family.filter(|(prefix, length, _)| bits(*prefix, *length) == bits(address, *length));
    let longest = fits.max_by_key(|(_, length, _)| *length);
    longest.map_or(0, |(_, _, zone)| *zone)
}

/// The first bits of an address.
fn bits(address: IpAddr, length: u32) -> u128 {
    let (all, bits) = match address {
        IpAddr::V4(address) => (32, u128::from(address.to_bits())),
        IpAddr::V6(address) => (128, address.to_bits()),
    };
    bits.checked_shr(all - length).unwrap_or(0)
}

fn within((first, last): (u16, u16), port: Option<u16>) -> bool {
    (first, last) == (0, 0) || port.is_some_and(|port| (first..=last).contains(&port))
}

/// Few values, so that rules fit often.
struct Chance(Random);

impl Chance {
    fn address(&mut self, v6: bool) -> IpAddr {
        let low = self.0.below(4) as u16;
        let high = self.0.below(2) as u16;
        match v6 {
            true => Ipv6Addr::new(0xfc00 + high, 0, 0, 0, 0, 0, 0, low).into(),
            false => Ipv4Addr::new(10 + high as u8, 0, 0, low as u8).into(),
        }
    }

    fn prefixes(&mut self) -> Vec<(IpAddr, u32, u32)> {
        let mut prefixes = vec![];
        for v6 in [true, false] {
            let lengths = if v6 {
                [128, 127, 16, 0]
            } else {
                [32, 31, 8, 0]
            };
            for length in lengths.into_iter().skip(self.0.below(3) as usize) {
                let zone = self.0.below(3) as u32 + 1;
                prefixes.push((self.address(v6), length, zone));
            }
        }
        prefixes
    }

    fn ports(&mut self) -> (u16, u16) {
        let first = self.port();
        match self.0.below(3) {
            0 => (0, 0),
            1 => (first, first),
            _ => (first, self.port().max(first)),
        }
    }

    fn port(&mut self) -> u16 {
        self.0.pick(&[0, 1, 80, 443, 8080, u16::MAX])
    }

    fn rule(&mut self) -> Rule {
        Rule {
            action: self.0.below(3) as u32,
            source: self.0.below(4) as u32,
            destination: self.0.below(4) as u32,
            protocol: self.0.pick(&[0, 0, TCP.into(), UDP.into(), ICMPV6.into()]),
            source_ports: self.ports(),
            destination_ports: self.ports(),
        }
    }

    fn policy(&mut self) -> Policy {
        let count = self.0.pick(&[0, 1, 5, RULES as usize]);
        Policy {
            rules: (0..count).map(|_| self.rule()).collect(),
            sources: self.prefixes(),
            destinations: self.prefixes(),
        }
    }

    /// A packet, and what is in it.
    fn packet(&mut self) -> (Vec<u8>, Flow) {
        let v6 = self.0.below(2) == 0;
        let (source, destination) = (self.address(v6), self.address(v6));
        let protocol = self.0.pick(&[TCP, UDP, ICMPV6]);
        let ports = (self.port(), self.port());
        let later_fragment = self.0.below(5) == 0;
        let (mut bytes, transport) = match (source, destination) {
            (IpAddr::V6(source), IpAddr::V6(destination)) => {
                let extensions = [Extension::later_fragment()];
                let extensions = &extensions[..usize::from(later_fragment)];
                let frame = Frame::build("", &[0x8100], source, destination, extensions, protocol);
                (frame.bytes, frame.transport.1)
            }
            _ => ipv4(
                source,
                destination,
                protocol,
                later_fragment,
                self.0.below(3) as usize,
            ),
        };
        bytes[transport..transport + 2].copy_from_slice(&ports.0.to_be_bytes());
        bytes[transport + 2..transport + 4].copy_from_slice(&ports.1.to_be_bytes());
        let flow = Flow {
            source,
            destination,
            protocol: (!later_fragment).then_some(protocol),
            ports: (!later_fragment && protocol != ICMPV6).then_some(ports),
        };
        (bytes, flow)
    }
}

/// An IPv4 packet with words of options, and where its transport header is.
fn ipv4(
    source: IpAddr,
    destination: IpAddr,
    protocol: u8,
    later_fragment: bool,
    options: usize,
) -> (Vec<u8>, usize) {
    let mut bytes = vec![2; 12];
    bytes.extend([0x08, 0x00, 0x45 + options as u8, 0, 0, 60, 0, 0]);
    bytes.extend([
        if later_fragment { 0x20 } else { 0x40 },
        u8::from(later_fragment),
    ]);
    bytes.extend([64, protocol, 0, 0]);
    for address in [source, destination] {
        if let IpAddr::V4(address) = address {
            bytes.extend(address.octets());
        }
    }
    bytes.extend(vec![1; options * 4]);
    let transport = bytes.len();
    bytes.extend([0; 24]);
    (bytes, transport)
}

/// Calls `check` for every compiler and tier.
fn everywhere(settings: &[&str], check: impl Fn(&Running, &str)) {
    for clang in CLANGS {
        let site = Site::new();
        let source = repository().join("packages/firewall/src/firewall.c");
        site.compile_c(clang, "firewall", &source);
        let script = reporting("from programs.firewall import firewall", "firewall()");
        let bundle = site.build("report", &script);
        for tier in TIERS {
            let running = Running::with(&bundle, tier, settings);
            check(&running, &format!("{clang}, {tier:?}"));
        }
    }
}

#[test]
fn the_first_rule_that_fits_decides() {
    if !require_kernel() {
        return;
    }
    for round in 0..4 {
        let default = [DENY, ALLOW][round % 2];
        let settings = format!("firewall.DEFAULT={default}");
        everywhere(&[&settings], |running, what| {
            let mut chance = Chance(Random::new(round as u64));
            let policy = chance.policy();
            policy.write(running);
            for _ in 0..300 {
                let (packet, flow) = chance.packet();
                let expected = policy.decide(flow, default);
                assert_eq!(
                    running.report(&packet),
                    i64::from(expected),
                    "{what}: {flow:?} with {policy:?}"
                );
            }
        });
    }
}

/// What the firewall makes of a frame when only UDP to port 5001 is allowed.
fn judged(frame: &Frame) -> i64 {
    let allowed = |(protocol, offset): (u8, usize)| match protocol {
        UDP | TCP if !frame.holds(offset, 4) => errno::EBADMSG,
        UDP => i64::from(ALLOW),
        _ => i64::from(DENY),
    };
    if !frame.is_ipv6 {
        return match frame.holds(frame.network, 20) {
            true => allowed(frame.transport),
            false => errno::EBADMSG,
        };
    }
    match frame.find_transport() {
        Ok(found) => allowed(found),
        Err(errno::ENOENT) => i64::from(DENY),
        Err(error) => error,
    }
}

#[test]
fn every_frame_is_judged_or_refused() {
    if !require_kernel() {
        return;
    }
    let rule = Rule {
        action: ALLOW,
        protocol: UDP.into(),
        destination_ports: (5001, 5001),
        ..Rule::default()
    };
    let policy = Policy {
        rules: vec![rule],
        ..Policy::default()
    };
    everywhere(&[], |running, what| {
        policy.write(running);
        for frame in zoo() {
            for frame in frame.cuts() {
                let found = running.report(&frame.bytes);
                assert_eq!(found, judged(&frame), "{what}: {}", frame.name);
            }
        }
        let mut arp = Frame::udp(address(1), address(2)).bytes;
        arp[12..14].copy_from_slice(&[0x08, 0x06]);
        assert_eq!(running.report(&arp), errno::EPROTONOSUPPORT, "{what}");
    });
}
