//! What this process may do.

/// A capability that is needed here, `linux/capability.h`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Capability {
    /// `CAP_NET_ADMIN`: to attach programs to interfaces.
    NetAdmin,
    /// `CAP_BPF`: to load programs and create maps.
    Bpf,
    /// `CAP_PERFMON`: for what programs do with pointers.
    Perfmon,
}

impl Capability {
    /// Every capability that is needed.
    pub const ALL: [Self; 3] = [Self::Bpf, Self::NetAdmin, Self::Perfmon];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NetAdmin => "CAP_NET_ADMIN",
            Self::Bpf => "CAP_BPF",
            Self::Perfmon => "CAP_PERFMON",
        }
    }

    const fn bit(self) -> u32 {
        match self {
            Self::NetAdmin => 12,
            Self::Bpf => 39,
            Self::Perfmon => 38,
        }
    }
}

/// `CAP_SYS_ADMIN`, which stands for `CAP_BPF` and `CAP_PERFMON` as well.
const SYS_ADMIN: u32 = 21;

/// The capabilities that this process lacks.
pub fn missing() -> Vec<Capability> {
    match effective() {
        Some(bits) => missing_of(bits),
        // Not a reason to refuse: the kernel will say what it does not allow.
        None => Vec::new(),
    }
}

fn missing_of(bits: u64) -> Vec<Capability> {
    let has = |bit: u32| bits >> bit & 1 == 1;
    let lacks = |capability: &Capability| match capability {
        Capability::Bpf | Capability::Perfmon => !has(capability.bit()) && !has(SYS_ADMIN),
        Capability::NetAdmin => !has(capability.bit()),
    };
    Capability::ALL.into_iter().filter(lacks).collect()
}

/// The effective set of `/proc/self/status`.
fn effective() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("CapEff:"));
    u64::from_str_radix(line?.trim(), 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sys_admin_stands_for_bpf_but_not_for_net_admin() {
        assert_eq!(missing_of(0), Capability::ALL);
        assert_eq!(missing_of(1 << 21), [Capability::NetAdmin]);
        assert_eq!(missing_of(1 << 39 | 1 << 12), [Capability::Perfmon]);
        assert_eq!(missing_of(1 << 39 | 1 << 38 | 1 << 12), []);
    }
}
