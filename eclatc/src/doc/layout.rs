//! Places for the nodes and edges of a graph: layers, one below the other.
//!
//! 1. [`layers`]: edges that go back are put aside, every node gets a layer below those
//!    that lead to it; an edge over several layers gets a place in each of them,
//! 2. [`order`](mod@order): nodes of a layer are sorted so that few edges cross,
//! 3. [`place`]: nodes come as close to straight below what leads to them as they can,
//! 4. [`route`]: edges become curves; those that go back run along the left side.
//!
//! Everything is decided by numbers of nodes and edges alone, so a graph always looks the
//! same.

mod layers;
mod order;
mod place;
mod route;

use super::graph::Graph;

/// Space around everything.
const MARGIN: f64 = 14.0;

/// Width and height of a node.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

/// A point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Point {
    /// To the right.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// The place of a node: its upper left corner and its size.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Placed {
    /// The upper left corner.
    pub at: Point,
    /// Its size.
    pub size: Size,
}

/// The way of an edge.
#[derive(Clone, Debug, PartialEq)]
pub enum Route {
    /// Through these points: straight at the nodes, curved between two layers.
    Down(Vec<Point>),
    /// Back to an earlier layer, around corners.
    Back(Vec<Point>),
}

/// Where everything is.
#[derive(Clone, Debug, PartialEq)]
pub struct Layout {
    /// Of the whole drawing.
    pub size: Size,
    /// Of each node.
    pub nodes: Vec<Placed>,
    /// Of each edge.
    pub routes: Vec<Route>,
}

/// Which way the layers follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// From the top down.
    Down,
    /// From left to right.
    Right,
}

impl Direction {
    /// Space between layers.
    fn layer_gap(self) -> f64 {
        match self {
            Self::Down => 54.0,
            Self::Right => 84.0,
        }
    }

    /// Space between nodes of a layer.
    fn node_gap(self) -> f64 {
        match self {
            Self::Down => 28.0,
            Self::Right => 12.0,
        }
    }
}

/// Lays out a graph whose nodes have these sizes.
pub fn layout(graph: &Graph, sizes: &[Size], direction: Direction) -> Layout {
    let turned: Vec<Size> = match direction {
        Direction::Down => sizes.to_vec(),
        Direction::Right => sizes.iter().map(|size| size.turned()).collect(),
    };
    let edges: Vec<_> = graph
        .edges
        .iter()
        .map(|edge| (edge.from, edge.to))
        .collect();
    let mut layered = layers::layers(&turned, &edges);
    order::order(&mut layered);
    place::place(&mut layered, direction.node_gap());
    let layout = route::route(&layered, &edges, &turned, direction.layer_gap());
    match direction {
        Direction::Down => layout,
        Direction::Right => layout.turned(),
    }
}

impl Size {
    fn turned(self) -> Self {
        Self {
            width: self.height,
            height: self.width,
        }
    }
}

impl Point {
    fn turned(self) -> Self {
        Self {
            x: self.y,
            y: self.x,
        }
    }
}

impl Layout {
    /// The same with rows and columns exchanged.
    fn turned(mut self) -> Self {
        self.size = self.size.turned();
        for node in &mut self.nodes {
            node.at = node.at.turned();
            node.size = node.size.turned();
        }
        for route in &mut self.routes {
            let (Route::Down(points) | Route::Back(points)) = route;
            points.iter_mut().for_each(|point| *point = point.turned());
        }
        self
    }
}
