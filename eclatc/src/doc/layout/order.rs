//! The order of the cells of a layer: near the middle of what they are joined with.

use super::layers::{Cell, Layered};

/// Times that all layers are sorted.
const SWEEPS: usize = 12;

/// Sorts the cells of each layer; the order with the fewest crossings is kept.
pub fn order(layered: &mut Layered) {
    let mut best = (crossings(layered), layered.layers.clone());
    for sweep in 0..SWEEPS {
        let down = sweep % 2 == 0;
        let count = layered.layers.len();
        for step in 1..count {
            let layer = if down { step } else { count - 1 - step };
            sort(layered, layer, down);
        }
        let crossings = crossings(layered);
        if crossings < best.0 {
            best = (crossings, layered.layers.clone());
        }
    }
    layered.layers = best.1;
}

fn sort(layered: &mut Layered, layer: usize, down: bool) {
    let fixed = if down { layer - 1 } else { layer + 1 };
    let place = places(layered, fixed);
    let joined = |cell: &Cell| if down { &cell.above } else { &cell.below }.clone();
    let mut keyed: Vec<(f64, usize)> = Vec::new();
    for (index, cell) in layered.layers[layer].iter().enumerate() {
        let joined = joined(&layered.cells[*cell]);
        let sum: f64 = joined.iter().map(|other| place[*other] as f64).sum();
        let middle = match joined.len() {
            0 => index as f64,
            count => sum / count as f64,
        };
        keyed.push((middle, *cell));
    }
    // Stable: what is equal stays in its order.
    keyed.sort_by(|left, right| left.0.total_cmp(&right.0));
    layered.layers[layer] = keyed.into_iter().map(|(_, cell)| cell).collect();
}

/// The place of each cell of a layer; 0 of all others.
fn places(layered: &Layered, layer: usize) -> Vec<usize> {
    let mut place = vec![0; layered.cells.len()];
    for (index, cell) in layered.layers[layer].iter().enumerate() {
        place[*cell] = index;
    }
    place
}

/// Pairs of edges between neighbouring layers that cross.
fn crossings(layered: &Layered) -> usize {
    let below_all = 0..layered.layers.len().saturating_sub(1);
    below_all.map(|upper| crossings_below(layered, upper)).sum()
}

fn crossings_below(layered: &Layered, upper: usize) -> usize {
    let place = places(layered, upper + 1);
    let mut ends = Vec::new();
    for (index, cell) in layered.layers[upper].iter().enumerate() {
        let below = &layered.cells[*cell].below;
        ends.extend(below.iter().map(|other| (index, place[*other])));
    }
    let crosses = |one: &(usize, usize), two: &(usize, usize)| {
        (one.0 < two.0 && one.1 > two.1) || (one.0 > two.0 && one.1 < two.1)
    };
    let pairs = ends.iter().enumerate();
    pairs
        .map(|(index, one)| {
            ends[index + 1..]
                .iter()
                .filter(|two| crosses(one, two))
                .count()
        })
        .sum()
}
