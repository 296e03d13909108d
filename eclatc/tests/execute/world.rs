//! What is around a chain: programs that answer, a packet, and a record of what happened.

/// Programs a random chain calls: name, number of arguments, whether it ends the chain.
pub const PROGRAMS: [(&str, usize, bool); 6] = [
    ("programs.t.none", 0, false),
    ("programs.t.one", 1, false),
    ("programs.t.two", 2, false),
    ("programs.t.five", 5, false),
    ("programs.t.drop", 0, true),
    ("programs.t.redirect", 1, true),
];

/// The chains of a random script.
pub const CHAINS: [&str; 2] = ["chains.t.main", "chains.t.sub"];

/// What `TimeNs` gives.
pub const TIME: u64 = 0x1_0000_0001;

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The first chain returned this.
    Returned(u64),
    /// A program ended the chain.
    Finished,
    /// A packet access was out of bounds.
    Fault,
    /// A limit of the VM was reached.
    Exhausted,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Calls of programs with their arguments, in order.
    pub calls: Vec<(usize, Vec<u64>)>,
    /// The packet afterwards.
    pub packet: Vec<u8>,
    /// The end.
    pub ending: Ending,
}

/// The state of the world during a run.
#[derive(Default)]
pub struct World {
    /// Calls so far.
    pub calls: Vec<(usize, Vec<u64>)>,
    /// The packet.
    pub packet: Vec<u8>,
    /// Steps so far.
    pub steps: u32,
}

/// A chain does not go on; how the run ended.
pub type Stop = Ending;

impl World {
    /// A packet and nothing done yet.
    pub fn new() -> Self {
        Self {
            packet: (0..64u8).map(|byte| byte.wrapping_mul(37)).collect(),
            ..Self::default()
        }
    }

    /// Records the call of a program and gives its answer, often 0 or 1.
    pub fn answer(&mut self, program: usize, args: &[u64]) -> u64 {
        self.calls.push((program, args.to_vec()));
        let mix = |hash: u64, word: &u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        let hash = args.iter().fold(program as u64 + 1, mix);
        match hash >> 62 {
            0 => 0,
            1 => 1,
            2 => hash >> 40 & 0xff,
            _ => hash,
        }
    }

    /// Counts a step.
    pub fn step(&mut self) -> Result<(), Stop> {
        self.steps += 1;
        match self.steps > 20_000 {
            true => Err(Ending::Exhausted),
            false => Ok(()),
        }
    }

    /// A helper by its number.
    pub fn helper(&mut self, number: u32, args: &[u64]) -> Result<u64, Stop> {
        let size = 1usize << ((number - 1) % 4);
        match number {
            1..=4 => self.read(args[0], size),
            5..=8 => self.write(args[0], size, args[1]),
            _ => Ok(TIME),
        }
    }

    fn range(&self, offset: u64, size: usize) -> Result<std::ops::Range<usize>, Stop> {
        let start = usize::try_from(offset).map_err(|_| Ending::Fault)?;
        let end = start.checked_add(size).ok_or(Ending::Fault)?;
        (end <= self.packet.len())
            .then_some(start..end)
            .ok_or(Ending::Fault)
    }

    fn read(&self, offset: u64, size: usize) -> Result<u64, Stop> {
        let bytes = &self.packet[self.range(offset, size)?];
        Ok(bytes
            .iter()
            .fold(0, |value, byte| value << 8 | u64::from(*byte)))
    }

    fn write(&mut self, offset: u64, size: usize, value: u64) -> Result<u64, Stop> {
        let range = self.range(offset, size)?;
        self.packet[range].copy_from_slice(&value.to_be_bytes()[8 - size..]);
        Ok(0)
    }

    /// The record of the run.
    pub fn end(self, ending: Ending) -> Run {
        Run {
            calls: self.calls,
            packet: self.packet,
            ending,
        }
    }
}
