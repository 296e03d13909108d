//! Sets of small numbers as bits, 64 in a word.
//!
//! A set is a slice of words, or one word where all numbers are below 64. A [`Table`] holds
//! many of one size one behind the other, so that it is one allocation, and none when it is
//! filled again. What works on sets is written once, over [`Table`]: with [`Narrow`] it is
//! without loops over words.

use std::borrow::BorrowMut;

/// Words that a set of numbers below `bound` takes.
pub fn words(bound: u32) -> usize {
    (bound as usize).div_ceil(64)
}

/// A set of numbers; all must be below 64 times its words.
pub trait Bits {
    /// Its words, the smallest numbers first.
    fn words(&self) -> &[u64];

    /// The same, to be changed.
    fn words_mut(&mut self) -> &mut [u64];

    /// Adds a number.
    fn include(&mut self, number: u32) {
        self.words_mut()[number as usize / 64] |= 1 << (number % 64);
    }

    /// Takes a number out.
    fn exclude(&mut self, number: u32) {
        self.words_mut()[number as usize / 64] &= !(1 << (number % 64));
    }

    /// Whether a number is in it.
    fn has(&self, number: u32) -> bool {
        self.words()[number as usize / 64] >> (number % 64) & 1 == 1
    }

    /// Adds every number of another set of the same size; says whether one was new.
    fn union(&mut self, other: &Self) -> bool {
        let mut new = 0;
        for (word, other) in self.words_mut().iter_mut().zip(other.words()) {
            new |= *other & !*word;
            *word |= other;
        }
        new != 0
    }

    /// Takes out every number of another set of the same size.
    fn subtract(&mut self, other: &Self) {
        for (word, other) in self.words_mut().iter_mut().zip(other.words()) {
            *word &= !other;
        }
    }

    /// Makes it equal to another set of the same size.
    fn assign(&mut self, other: &Self) {
        self.words_mut().copy_from_slice(other.words());
    }

    /// Whether a number is in both.
    fn meets(&self, other: &Self) -> bool {
        let mut pairs = self.words().iter().zip(other.words());
        pairs.any(|(word, other)| word & other != 0)
    }

    /// How many numbers are in it.
    fn count(&self) -> usize {
        let words = self.words().iter();
        words.map(|word| word.count_ones() as usize).sum()
    }

    /// Its smallest number.
    fn first(&self) -> Option<u32> {
        let mut words = (0..).zip(self.words());
        let (index, word) = words.find(|(_, word)| **word != 0)?;
        Some(64 * index + word.trailing_zeros())
    }

    /// Calls `visit` with its numbers in ascending order.
    fn for_each(&self, mut visit: impl FnMut(u32)) {
        for (index, word) in (0..).zip(self.words()) {
            let mut left = *word;
            while left != 0 {
                visit(64 * index + left.trailing_zeros());
                left &= left - 1;
            }
        }
    }

    /// Its numbers in ascending order.
    fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.words().iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(index as u32 * 64 + bit)
            })
        })
    }
}

impl Bits for [u64] {
    fn words(&self) -> &[u64] {
        self
    }

    fn words_mut(&mut self) -> &mut [u64] {
        self
    }
}

impl Bits for u64 {
    fn words(&self) -> &[u64] {
        std::slice::from_ref(self)
    }

    fn words_mut(&mut self) -> &mut [u64] {
        std::slice::from_mut(self)
    }

    fn include(&mut self, number: u32) {
        *self |= 1 << (number % 64);
    }

    fn exclude(&mut self, number: u32) {
        *self &= !(1 << (number % 64));
    }

    fn has(&self, number: u32) -> bool {
        self >> (number % 64) & 1 == 1
    }
}

/// Makes `set` an empty one of numbers below `bound`.
pub fn clear(set: &mut Vec<u64>, bound: u32) {
    set.clear();
    set.resize(words(bound), 0);
}

/// Sets of one size, by number.
pub trait Table: Default {
    /// One of them.
    type Set: Bits + ?Sized;
    /// A set of the same size by itself.
    type Single: BorrowMut<Self::Set> + Default;

    /// Makes it `rows` empty sets of numbers below `bound`.
    fn reset(&mut self, rows: usize, bound: u32);

    /// Makes it equal to another one.
    fn copy(&mut self, other: &Self);

    /// The set of this number.
    fn row(&self, index: usize) -> &Self::Set;

    /// The same, to be changed.
    fn row_mut(&mut self, index: usize) -> &mut Self::Set;

    /// Makes `set` an empty one of numbers below `bound`.
    fn clear(set: &mut Self::Single, bound: u32);
}

/// A table for numbers of any size.
#[derive(Debug, Default)]
pub struct Matrix {
    words: Vec<u64>,
    stride: usize,
}

impl Matrix {
    /// Makes it `rows` empty sets of numbers below `bound`.
    pub fn reset(&mut self, rows: usize, bound: u32) {
        self.stride = words(bound);
        self.words.clear();
        self.words.resize(rows * self.stride, 0);
    }

    /// The set of this number.
    pub fn row(&self, index: usize) -> &[u64] {
        &self.words[index * self.stride..(index + 1) * self.stride]
    }

    /// The same, to be changed.
    pub fn row_mut(&mut self, index: usize) -> &mut [u64] {
        &mut self.words[index * self.stride..(index + 1) * self.stride]
    }
}

impl Table for Matrix {
    type Set = [u64];
    type Single = Vec<u64>;

    fn reset(&mut self, rows: usize, bound: u32) {
        Self::reset(self, rows, bound);
    }

    fn copy(&mut self, other: &Self) {
        self.stride = other.stride;
        self.words.clone_from(&other.words);
    }

    fn row(&self, index: usize) -> &[u64] {
        Self::row(self, index)
    }

    fn row_mut(&mut self, index: usize) -> &mut [u64] {
        Self::row_mut(self, index)
    }

    fn clear(set: &mut Vec<u64>, bound: u32) {
        clear(set, bound);
    }
}

/// A table for numbers below 64.
#[derive(Debug, Default)]
pub struct Narrow {
    words: Vec<u64>,
}

impl Narrow {
    /// Every number is below this.
    pub const BOUND: u32 = u64::BITS;
}

impl Table for Narrow {
    type Set = u64;
    type Single = u64;

    fn reset(&mut self, rows: usize, _: u32) {
        self.words.clear();
        self.words.resize(rows, 0);
    }

    fn copy(&mut self, other: &Self) {
        self.words.clone_from(&other.words);
    }

    fn row(&self, index: usize) -> &u64 {
        &self.words[index]
    }

    fn row_mut(&mut self, index: usize) -> &mut u64 {
        &mut self.words[index]
    }

    fn clear(set: &mut u64, _: u32) {
        *set = 0;
    }
}
