//! The machine that is measured.

use std::fs::read_to_string;

/// Tells kernel, processor and mitigations.
pub fn describe() -> String {
    let kernel = read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    let info = read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = info
        .lines()
        .find_map(|line| line.strip_prefix("model name"));
    let model = model.map_or("unknown", |line| line.trim_start_matches([' ', '\t', ':']));
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let spectre = read_to_string("/sys/devices/system/cpu/vulnerabilities/spectre_v2");
    let (kernel, spectre) = (kernel.trim(), spectre.unwrap_or_default());
    let spectre = spectre.trim();
    format!("Linux {kernel}, {model}, {cores} CPUs.\n\nSpectre v2: {spectre}.")
}
