//! Sets of small numbers as bits, 64 in a word.
//!
//! A set is a slice of words; [`Matrix`] holds many of one size one behind the other, so that
//! a table of sets is one allocation, and none when it is filled again.

/// Words that a set of numbers below `bound` takes.
pub fn words(bound: u32) -> usize {
    (bound as usize).div_ceil(64)
}

/// A set of numbers; all must be below 64 times its words.
pub trait Bits {
    /// Adds a number.
    fn include(&mut self, number: u32);
    /// Takes a number out.
    fn exclude(&mut self, number: u32);
    /// Whether a number is in it.
    fn has(&self, number: u32) -> bool;
    /// Adds every number of another set of the same size; says whether one was new.
    fn union(&mut self, other: &Self) -> bool;
    /// How many numbers are in it.
    fn count(&self) -> usize;
    /// Its numbers in ascending order.
    fn numbers(&self) -> impl Iterator<Item = u32> + '_;
}

impl Bits for [u64] {
    fn include(&mut self, number: u32) {
        self[number as usize / 64] |= 1 << (number % 64);
    }

    fn exclude(&mut self, number: u32) {
        self[number as usize / 64] &= !(1 << (number % 64));
    }

    fn has(&self, number: u32) -> bool {
        self[number as usize / 64] >> (number % 64) & 1 == 1
    }

    fn union(&mut self, other: &Self) -> bool {
        let mut new = 0;
        for (word, other) in self.iter_mut().zip(other) {
            new |= *other & !*word;
            *word |= other;
        }
        new != 0
    }

    fn count(&self) -> usize {
        self.iter().map(|word| word.count_ones() as usize).sum()
    }

    fn numbers(&self) -> impl Iterator<Item = u32> + '_ {
        self.iter().enumerate().flat_map(|(index, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(index as u32 * 64 + bit)
            })
        })
    }
}

/// Makes `set` an empty one of numbers below `bound`.
pub fn clear(set: &mut Vec<u64>, bound: u32) {
    set.clear();
    set.resize(words(bound), 0);
}

/// Sets of one size, by number.
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

    /// Makes it equal to another one.
    pub fn copy(&mut self, other: &Self) {
        self.stride = other.stride;
        self.words.clear();
        self.words.extend_from_slice(&other.words);
    }

    /// The set of this number.
    pub fn row(&self, index: usize) -> &[u64] {
        &self.words[index * self.stride..(index + 1) * self.stride]
    }

    /// The same, to be changed.
    pub fn row_mut(&mut self, index: usize) -> &mut [u64] {
        &mut self.words[index * self.stride..(index + 1) * self.stride]
    }

    /// Empties a set into `set`.
    pub fn take(&mut self, index: usize, set: &mut Vec<u64>) {
        let row = self.row_mut(index);
        set.clear();
        set.extend_from_slice(row);
        row.fill(0);
    }
}
