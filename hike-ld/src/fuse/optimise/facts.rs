//! What is known at a place of the code: which registers and cells hold the same value, and
//! what kind of value it is.

use std::collections::BTreeMap;

use super::cells::{BOUNDS, COUNT, Set};
use crate::fuse::regs::Regs;

/// Number of registers, the frame pointer included.
const REGISTERS: usize = 11;
/// Number of the frame pointer.
pub const FP: u8 = 10;

/// A value; the same one is the same number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(u32);

impl Value {
    /// Nothing is known, not even what it equals.
    pub const NONE: Self = Self(0);
    /// The kernel's context.
    pub const CONTEXT: Self = Self(1);
    /// The VM's state.
    pub const STATE: Self = Self(2);
    /// The frame pointer.
    pub const FRAME: Self = Self(3);
}

/// What kind of value it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A number.
    Constant(u64),
    /// The context.
    Context,
    /// The states of all CPUs.
    States,
    /// The state of this CPU.
    State,
    /// An address on the stack: this far from the frame pointer.
    Stack(i32),
    /// An address in the packet: this far from a base, a pointer that the verifier knows.
    Packet(Base, i32),
    /// The end of the packet.
    End,
    /// Anything that fits into so many bits, but no address of state or stack.
    Number(u32),
    /// Anything, perhaps an address within the state or the stack.
    Near,
}

impl Kind {
    /// Whether it is no address of state or stack, nor anything that may be one.
    pub const fn is_far(self) -> bool {
        !matches!(
            self,
            Self::States | Self::State | Self::Stack(_) | Self::Near
        )
    }
}

/// A pointer into the packet with all that is made of it by adding constants: what the
/// verifier learns of one of these by a check it knows of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Base(u32);

/// Every value that there is.
#[derive(Debug)]
pub struct Values {
    kinds: Vec<Kind>,
    constants: BTreeMap<u64, Value>,
    packets: BTreeMap<(Base, i32), Value>,
    bases: u32,
}

impl Values {
    /// Those that there are before the first instruction.
    pub fn new() -> Self {
        Self {
            kinds: vec![Kind::Near, Kind::Context, Kind::State, Kind::Stack(0)],
            constants: BTreeMap::new(),
            packets: BTreeMap::new(),
            bases: 0,
        }
    }

    /// A value of its own.
    pub fn fresh(&mut self, kind: Kind) -> Value {
        self.kinds.push(kind);
        Value(self.kinds.len() as u32 - 1)
    }

    /// A number's value.
    pub fn constant(&mut self, number: u64) -> Value {
        if let Some(value) = self.constants.get(&number) {
            return *value;
        }
        let value = self.fresh(Kind::Constant(number));
        self.constants.insert(number, value);
        value
    }

    /// A base of its own.
    pub fn base(&mut self) -> Base {
        self.bases += 1;
        Base(self.bases)
    }

    /// The value of an address in the packet.
    pub fn packet(&mut self, base: Base, off: i32) -> Value {
        if let Some(value) = self.packets.get(&(base, off)) {
            return *value;
        }
        let value = self.fresh(Kind::Packet(base, off));
        self.packets.insert((base, off), value);
        value
    }

    /// What kind of value it is.
    pub fn kind(&self, value: Value) -> Kind {
        self.kinds
            .get(value.0 as usize)
            .copied()
            .unwrap_or(Kind::Near)
    }

    /// The number that it is.
    pub fn number(&self, value: Value) -> Option<u64> {
        match self.kind(value) {
            Kind::Constant(number) => Some(number),
            _ => None,
        }
    }

    /// Whether it may be an address within the state.
    pub fn is_near(&self, value: Value) -> bool {
        matches!(self.kind(value), Kind::States | Kind::State | Kind::Near)
    }

    /// Whether it is no address of state or stack, nor anything that may be one.
    pub fn is_far(&self, value: Value) -> bool {
        self.kind(value).is_far()
    }

    /// Whether it fits into so many bits.
    pub fn fits(&self, value: Value, bits: u32) -> bool {
        match self.kind(value) {
            Kind::Constant(number) => bits >= 64 || number >> bits == 0,
            Kind::Number(has) => has <= bits,
            _ => bits >= 64,
        }
    }

    /// The value where two ways meet.
    fn meet(&mut self, a: Value, b: Value) -> Value {
        if a == b {
            return a;
        }
        let far = self.is_far(a) && self.is_far(b);
        self.fresh(if far { Kind::Number(64) } else { Kind::Near })
    }
}

/// What is known at one place.
#[derive(Clone, Debug)]
pub struct Facts {
    registers: [Value; REGISTERS],
    /// For each register the one that it is a copy of, perhaps itself.
    copies: [u8; REGISTERS],
    cells: [Value; COUNT],
    /// How many bytes from a base on are in the packet, as checks have shown.
    ranges: BTreeMap<Base, i32>,
}

impl Facts {
    /// Nothing.
    pub fn none(values: &mut Values) -> Self {
        let mut facts = Self {
            registers: [Value::NONE; REGISTERS],
            copies: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, FP],
            cells: [Value::NONE; COUNT],
            ranges: BTreeMap::new(),
        };
        (0..FP).for_each(|register| facts.set(register, values.fresh(Kind::Near)));
        facts.set(FP, Value::FRAME);
        facts
    }

    /// What a register holds.
    pub fn get(&self, register: u8) -> Value {
        let value = self.registers.get(usize::from(register));
        value.copied().unwrap_or(Value::NONE)
    }

    /// What a cell holds.
    pub fn cell(&self, cell: usize) -> Value {
        self.cells.get(cell).copied().unwrap_or(Value::NONE)
    }

    /// Notes what a register holds from now on.
    pub fn set(&mut self, register: u8, value: Value) {
        let Some(place) = self.registers.get_mut(usize::from(register)) else {
            return;
        };
        *place = value;
        for copy in 0..REGISTERS {
            if self.copies[copy] == register || copy == usize::from(register) {
                self.copies[copy] = copy as u8;
            }
        }
    }

    /// The registers that hold a value.
    pub fn holders(&self, value: Value) -> Regs {
        let held = (0..FP).filter(|register| self.get(*register) == value);
        held.fold(Regs::NONE, Regs::with_number)
    }

    /// Notes that a register is a copy of another from now on.
    pub fn copy(&mut self, register: u8, of: u8) {
        let (value, root) = (self.get(of), self.root(of));
        self.set(register, value);
        if root != register
            && let Some(copy) = self.copies.get_mut(usize::from(register))
        {
            *copy = root;
        }
    }

    /// The register that a register is a copy of, or itself.
    pub fn root(&self, register: u8) -> u8 {
        let root = self.copies.get(usize::from(register));
        root.copied().unwrap_or(register)
    }

    /// A register that holds a value, a preserved one if there is one.
    pub fn holder(&self, value: Value) -> Option<u8> {
        let mut registers = (0..FP).rev();
        registers.find(|register| self.get(*register) == value)
    }

    /// A register that holds an address made of a base, and how far from it that is: the
    /// nearest one.
    pub fn packet_holder(&self, base: Base, values: &Values) -> Option<(u8, i32)> {
        let registers = (0..FP).rev();
        let held = registers.filter_map(|register| match values.kind(self.get(register)) {
            Kind::Packet(of, off) if of == base => Some((register, off)),
            _ => None,
        });
        held.min_by_key(|(_, off)| *off)
    }

    /// How many bytes from a base on are surely in the packet; none while no check was made,
    /// as a base may lie beyond the packet's end.
    pub fn range(&self, base: Base) -> Option<i32> {
        self.ranges.get(&base).copied()
    }

    /// Notes that so many bytes from a base on are in the packet.
    pub fn add_range(&mut self, base: Base, bytes: i32) {
        let range = self.ranges.entry(base).or_insert(bytes);
        *range = bytes.max(*range);
    }

    /// The packet has moved: nothing is known of its bounds.
    pub fn forget_packet(&mut self) {
        self.ranges.clear();
        self.forget(BOUNDS.iter().fold(0, |set, cell| set | 1 << cell));
    }

    /// Notes what a value has turned out to be, wherever it is.
    pub fn learn(&mut self, value: Value, known: Value) {
        if value == Value::NONE {
            return;
        }
        let all = self.registers.iter_mut().chain(&mut self.cells);
        all.filter(|it| **it == value).for_each(|it| *it = known);
    }

    /// Notes what a cell holds.
    pub fn set_cell(&mut self, cell: usize, value: Value) {
        if let Some(place) = self.cells.get_mut(cell) {
            *place = value;
        }
    }

    /// Nothing is known of these cells from now on.
    pub fn forget(&mut self, cells: Set) {
        let all = self.cells.iter_mut().enumerate();
        let lost = all.filter(|(cell, _)| cells >> cell & 1 != 0);
        lost.for_each(|(_, value)| *value = Value::NONE);
    }

    /// What is known when the code comes from here or from there.
    pub fn meet(&mut self, other: &Self, values: &mut Values) {
        for register in 0..FP {
            let place = usize::from(register);
            let (a, b) = (self.registers[place], other.registers[place]);
            if a != b {
                let met = values.meet(a, b);
                self.registers[place] = met;
            }
        }
        for (mine, theirs) in self.cells.iter_mut().zip(&other.cells) {
            if mine != theirs {
                *mine = Value::NONE;
            }
        }
        let ranges = std::mem::take(&mut self.ranges).into_iter();
        let both = ranges.filter_map(|(base, range)| Some((base, range.min(other.range(base)?))));
        self.ranges = both.collect();
        for register in 0..REGISTERS {
            if self.copies[register] != other.copies[register] {
                self.copies[register] = register as u8;
            }
        }
    }
}
