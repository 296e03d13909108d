//! The package `lb` before backends of the kernel: a client's packet goes through the load
//! balancer to a backend, which takes it out of the outer header and gives it to a socket.
//!
//! ```text
//!  gen            load balancer        backends
//! +------+       +----------------+       +------+
//! |  gen0|-veth--|in0 (XDP)   out0|-veth--|end0  |
//! +------+       +----------------+       +------+
//! ```

use std::collections::BTreeSet;
use std::net::{Ipv6Addr, SocketAddrV6, UdpSocket};
use std::os::fd::AsFd;
use std::time::Duration;

use hike_loader::sys::link::{XdpFlags, create};
use hike_tests::frame::{Frame, address};
use hike_tests::net::{Namespace, Port, join};
use hike_tests::rig::{Rig, Tier, in_both_tiers};
use hike_tests::tools::run;

/// Interface index of the load balancer's inner side.
const IN: u32 = 12;
/// What clients connect to.
const SERVICE: Ipv6Addr = Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 0x80);
const PORT: u16 = 5001;
const UDP: u32 = 17;
/// Backends: all of them live on one host.
const BACKENDS: u64 = 3;
const PATIENCE: Duration = Duration::from_secs(5);

const PROGRAMS: [&str; 3] = ["lb/lb_select", "lb/lb_encap", "hike_default/ip6_kroute"];

#[test]
fn clients_reach_backends() {
    in_both_tiers(|tier| {
        let [client, host, far] =
            ["gen", "host", "far"].map(|part| Namespace::new(&format!("hike-lb-{part}")));
        join((&client, "gen0", 2), (&host, "in0", IN));
        join((&host, "out0", 17), (&far, "end0", 2));
        be_backends(&far);
        be_router(&host, &mac(&far, "end0"));
        let socket = far.enter(|| UdpSocket::bind(SocketAddrV6::new(SERVICE, PORT, 0, 0)));
        let socket = socket.expect("the service's socket");
        socket.set_read_timeout(Some(PATIENCE)).expect("a timeout");
        let rig = balancer(tier);
        let link = host.enter(|| create(rig.loader().as_fd(), IN, XdpFlags::Generic));
        let _link = link.expect("an attached program");
        let port = client.enter(|| Port::open("gen0")).expect("a socket");
        for number in 0..60 {
            port.send(&packet(number)).expect("a sent packet");
            let mut payload = [0; 64];
            let (length, from) = socket.recv_from(&mut payload).expect("a packet");
            assert_eq!(payload[..length], *format!("packet {number}").as_bytes());
            assert_eq!(
                (from.ip(), from.port()),
                (address(number).into(), 7000 + number)
            );
        }
        let used: BTreeSet<u64> = (0..BACKENDS)
            .filter(|it| packets_of(&rig, *it) > 0)
            .collect();
        assert_eq!(used, (0..BACKENDS).collect(), "every backend got packets");
    });
}

/// A rig that balances the service.
fn balancer(tier: Tier) -> Rig {
    let rig = tier.rig_with("hike_default/all", &PROGRAMS, &[("DEFAULT_ACTION", 2)]);
    let update = |map: &str, key: &[u8], value: &[u8]| {
        rig.map(map).update(key, value).expect("an entry");
    };
    let mut vip = SERVICE.octets().to_vec();
    vip.extend(u32::from(PORT).to_ne_bytes());
    vip.extend(UDP.to_ne_bytes());
    let members = (1_u64 << BACKENDS) - 1;
    let service = [0, members, 0].map(u64::to_ne_bytes).concat();
    update("lb_services", &vip, &service);
    update("lb_source", &[0; 4], &address(0xff).octets());
    for backend in 0..BACKENDS as u16 {
        let address = Ipv6Addr::new(0xfc02, 0, 0, 0, 0, 0, 0, 0x10 + backend);
        update(
            "lb_backends",
            &u32::from(backend).to_ne_bytes(),
            &address.octets(),
        );
    }
    let lines = [
        "call program 0",
        "r1 = r0",
        "call program 1",
        "call program 2",
        "exit",
    ];
    rig.set_chain(&lines.map(str::to_owned));
    rig.start_from("all_map");
    rig
}

/// A packet of a client of its own.
fn packet(number: u16) -> Vec<u8> {
    let mut frame = Frame::udp(address(number), SERVICE);
    let payload = format!("packet {number}");
    let start = frame.transport.1;
    frame.bytes.truncate(start);
    let length = (8 + payload.len()) as u16;
    for word in [7000 + number, PORT, length, 0] {
        frame.bytes.extend(word.to_be_bytes());
    }
    frame.bytes.extend(payload.as_bytes());
    frame.bytes[18..20].copy_from_slice(&length.to_be_bytes());
    let checksum = frame.udp_checksum();
    frame.bytes[start + 6..start + 8].copy_from_slice(&checksum.to_be_bytes());
    frame.bytes
}

fn packets_of(rig: &Rig, backend: u64) -> u64 {
    let values = rig
        .map("lb_counters")
        .lookup(&(backend as u32).to_ne_bytes());
    let values = values.expect("a look-up").expect("counters");
    values
        .iter()
        .map(|value| hike_tests::rig::number(value, 0))
        .sum()
}

fn enable(namespace: &Namespace, devices: &[&str]) {
    for device in devices {
        namespace.sysctl(&format!("net.ipv6.conf.{device}.disable_ipv6"), "0");
        namespace.sysctl(&format!("net.ipv6.conf.{device}.accept_dad"), "0");
    }
    namespace.sysctl("net.ipv6.conf.all.forwarding", "1");
    namespace.ip("link set lo up");
}

/// Makes the host a router to the backends.
fn be_router(host: &Namespace, next_hop: &str) {
    enable(host, &["in0", "out0"]);
    host.ip("addr add fc03::ff/64 dev out0 nodad");
    host.ip(&format!(
        "neigh add fc03::1 lladdr {next_hop} dev out0 nud permanent"
    ));
    host.ip("route add fc02::/16 via fc03::1");
}

/// Makes the host take packets out of those for the backends' addresses, and serve.
fn be_backends(far: &Namespace) {
    enable(far, &["end0"]);
    far.ip("addr add fc03::1/64 dev end0 nodad");
    far.ip(&format!("addr add {SERVICE}/128 dev lo nodad"));
    far.ip("route add fc02::/16 encap seg6local action End.DT6 table 255 dev end0");
}

/// The Ethernet address of an interface.
fn mac(namespace: &Namespace, device: &str) -> String {
    let mut ip = namespace.command("ip");
    // Name, state, address, flags.
    let text = run(ip.args(["-brief", "link", "show", device]));
    text.split_whitespace()
        .nth(2)
        .expect("an address")
        .to_owned()
}
