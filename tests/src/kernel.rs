//! Whether this machine can run tests that need the kernel.

use hike_loader::sys::capabilities;

/// Whether tests may load programs; says why not when not. With `HIKE_REQUIRE_KERNEL` set,
/// as in CI, it is a failure not to be able to.
///
/// # Panics
/// When the variable is set and a capability is missing.
pub fn require_kernel() -> bool {
    let missing = capabilities::missing();
    if missing.is_empty() {
        return true;
    }
    let names: Vec<&str> = missing.iter().map(|capability| capability.name()).collect();
    let reason = format!("needs {}", names.join(" and "));
    assert!(
        std::env::var_os("HIKE_REQUIRE_KERNEL").is_none_or(|value| value.is_empty()),
        "cannot run: {reason}"
    );
    eprintln!("skipped: {reason}");
    false
}
