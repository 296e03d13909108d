//! Where the time of an installation goes: a stopwatch that adds up by [`Phase`].
//!
//! Whoever does a part of the work runs it in [`Timings::measure`]; for what the kernel does,
//! [`Measured`](crate::kernel::Measured) stands between. Plans know nothing of it.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// A part of an installation, in the order of `docs/host.md`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Phase {
    /// Reading the bundle, with every digest.
    Bundle,
    /// Looking at the host: capabilities, lock, what is installed, interfaces.
    Host,
    /// Planning.
    Plan,
    /// Opening the VM, or setting it up.
    Vm,
    /// Creating the maps, with their types.
    Maps,
    /// Verifying and loading the programs.
    Programs,
    /// Filling maps: data, chains, the program array, entries, the record.
    Fill,
    /// Making the pins.
    Pins,
    /// Attaching to interfaces.
    Attach,
}

impl Phase {
    /// Every phase in its order.
    pub const ALL: [Self; 9] = [
        Self::Bundle,
        Self::Host,
        Self::Plan,
        Self::Vm,
        Self::Maps,
        Self::Programs,
        Self::Fill,
        Self::Pins,
        Self::Attach,
    ];

    /// What tables call it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Bundle => "bundle",
            Self::Host => "host",
            Self::Plan => "plan",
            Self::Vm => "vm",
            Self::Maps => "maps",
            Self::Programs => "programs",
            Self::Fill => "fill",
            Self::Pins => "pins",
            Self::Attach => "attach",
        }
    }
}

/// The time of one program, which is a part of [`Phase::Programs`] or, for the executor, of
/// [`Phase::Vm`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramTime {
    /// What messages call it.
    pub name: String,
    /// The phase it belongs to.
    pub phase: Phase,
    /// The time.
    pub time: Duration,
    /// How many instructions the verifier walked; none when it refused the program, or does
    /// not tell.
    pub verified_instructions: Option<u32>,
}

/// A stopwatch.
#[derive(Clone, Debug)]
pub struct Timings {
    started: Instant,
    phases: BTreeMap<Phase, Duration>,
    programs: Vec<ProgramTime>,
}

impl Timings {
    /// Starts now.
    pub fn start() -> Self {
        Self {
            started: Instant::now(),
            phases: BTreeMap::new(),
            programs: Vec::new(),
        }
    }

    /// Does some work of a phase, and adds its time.
    pub fn measure<T>(&mut self, phase: Phase, work: impl FnOnce() -> T) -> T {
        let (result, time) = timed(work);
        self.add(phase, time);
        result
    }

    /// Adds the time of a program to its phase, and keeps it by itself as well.
    pub fn add_program(&mut self, program: ProgramTime) {
        self.add(program.phase, program.time);
        self.programs.push(program);
    }

    fn add(&mut self, phase: Phase, time: Duration) {
        *self.phases.entry(phase).or_default() += time;
    }

    /// The phases that there were, each once, in their order.
    pub fn phases(&self) -> impl Iterator<Item = (Phase, Duration)> {
        self.phases.iter().map(|(phase, time)| (*phase, *time))
    }

    /// The programs of a phase, as they were loaded.
    pub fn programs(&self, phase: Phase) -> impl Iterator<Item = &ProgramTime> {
        let programs = self.programs.iter();
        programs.filter(move |program| program.phase == phase)
    }

    /// The time since the start, which is a little more than the phases together.
    pub fn total(&self) -> Duration {
        self.started.elapsed()
    }
}

/// Does some work; says how long it took.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = work();
    (result, started.elapsed())
}
