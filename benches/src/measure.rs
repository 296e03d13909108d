//! Medians of interleaved rounds.

use std::os::fd::BorrowedFd;

use hike_loader::sys::program::test_run_repeated;

/// Rounds over all variants.
const ROUNDS: usize = 15;
/// Runs of a variant in a round.
const REPEAT: u32 = 100_000;

/// A median and its spread, in what was measured.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// The median of the rounds.
    pub median: f64,
    /// Half the distance between the quartiles.
    pub spread: f64,
}

/// Measures every variant: `prepare` makes it ready and gives the program that then runs on
/// the packet.
pub fn interleaved<'a>(
    packet: &[u8],
    variants: usize,
    mut prepare: impl FnMut(usize) -> BorrowedFd<'a>,
) -> Vec<Figure> {
    let mut times = vec![Vec::with_capacity(ROUNDS); variants];
    for _ in 0..ROUNDS {
        for (variant, times) in times.iter_mut().enumerate() {
            let program = prepare(variant);
            let time = test_run_repeated(program, packet, REPEAT).expect("a test run");
            times.push(f64::from(time));
        }
    }
    times.iter_mut().map(|times| figure(times)).collect()
}

/// The figure of the rounds of a variant.
pub fn figure(times: &mut [f64]) -> Figure {
    times.sort_by(f64::total_cmp);
    let at = |part: usize| times[(times.len() - 1) * part / 4];
    Figure {
        median: at(2),
        spread: (at(3) - at(1)) / 2.0,
    }
}
