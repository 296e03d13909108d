//! A router of our own: a network namespace whose routing table sends packets on.

use hike_tests::net::{Namespace, join};

/// Index of the interface at the far end, in the namespace that packets would go to.
pub const END: u32 = 2;

/// The namespace, and the one that its packets would go to.
pub struct Router {
    /// The router.
    pub namespace: Namespace,
    /// What its route leads to.
    pub next: Namespace,
}

impl Router {
    /// Index of its interface towards the next one.
    pub const OUT: u32 = 5;

    /// A router with a route to `fc00::/8` by a neighbour that it knows.
    pub fn new() -> Self {
        let namespace = Namespace::new("hike-bench");
        let next = Namespace::new("hike-bench-next");
        join((&namespace, "out0", Self::OUT), (&next, "end0", END));
        namespace.sysctl("net.ipv6.conf.out0.disable_ipv6", "0");
        namespace.sysctl("net.ipv6.conf.all.forwarding", "1");
        namespace.ip("link set lo up");
        namespace.ip("addr add fd00::1/64 dev out0 nodad");
        namespace.ip("neigh add fd00::2 lladdr 02:00:00:00:00:99 dev out0 nud permanent");
        namespace.ip("route add fc00::/8 via fd00::2");
        Self { namespace, next }
    }

    /// Measures on the router: test runs take packets as from its loopback interface.
    pub fn measure<T>(&self, work: impl FnOnce() -> T) -> T {
        self.namespace.enter(work)
    }
}
