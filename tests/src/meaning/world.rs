//! What chains act on: a packet, programs that answer, and a record of what happened.

use eclatc::hir::{S64, U64};
use hike_abi::Helper;
use hike_abi::limits::PROGRAM_CALLS;
use hike_format::signature::{IntType, ObjectKind, Param, ResultKind, Signature};

/// A program that scripts may import from the package `t`.
#[derive(Debug)]
pub struct Program {
    /// Its name.
    pub name: &'static str,
    /// Bits and signs of its parameters.
    pub params: &'static [(u8, bool)],
    /// What a call gives; nothing when it always ends the chain.
    pub result: Option<IntType>,
}

/// All programs; the first one is also in the kernel.
pub const PROGRAMS: [Program; 7] = [
    program("nop", &[], Some(U64)),
    program("none", &[], Some(U64)),
    program("one", &[(64, false)], Some(U64)),
    program("two", &[(32, false), (8, true)], Some(S64)),
    program(
        "five",
        &[(8, false), (16, false), (32, true), (64, false), (64, true)],
        Some(U64),
    ),
    program("drop", &[], None),
    program("redirect", &[(32, false)], None),
];

const fn program(
    name: &'static str,
    params: &'static [(u8, bool)],
    result: Option<IntType>,
) -> Program {
    Program {
        name,
        params,
        result,
    }
}

impl Program {
    /// What its object would say about it.
    pub fn signature(&self) -> Signature {
        let params = self.params.iter().enumerate();
        let params = params.map(|(index, &(bits, signed))| Param {
            name: format!("p{index}"),
            ty: IntType { bits, signed },
        });
        Signature {
            kind: ObjectKind::Program,
            name: self.name.to_owned(),
            doc: String::new(),
            params: params.collect(),
            result: self.result.map_or(ResultKind::Final, ResultKind::Value),
            config: Vec::new(),
            maps: Vec::new(),
        }
    }
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The first chain returned this.
    Returned(u64),
    /// This program ended the chain.
    Ended(usize),
    /// A packet access was out of bounds.
    Fault,
    /// A limit of the VM was reached, or it would be.
    Exhausted,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Calls of programs with their arguments, in order, without those of the first program,
    /// which does nothing.
    pub calls: Vec<(usize, Vec<u64>)>,
    /// The packet afterwards.
    pub packet: Vec<u8>,
    /// The end.
    pub end: End,
}

impl Run {
    /// Whether it ended before a limit did it: only such runs can be compared.
    pub fn is_whole(&self) -> bool {
        self.end != End::Exhausted
    }
}

/// The world during a run.
#[derive(Clone, Debug)]
pub struct World {
    calls: Vec<(usize, Vec<u64>)>,
    packet: Vec<u8>,
    steps: u32,
    program_calls: u32,
}

/// No chain that stays within the VM's budget does more.
const STEPS: u32 = 10_000;

impl World {
    /// A packet and nothing done yet.
    pub fn new(packet: &[u8]) -> Self {
        Self {
            calls: Vec::new(),
            packet: packet.to_vec(),
            steps: 0,
            program_calls: 0,
        }
    }

    /// Counts a step.
    ///
    /// # Errors
    /// When there have been too many.
    pub fn step(&mut self) -> Result<(), End> {
        self.steps += 1;
        match self.steps > STEPS {
            true => Err(End::Exhausted),
            false => Ok(()),
        }
    }

    /// Calls a program.
    ///
    /// # Errors
    /// When it ends the chain, or a packet may not make another call.
    pub fn program(&mut self, index: usize, args: &[u64]) -> Result<u64, End> {
        self.program_calls += 1;
        if self.program_calls > PROGRAM_CALLS {
            return Err(End::Exhausted);
        }
        if index > 0 {
            self.calls.push((index, args.to_vec()));
        }
        match PROGRAMS[index].result {
            Some(_) => Ok(answer(index, args)),
            None => Err(End::Ended(index)),
        }
    }

    /// Calls a helper.
    ///
    /// # Errors
    /// When it accesses what is not in the packet.
    pub fn helper(&mut self, helper: Helper, args: &[u64]) -> Result<u64, End> {
        let number = helper as u32 - 1;
        let size = 1 << (number % 4);
        let start = usize::try_from(args[0]).map_err(|_| End::Fault)?;
        let bytes = start.checked_add(size).map(|end| start..end);
        let bytes = bytes.and_then(|range| self.packet.get_mut(range));
        let bytes = bytes.ok_or(End::Fault)?;
        if number >= 4 {
            bytes.copy_from_slice(&args[1].to_be_bytes()[8 - size..]);
            return Ok(0);
        }
        let shift = |value, byte: &u8| value << 8 | u64::from(*byte);
        Ok(bytes.iter().fold(0, shift))
    }

    /// The record of a run that ended like this.
    pub fn finish(self, ended: Result<u64, End>) -> Run {
        Run {
            calls: self.calls,
            packet: self.packet,
            end: match ended {
                Ok(value) => End::Returned(value),
                Err(end) => end,
            },
        }
    }
}

/// What a program answers: often 0 or 1, always the same to the same arguments.
pub fn answer(program: usize, args: &[u64]) -> u64 {
    let mix = |hash: u64, word: &u64| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let hash = args.iter().fold(program as u64 + 1, mix);
    match (program, hash >> 62) {
        (0, _) | (_, 0) => 0,
        (_, 1) => 1,
        (_, 2) => hash >> 40 & 0xff,
        _ => hash,
    }
}
