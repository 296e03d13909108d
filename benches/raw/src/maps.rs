//! The maps: the same kinds and sizes as those of the HIKe programs, but for the counters:
//! an event that is known beforehand needs no hash.
#![allow(non_upper_case_globals)]

use hike_sdk::maps::{HashMap, PerCpuArray, ProgramArray};
use hike_sdk::prelude::btf_map;
use hike_sdk::types::Ipv6Addr;
use srv6::{Policies, Source};

/// What is done with packets of a destination: the index of a program.
#[btf_map]
pub static raw_classes: HashMap<Ipv6Addr, u32, 1024> = HashMap::new();

/// The programs by index.
#[btf_map]
pub static raw_programs: ProgramArray<16> = ProgramArray::new();

/// Packets by event.
#[btf_map]
pub static raw_events: PerCpuArray<u64, 1024> = PerCpuArray::new();

/// Segment lists by number.
#[btf_map]
pub static raw_policies: Policies = Policies::new();

/// Source of the tunnels.
#[btf_map]
pub static raw_source: Source = Source::new();

/// Index of the program that marks.
pub const MARK: u32 = 0;
/// Index of the program that counts.
pub const COUNT: u32 = 1;
/// Index of the program that routes.
pub const ROUTE: u32 = 2;
/// Index of the program that encapsulates.
pub const ENCAPS: u32 = 3;

/// The event under which packets are counted.
pub const EVENT: u32 = 1;
/// The policy of packets that are encapsulated.
pub const POLICY: u32 = 1;

/// Counts a packet.
#[inline(always)]
pub fn count() {
    add_one(&raw_events, EVENT);
}

/// Adds to a counter of this CPU.
#[inline(always)]
pub fn add_one<const ENTRIES: usize>(counters: &PerCpuArray<u64, ENTRIES>, index: u32) {
    if let Some(counter) = counters.get_ptr_mut(index) {
        // SAFETY: a value of a per-CPU map: only this CPU writes it.
        unsafe { *counter += 1 };
    }
}

/// A row of programs that jump from one to the next.
#[btf_map]
pub static raw_row: ProgramArray<32> = ProgramArray::new();

/// The program that is measured.
#[btf_map]
pub static raw_measured: ProgramArray<1> = ProgramArray::new();

/// Packets that came to the end of their way.
#[btf_map]
pub static raw_received: PerCpuArray<u64, 1> = PerCpuArray::new();
