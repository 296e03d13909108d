//! Map values that several CPUs change at once.

use core::arch::asm;

use crate::maps::LruHashMap;

/// `BPF_NOEXIST` of `linux/bpf.h`: only make a new entry.
const NO_EXIST: u64 = 1;
/// How often a taken lock is tried again: some microseconds, while who holds it needs
/// some nanoseconds.
const LOCK_TRIES: u32 = 64;

/// The value under `key`, made of `initial` when there is none; `None` when the map evicted
/// it at once.
#[inline(always)]
pub fn entry<K, V, const N: usize>(
    map: &LruHashMap<K, V, N>,
    key: &K,
    initial: impl FnOnce() -> V,
) -> Option<*mut V> {
    if let Some(value) = map.get_ptr_mut(key) {
        return Some(value);
    }
    // When it fails another CPU was first, and its value is as good.
    let _ = map.insert(key, initial(), NO_EXIST);
    map.get_ptr_mut(key)
}

/// Adds `by` to a number; gives what it was. (An instruction of its own, as core has no
/// such operation for this target. It orders all accesses before and after it.)
///
/// # Safety
/// `number` is a value of a map, aligned to 8 bytes.
#[inline(always)]
pub unsafe fn add(number: *mut u64, by: u64) -> u64 {
    let mut value = by;
    // SAFETY: the caller's promise.
    unsafe {
        asm!("{0} = atomic_fetch_add((u64 *)({1} + 0), {0})", inout(reg) value, in(reg) number)
    };
    value
}

/// Sets a number; gives what it was. Orders all accesses before and after it.
///
/// # Safety
/// `number` is a value of a map, aligned to 8 bytes.
#[inline(always)]
pub unsafe fn exchange(number: *mut u64, value: u64) -> u64 {
    let mut value = value;
    // SAFETY: the caller's promise.
    unsafe { asm!("{0} = xchg_64({1} + 0, {0})", inout(reg) value, in(reg) number) };
    value
}

/// Runs `change` while no other CPU does with the same lock; `None` when the lock stays
/// taken. A lock is a number in a map value, 0 while free. (The kernel's own `bpf_spin_lock`
/// is not for values of LRU maps.) `change` must not call helpers that sleep or jump away.
///
/// # Safety
/// `lock` is in a value of a map, aligned to 8 bytes.
#[inline(always)]
pub unsafe fn locked<R>(lock: *mut u64, change: impl FnOnce() -> R) -> Option<R> {
    let mut tries = 0;
    // SAFETY: the caller's promise.
    while unsafe { exchange(lock, 1) } != 0 {
        tries += 1;
        if tries == LOCK_TRIES {
            return None;
        }
    }
    let result = change();
    // SAFETY: the caller's promise.
    unsafe { exchange(lock, 0) };
    Some(result)
}
