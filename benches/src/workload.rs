//! The two reference workloads, and every way to do them: a script in both tiers beside
//! programs written by hand. All of them do the same to the same packet.

use std::net::Ipv6Addr;
use std::os::fd::{AsFd, BorrowedFd};

use hike_abi::Action;
use hike_loader::plan::Tier;
use hike_tests::packet::udp6;

use crate::raw::{Program, Raw};
use crate::tiers::{Running, build};

/// Indexes of programs that the hand-written ones jump to, as `benches/raw` has them.
const MARK: u32 = 0;
const ENCAPS: u32 = 3;
const SECTIONS: [&str; 4] = ["raw_mark", "raw_count", "raw_route", "raw_encaps"];
/// The policy that the workload uses.
const POLICY: u32 = 1;
/// Hop limit of a packet that is routed.
pub const ROUTED: u32 = 64;
/// Hop limit of a packet that no program looks up.
const EXPIRED: u32 = 1;

const SOURCE: Ipv6Addr = Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, 1);
const DESTINATION: Ipv6Addr = Ipv6Addr::new(0xfc01, 0, 0, 0, 0, 0, 0, 2);
const TUNNEL: Ipv6Addr = Ipv6Addr::new(0xfc00, 0, 0, 0, 0, 0, 0, 1);

/// Places in [`Ways::variants`].
pub const RAW: usize = 0;
pub const INLINED: usize = 2;
pub const VM: usize = 3;
pub const NATIVE: usize = 4;

/// A workload.
pub struct Workload {
    pub title: &'static str,
    /// The class of its packets, for the hand-written programs.
    class: u32,
    /// The program that holds all of it.
    inlined: &'static str,
    /// The script.
    script: &'static str,
    pub hop_limit: u32,
    pub segments: u64,
    pub expected: Action,
}

pub const MMLF: Workload = Workload {
    title: "MMLF: match, mark, count, forward (`fixtures/scripts/mmlf.eclat`)",
    class: MARK,
    inlined: "raw_mmlf",
    script: "mmlf",
    hop_limit: ROUTED,
    segments: 1,
    expected: Action::Redirect,
};

pub const ENCAPSULATION: Workload = Workload {
    title: "H.Encaps with one segment: match, encapsulate, forward (`fixtures/scripts/srv6.eclat`)",
    class: ENCAPS,
    inlined: "raw_h_encaps",
    script: "srv6",
    hop_limit: ROUTED,
    segments: 1,
    expected: Action::Redirect,
};

pub const ALL: &[Workload] = &[
    MMLF,
    Workload {
        title: "MMLF of a packet whose hop limit is used up: the same without the look-up of the route",
        hop_limit: EXPIRED,
        expected: Action::Pass,
        ..MMLF
    },
    ENCAPSULATION,
    Workload {
        title: "H.Encaps with four segments",
        segments: 4,
        ..ENCAPSULATION
    },
    Workload {
        title: "H.Encaps with one segment of a packet whose hop limit is used up",
        hop_limit: EXPIRED,
        expected: Action::Pass,
        ..ENCAPSULATION
    },
];

/// The packet of all workloads.
pub fn packet() -> Vec<u8> {
    udp6(SOURCE, DESTINATION, &[0; 16])
}

/// A way to do a workload.
pub struct Variant<'a> {
    pub name: &'static str,
    pub program: BorrowedFd<'a>,
}

impl<'a> Variant<'a> {
    pub fn new(name: &'static str, program: &'a Program) -> Self {
        let program = program.as_fd();
        Self { name, program }
    }
}

/// All ways to do a workload, in the kernel.
pub struct Ways {
    /// The programs by hand, and the maps that they share.
    pub raw: Raw,
    classify: Program,
    direct: Program,
    inlined: Program,
    vm: Running,
    native: Running,
}

impl Workload {
    /// What it is called for short.
    pub fn name(&self) -> &'static str {
        self.title.split(':').next().unwrap_or_default()
    }

    /// Loads every way to do it.
    pub fn start(&self) -> Ways {
        let mut raw = Raw::default();
        let classify = raw.load("raw_classify", None);
        let direct = raw.load("raw_classify_direct", None);
        let inlined = raw.load(self.inlined, None);
        // The array of programs keeps them.
        for (index, name) in (0..).zip(SECTIONS) {
            let program = raw.load(name, None);
            raw.set("raw_programs", index, &program);
        }
        let class = self.class.to_ne_bytes();
        let classified = raw.map("raw_classes").update(&DESTINATION.octets(), &class);
        classified.expect("a class");
        let bundle = build(self.script);
        let [vm, native] = [Tier::Vm, Tier::Native].map(|tier| Running::start(&bundle, tier));
        for tier in [&vm, &native] {
            self.configure(&raw, tier);
        }
        Ways {
            raw,
            classify,
            direct,
            inlined,
            vm,
            native,
        }
    }

    /// Gives both sides the policy.
    fn configure(&self, raw: &Raw, tier: &Running) {
        if self.class != ENCAPS {
            return;
        }
        for (policies, source) in [
            (raw.map("raw_policies"), raw.map("raw_source")),
            (
                tier.map("srv6", "srv6_policies"),
                tier.map("srv6", "srv6_source"),
            ),
        ] {
            let policy = policies.update(&POLICY.to_ne_bytes(), &self.policy());
            policy.expect("a policy");
            let source = source.update(&[0; 4], &TUNNEL.octets());
            source.expect("the source of tunnels");
        }
    }

    fn policy(&self) -> Vec<u8> {
        let mut value = self.segments.to_ne_bytes().to_vec();
        for segment in 1..=8 {
            let address = Ipv6Addr::new(0xfc02, segment, 0, 0, 0, 0, 0, 1);
            value.extend(address.octets());
        }
        value
    }
}

impl Ways {
    /// The variants, at the places [`RAW`] and so on.
    pub fn variants(&self) -> [Variant<'_>; 5] {
        [
            Variant::new(
                "by hand, tail calls, the first one indirect",
                &self.classify,
            ),
            Variant::new("by hand, tail calls, all direct", &self.direct),
            Variant::new("by hand, one program", &self.inlined),
            Variant {
                name: "HIKe, VM",
                program: self.vm.program(),
            },
            Variant {
                name: "HIKe, native",
                program: self.native.program(),
            },
        ]
    }
}
