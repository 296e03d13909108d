//! Edges: where they leave and enter nodes, and how they go between.

use super::layers::Layered;
use super::{Layout, MARGIN, Placed, Point, Route, Size};

/// Most distance between two edges at a side of a node.
const PORT_GAP: f64 = 26.0;
/// Distance of edges that go back from the nodes beside them.
const LANE_GAP: f64 = 16.0;

/// The finished layout, layers at least `gap` from each other.
pub fn route(layered: &Layered, edges: &[(usize, usize)], sizes: &[Size], gap: f64) -> Layout {
    let tops = tops(layered, gap);
    let nodes = placed(layered, sizes, &tops);
    let router = Router {
        layered,
        edges,
        tops: &tops,
        nodes: &nodes,
        gap,
    };
    let mut lanes = 0;
    let routes = (0..edges.len()).map(|edge| match &layered.ways[edge] {
        Some(way) => Route::Down(router.down(edge, way)),
        None => {
            lanes += 1;
            Route::Back(router.back(edge, lanes))
        }
    });
    let routes = routes.collect();
    moved(nodes, routes)
}

/// Top and height of each layer.
fn tops(layered: &Layered, gap: f64) -> Vec<(f64, f64)> {
    let mut top = 0.0;
    let layers = layered.layers.iter().map(|cells| {
        let heights = cells.iter().map(|cell| layered.cells[*cell].size.height);
        let height = heights.fold(0.0, f64::max);
        let layer = (top, height);
        top += height + gap;
        layer
    });
    layers.collect()
}

fn placed(layered: &Layered, sizes: &[Size], tops: &[(f64, f64)]) -> Vec<Placed> {
    let nodes = layered.cells.iter().zip(sizes);
    nodes
        .map(|(cell, size)| Placed {
            at: Point {
                x: cell.x - size.width / 2.0,
                y: tops[cell.layer].0,
            },
            size: *size,
        })
        .collect()
}

struct Router<'a> {
    layered: &'a Layered,
    edges: &'a [(usize, usize)],
    tops: &'a [(f64, f64)],
    nodes: &'a [Placed],
    gap: f64,
}

impl Router<'_> {
    fn down(&self, edge: usize, way: &[usize]) -> Vec<Point> {
        let (from, to) = self.edges[edge];
        let mut points = Vec::new();
        let start = self.nodes[from];
        let x = self.port(edge, from, true);
        let bottom = start.at.y + start.size.height;
        points.push(Point { x, y: bottom });
        let (top, height) = self.tops[self.layered.cells[from].layer];
        if bottom < top + height {
            points.push(Point { x, y: top + height });
        }
        for place in &way[1..way.len() - 1] {
            let cell = &self.layered.cells[*place];
            let (top, height) = self.tops[cell.layer];
            points.push(Point { x: cell.x, y: top });
            points.push(Point {
                x: cell.x,
                y: top + height,
            });
        }
        let x = self.port(edge, to, false);
        let y = self.nodes[to].at.y;
        points.push(Point { x, y });
        points
    }

    /// Where an edge leaves or enters a node: edges of a side keep the order of their
    /// other ends, those that go back are on the left.
    fn port(&self, edge: usize, node: usize, leaves: bool) -> f64 {
        let mut side: Vec<(f64, usize)> = Vec::new();
        for (other, (from, to)) in self.edges.iter().enumerate() {
            if node == if leaves { *from } else { *to } {
                side.push((self.next(other, leaves), other));
            }
        }
        side.sort_by(|left, right| left.0.total_cmp(&right.0).then(left.1.cmp(&right.1)));
        let place = side.iter().position(|(_, other)| *other == edge);
        let place = place.unwrap_or(0) as f64;
        let count = side.len().max(1) as f64;
        let Placed { at, size } = self.nodes[node];
        let gap = (size.width * 0.6 / count).min(PORT_GAP);
        at.x + size.width / 2.0 + (place - (count - 1.0) / 2.0) * gap
    }

    /// Where an edge goes from its node, or comes from.
    fn next(&self, edge: usize, leaves: bool) -> f64 {
        let way = self.layered.ways[edge].as_deref();
        let next = match (leaves, way) {
            (true, Some([_, next, ..])) | (false, Some([.., next, _])) => next,
            _ => return f64::NEG_INFINITY,
        };
        self.layered.cells[*next].x
    }

    /// From below the lower node up to above the upper one, on the left of all nodes between
    /// them.
    fn back(&self, edge: usize, lane: usize) -> Vec<Point> {
        let (from, to) = self.edges[edge];
        let (lower, upper) = (self.layered.cells[from].layer, self.layered.cells[to].layer);
        let between = self.layered.cells.iter();
        let between = between.filter(|cell| (upper..=lower).contains(&cell.layer));
        let lefts = between.map(|cell| cell.x - cell.size.width / 2.0);
        let left = lefts.fold(f64::INFINITY, f64::min);
        let x = left - LANE_GAP * lane as f64;
        let away = (LANE_GAP + 4.0 * (lane - 1) as f64).min(self.gap / 2.0);
        let (out, into) = (self.port(edge, from, true), self.port(edge, to, false));
        let (start, end) = (self.nodes[from], self.nodes[to]);
        let below = self.tops[lower].0 + self.tops[lower].1 + away;
        let above = self.tops[upper].0 - away;
        let point = |x, y| Point { x, y };
        vec![
            point(out, start.at.y + start.size.height),
            point(out, below),
            point(x, below),
            point(x, above),
            point(into, above),
            point(into, end.at.y),
        ]
    }
}

/// Everything moved so that it begins at the margin.
fn moved(mut nodes: Vec<Placed>, mut routes: Vec<Route>) -> Layout {
    let (least, most) = bounds(&nodes, &routes);
    let size = Size {
        width: most.x - least.x + 2.0 * MARGIN,
        height: most.y - least.y + 2.0 * MARGIN,
    };
    let shift = |point: &mut Point| {
        point.x += MARGIN - least.x;
        point.y += MARGIN - least.y;
    };
    nodes.iter_mut().for_each(|node| shift(&mut node.at));
    for route in &mut routes {
        let (Route::Down(points) | Route::Back(points)) = route;
        points.iter_mut().for_each(shift);
    }
    Layout {
        size,
        nodes,
        routes,
    }
}

/// The upper left and the lower right corner of everything.
fn bounds(nodes: &[Placed], routes: &[Route]) -> (Point, Point) {
    let corners = nodes.iter().flat_map(|Placed { at, size }| {
        let (x, y) = (at.x + size.width, at.y + size.height);
        [*at, Point { x, y }]
    });
    let points = routes.iter().flat_map(|route| {
        let (Route::Down(points) | Route::Back(points)) = route;
        points.iter().copied()
    });
    let mut all = corners.chain(points);
    let first = all.next().unwrap_or(Point { x: 0.0, y: 0.0 });
    all.fold((first, first), |(least, most), point| {
        let least = Point {
            x: least.x.min(point.x),
            y: least.y.min(point.y),
        };
        let most = Point {
            x: most.x.max(point.x),
            y: most.y.max(point.y),
        };
        (least, most)
    })
}
