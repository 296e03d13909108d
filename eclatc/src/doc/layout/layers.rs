//! Layers: every node below those that lead to it.

use super::Size;

/// A node, or a place of an edge that goes on to a lower layer.
#[derive(Clone, Debug)]
pub struct Cell {
    /// Width and height.
    pub size: Size,
    /// Its layer.
    pub layer: usize,
    /// Cells of the layer above that lead here.
    pub above: Vec<usize>,
    /// Cells of the layer below that it leads to.
    pub below: Vec<usize>,
    /// Horizontal place of its middle.
    pub x: f64,
}

/// A graph in layers.
#[derive(Clone, Debug)]
pub struct Layered {
    /// The nodes by their number, then the places of edges.
    pub cells: Vec<Cell>,
    /// Cells of each layer, from left to right.
    pub layers: Vec<Vec<usize>>,
    /// The cells that each edge passes, from node to node; none of an edge that goes back.
    pub ways: Vec<Option<Vec<usize>>>,
}

/// Puts nodes into layers.
pub fn layers(sizes: &[Size], edges: &[(usize, usize)]) -> Layered {
    let back = back_edges(sizes.len(), edges);
    let forward: Vec<_> = edges.iter().zip(&back).collect();
    let depth = depths(sizes.len(), &forward);
    let cell = |(size, layer): (&Size, &usize)| Cell {
        size: *size,
        layer: *layer,
        above: Vec::new(),
        below: Vec::new(),
        x: 0.0,
    };
    let mut layered = Layered {
        cells: sizes.iter().zip(&depth).map(cell).collect(),
        layers: Vec::new(),
        ways: Vec::new(),
    };
    for &(&(from, to), &back) in &forward {
        let way = (!back).then(|| layered.way(from, to));
        layered.ways.push(way);
    }
    let count = depth.iter().max().map_or(0, |most| most + 1);
    layered.layers = vec![Vec::new(); count];
    for (number, cell) in layered.cells.iter().enumerate() {
        layered.layers[cell.layer].push(number);
    }
    layered
}

impl Layered {
    /// Leads from node to node through a place in each layer between them.
    fn way(&mut self, from: usize, to: usize) -> Vec<usize> {
        let mut way = vec![from];
        for layer in self.cells[from].layer + 1..self.cells[to].layer {
            let size = Size {
                width: 2.0,
                height: 0.0,
            };
            self.cells.push(Cell {
                size,
                layer,
                above: Vec::new(),
                below: Vec::new(),
                x: 0.0,
            });
            way.push(self.cells.len() - 1);
        }
        way.push(to);
        for pair in way.windows(2) {
            self.cells[pair[0]].below.push(pair[1]);
            self.cells[pair[1]].above.push(pair[0]);
        }
        way
    }
}

/// Which edges lead back to a node that is being visited: without them there is no circle.
fn back_edges(nodes: usize, edges: &[(usize, usize)]) -> Vec<bool> {
    let mut back = vec![false; edges.len()];
    // 0 not seen, 1 being visited, 2 done
    let mut state = vec![0; nodes];
    for start in 0..nodes {
        if state[start] != 0 {
            continue;
        }
        state[start] = 1;
        let mut stack = vec![(start, 0)];
        while let Some((node, next)) = stack.last_mut() {
            let (from, first) = (*node, *next);
            let found = (first..edges.len()).find(|edge| edges[*edge].0 == from);
            let Some(edge) = found else {
                state[from] = 2;
                stack.pop();
                continue;
            };
            *next = edge + 1;
            let to = edges[edge].1;
            match state[to] {
                0 => {
                    state[to] = 1;
                    stack.push((to, 0));
                }
                1 => back[edge] = true,
                _ => {}
            }
        }
    }
    back
}

/// The longest way to each node.
fn depths(nodes: usize, edges: &[(&(usize, usize), &bool)]) -> Vec<usize> {
    let mut depth = vec![0; nodes];
    // Without circles nothing can move more often than there are nodes.
    for _ in 0..nodes {
        let mut moved = false;
        for &(&(from, to), &back) in edges {
            if !back && depth[to] <= depth[from] {
                depth[to] = depth[from] + 1;
                moved = true;
            }
        }
        if !moved {
            break;
        }
    }
    depth
}
