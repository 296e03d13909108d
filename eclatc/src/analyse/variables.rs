//! Sets of variables, for most chains without an allocation.

/// A set of variables by their numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Variables {
    first: u64,
    /// Those from 64 on, as far as one was added.
    more: Vec<u64>,
}

impl Variables {
    /// The first so many variables.
    pub fn first(count: usize) -> Self {
        let mut set = Self::default();
        (0..count).for_each(|number| set.insert(number));
        set
    }

    /// Adds a variable.
    pub fn insert(&mut self, number: usize) {
        let bit = 1 << (number % 64);
        let Some(index) = (number / 64).checked_sub(1) else {
            self.first |= bit;
            return;
        };
        if self.more.len() <= index {
            self.more.resize(index + 1, 0);
        }
        self.more[index] |= bit;
    }

    /// Whether a variable is in it.
    pub fn contains(&self, number: usize) -> bool {
        let word = match (number / 64).checked_sub(1) {
            None => self.first,
            Some(index) => self.more.get(index).copied().unwrap_or(0),
        };
        word >> (number % 64) & 1 == 1
    }

    /// Keeps what is in another set as well.
    pub fn intersect(&mut self, other: &Self) {
        self.first &= other.first;
        self.more.truncate(other.more.len());
        for (mine, other) in self.more.iter_mut().zip(&other.more) {
            *mine &= other;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_of_any_number() {
        let mut set = Variables::first(2);
        set.insert(63);
        set.insert(64);
        set.insert(300);
        let held: Vec<usize> = (0..400).filter(|number| set.contains(*number)).collect();
        assert_eq!(held, [0, 1, 63, 64, 300]);
        let mut other = Variables::first(1);
        other.insert(64);
        other.insert(130);
        set.intersect(&other);
        let held: Vec<usize> = (0..400).filter(|number| set.contains(*number)).collect();
        assert_eq!(held, [0, 64]);
    }
}
