//! Horizontal places: as near as possible to where each cell wants to be.

use super::layers::Layered;

/// Times that all layers are moved.
const SWEEPS: usize = 16;
/// How much more than a node a place of an edge wants to keep the edge straight.
const STRAIGHT: f64 = 6.0;

/// Gives each cell the place of its middle, nodes at least `gap` from each other.
pub fn place(layered: &mut Layered, gap: f64) {
    for layer in 0..layered.layers.len() {
        let wanted = vec![0.0; layered.layers[layer].len()];
        settle(layered, layer, &wanted, gap);
    }
    for sweep in 0..SWEEPS {
        let count = layered.layers.len();
        for step in 0..count {
            let down = sweep % 2 == 0;
            let layer = if down { step } else { count - 1 - step };
            let wanted = wanted(layered, layer, down);
            settle(layered, layer, &wanted, gap);
        }
    }
}

/// Where the cells of a layer want to be: in the middle of what is above, or below.
fn wanted(layered: &Layered, layer: usize, down: bool) -> Vec<f64> {
    let cells = layered.layers[layer].iter();
    let middle = |cell: &usize| {
        let cell = &layered.cells[*cell];
        let joined = if down { &cell.above } else { &cell.below };
        let sum: f64 = joined.iter().map(|other| layered.cells[*other].x).sum();
        match joined.len() {
            0 => cell.x,
            count => sum / count as f64,
        }
    };
    cells.map(middle).collect()
}

/// Cells that touch and move as one.
struct Group {
    first: usize,
    weight: f64,
    /// Weighted sum of where its cells want its first cell to be.
    sum: f64,
}

impl Group {
    fn at(&self) -> f64 {
        self.sum / self.weight
    }
}

/// Places the cells of a layer in their order, each as near as possible to where it wants
/// to be: the least squares under the condition that they keep their distance (by pooling
/// adjacent violators).
fn settle(layered: &mut Layered, layer: usize, wanted: &[f64], gap: f64) {
    let cells = layered.layers[layer].clone();
    let offsets = offsets(layered, &cells, gap);
    let mut groups: Vec<Group> = Vec::new();
    for (index, cell) in cells.iter().enumerate() {
        let is_place = layered.cells[*cell].size.height == 0.0;
        let weight = if is_place { STRAIGHT } else { 1.0 };
        groups.push(Group {
            first: index,
            weight,
            sum: weight * (wanted[index] - offsets[index]),
        });
        while let [.., before, last] = &groups[..]
            && before.at() > last.at()
        {
            let (weight, sum) = (last.weight, last.sum);
            groups.pop();
            if let Some(before) = groups.last_mut() {
                before.weight += weight;
                before.sum += sum;
            }
        }
    }
    for (number, group) in groups.iter().enumerate() {
        let end = groups
            .get(number + 1)
            .map_or(cells.len(), |next| next.first);
        for index in group.first..end {
            layered.cells[cells[index]].x = group.at() + offsets[index];
        }
    }
}

/// Distances of the middles of cells from the first one, side by side.
fn offsets(layered: &Layered, cells: &[usize], gap: f64) -> Vec<f64> {
    let width = |cell: &usize| layered.cells[*cell].size.width;
    let mut offsets = vec![0.0; cells.len()];
    for index in 1..cells.len() {
        let between = (width(&cells[index - 1]) + width(&cells[index])) / 2.0 + gap;
        offsets[index] = offsets[index - 1] + between;
    }
    offsets
}
