//! Names and what they stand for: a list for few, with an index for many.

use foldhash::fast::FixedState;
use std::collections::HashMap;

/// Up to so many names are looked through one after the other.
const FEW: usize = 12;

/// Names in the order in which they came, each once.
#[derive(Clone)]
pub struct Names<'s, T> {
    entries: Vec<(&'s str, T)>,
    /// Where each name is among the entries, once they are many.
    index: HashMap<&'s str, u32, FixedState>,
}

impl<T> Default for Names<'_, T> {
    fn default() -> Self {
        Self {
            entries: Vec::new(),
            index: HashMap::default(),
        }
    }
}

impl<'s, T> Names<'s, T> {
    /// Where a name is among the entries.
    fn position(&self, name: &str) -> Option<usize> {
        if self.entries.len() > FEW {
            return self.index.get(name).map(|at| *at as usize);
        }
        // Most names differ in their ends already.
        let end = name.as_bytes().last();
        let same = |known: &str| known.as_bytes().last() == end && known == name;
        self.entries.iter().position(|(known, _)| same(known))
    }

    /// What a name stands for.
    pub fn get(&self, name: &str) -> Option<&T> {
        self.position(name).map(|at| &self.entries[at].1)
    }

    /// What a name stands for, to change it.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut T> {
        self.position(name).map(|at| &mut self.entries[at].1)
    }

    /// Lets a name stand for something, also when it stood for something else before.
    pub fn insert(&mut self, name: &'s str, meaning: T) {
        if let Some(at) = self.position(name) {
            self.entries[at].1 = meaning;
            return;
        }
        self.entries.push((name, meaning));
        let first = match self.entries.len() {
            few if few <= FEW => return,
            many if many == FEW + 1 => 0,
            many => many - 1,
        };
        let new = self.entries[first..].iter().zip(first as u32..);
        self.index.extend(new.map(|((name, _), at)| (*name, at)));
    }

    /// All names.
    pub fn iter(&self) -> impl Iterator<Item = (&'s str, &T)> {
        self.entries.iter().map(|(name, meaning)| (*name, meaning))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_and_many_names() {
        let texts: Vec<String> = (0..100).map(|number| format!("name{number}")).collect();
        let mut names = Names::default();
        for (number, text) in texts.iter().enumerate() {
            assert_eq!(names.get(text), None);
            names.insert(text, 0);
            names.insert(text, number);
            let found: Vec<_> = names.iter().map(|(_, number)| *number).collect();
            assert_eq!(found, (0..=number).collect::<Vec<_>>());
            for (before, text) in texts[..=number].iter().enumerate() {
                assert_eq!(names.get(text), Some(&before));
            }
        }
    }
}
