//! Threads on CPUs of their own, before others.

use std::io;

/// Keeps a thread on a CPU; thread 0 is this one.
///
/// # Errors
/// The kernel's, when the machine has no such CPU or thread, or does not let us.
pub fn keep(thread: i32, cpu: usize) -> io::Result<()> {
    // SAFETY: an all-zero set is an empty one, and its size is given.
    let status = unsafe {
        let mut set: libc::cpu_set_t = std::mem::zeroed();
        libc::CPU_SET(cpu, &mut set);
        libc::sched_setaffinity(thread, size_of_val(&set), &raw const set)
    };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Lets a thread run before all others (`SCHED_FIFO`), or as others again; thread 0 is this
/// one.
///
/// # Errors
/// The kernel's, which may keep real time for others.
pub fn hurry(thread: i32, hurry: bool) -> io::Result<()> {
    let (policy, priority) = match hurry {
        true => (libc::SCHED_FIFO, 1),
        false => (libc::SCHED_OTHER, 0),
    };
    let parameters = libc::sched_param {
        sched_priority: priority,
    };
    // SAFETY: the parameters are there for the call.
    let status = unsafe { libc::sched_setscheduler(thread, policy, &raw const parameters) };
    match status {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}
