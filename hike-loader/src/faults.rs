//! What the VM counted when it gave up on chains.

use hike_abi::{Fault, FaultCounters};

use crate::kernel::{Kernel, Result};

/// Faults of one chain, all CPUs together.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Faults by [`Fault`] number.
    pub counts: [u64; Fault::COUNT],
    /// Kind and slot of quick code of the last fault; of one of them, when several CPUs
    /// had some.
    pub last: Option<(Fault, u32)>,
}

impl Counts {
    /// Faults of all kinds.
    pub fn total(&self) -> u64 {
        self.counts
            .iter()
            .fold(0, |sum, count| sum.wrapping_add(*count))
    }

    /// Kinds that happened, and how often.
    pub fn kinds(&self) -> impl Iterator<Item = (Fault, u64)> {
        let kinds = Fault::ALL.into_iter().zip(self.counts);
        kinds.filter(|(_, count)| *count > 0)
    }
}

/// Reads the faults of a chain from the VM's map; none when there was none.
///
/// # Errors
/// When the kernel refuses.
pub fn read_counts<K: Kernel>(kernel: &mut K, map: &K::Map, chain: u32) -> Result<Option<Counts>> {
    let values = kernel.lookup(map, &chain.to_ne_bytes())?;
    let mut sum = Counts::default();
    for value in values.unwrap_or_default() {
        add(&mut sum, &value);
    }
    Ok((sum.total() > 0).then_some(sum))
}

/// Adds the value of one CPU.
fn add(sum: &mut Counts, value: &[u8]) {
    let (words, _) = value.as_chunks::<8>();
    for (count, word) in sum.counts.iter_mut().zip(words) {
        *count = count.wrapping_add(u64::from_ne_bytes(*word));
    }
    let here = words.iter().take(Fault::COUNT).any(|word| *word != [0; 8]);
    let last = |offset: usize| {
        let bytes = value.get(offset..)?.first_chunk::<4>()?;
        Some(u32::from_ne_bytes(*bytes))
    };
    let kind = last(std::mem::offset_of!(FaultCounters, last_fault));
    let kind = kind.and_then(|kind| Fault::ALL.get(kind as usize).copied());
    let pc = last(std::mem::offset_of!(FaultCounters, last_pc));
    if let (true, Some(kind), Some(pc)) = (here, kind, pc) {
        sum.last = Some((kind, pc));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cpu(kind: Fault, count: u64, pc: u32) -> Vec<u8> {
        let mut words = [0u64; Fault::COUNT];
        words[kind as usize] = count;
        let mut bytes: Vec<u8> = words.iter().flat_map(|word| word.to_ne_bytes()).collect();
        bytes.extend(pc.to_ne_bytes());
        bytes.extend((kind as u32).to_ne_bytes());
        bytes
    }

    #[test]
    fn cpus_are_added_up_and_idle_ones_do_not_hide_the_last_fault() {
        let mut sum = Counts::default();
        add(&mut sum, &cpu(Fault::Packet, 3, 7));
        add(&mut sum, &cpu(Fault::Packet, 2, 7));
        add(&mut sum, &cpu(Fault::Instruction, 0, 0));
        assert_eq!(sum.total(), 5);
        assert_eq!(sum.kinds().collect::<Vec<_>>(), [(Fault::Packet, 5)]);
        assert_eq!(sum.last, Some((Fault::Packet, 7)));
        add(&mut sum, &[]);
        assert_eq!(sum.total(), 5);
    }
}
