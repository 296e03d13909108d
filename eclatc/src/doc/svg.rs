//! Drawings of graphs, SVG. Colours come from the page's style sheet.

use super::graph::{Graph, Line, Node};
use super::highlight;
use super::html::{attribute, escape};
use super::layout::{Direction, Layout, Placed, Point, Route, Size, layout};
use super::links::Links;
use std::fmt::Write;

/// Width of a character of the fonts that code is written in, of 12 pixels, at most.
const CHARACTER: f64 = 7.25;
/// Height of a line.
const LINE: f64 = 18.0;
/// From the border of a node to its text.
const PADDING: Size = Size {
    width: 12.0,
    height: 7.0,
};
/// Characters that the number of a line takes, with the space behind it.
const NUMBER: usize = 4;
/// Radius of the corners of edges that go back.
const CORNER: f64 = 8.0;

/// What a drawing is called.
#[derive(Clone, Copy, Debug)]
pub struct Name<'a> {
    /// What it is, for those who do not see it.
    pub title: &'a str,
    /// What names in it begin with: two drawings on a page differ.
    pub id: &'a str,
}

/// Draws a graph.
pub fn draw(graph: &Graph, direction: Direction, name: Name<'_>, links: &Links<'_>) -> String {
    let sizes: Vec<Size> = graph.nodes.iter().map(size).collect();
    let layout = layout(graph, &sizes, direction);
    let (width, height) = (number(layout.size.width), number(layout.size.height));
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"graph\" role=\"img\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<title>{}</title>\n",
        escape(name.title)
    );
    let _ = writeln!(svg, "<defs>{}</defs>", arrow(name.id));
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        let path = path(route, direction);
        let class = edge.when.label().unwrap_or("always");
        let head = format!("marker-end=\"url(#{}-arrow)\"", name.id);
        let _ = writeln!(svg, "<path class=\"edge {class}\" d=\"{path}\" {head}/>");
    }
    for (node, placed) in graph.nodes.iter().zip(&layout.nodes) {
        draw_node(&mut svg, node, placed, links);
    }
    draw_labels(&mut svg, graph, &layout);
    svg.push_str("</svg>\n");
    svg
}

/// The head of an arrow.
fn arrow(id: &str) -> String {
    format!(
        "<marker id=\"{id}-arrow\" viewBox=\"0 0 8 8\" refX=\"7\" refY=\"4\" markerWidth=\"8\" markerHeight=\"8\" markerUnits=\"userSpaceOnUse\" orient=\"auto\"><path class=\"head\" d=\"M0 0.5 8 4 0 7.5z\"/></marker>"
    )
}

/// A number of pixels: whole, so that a drawing is the same on every machine.
fn number(value: f64) -> i64 {
    value.round() as i64
}

fn size(node: &Node) -> Size {
    let numbered = node.lines.iter().any(|line| line.number.is_some());
    let longest = node
        .lines
        .iter()
        .map(|line| line.text.chars().count())
        .max();
    let characters = longest.unwrap_or(0) + if numbered { NUMBER } else { 0 };
    let size = Size {
        width: characters as f64 * CHARACTER + 2.0 * PADDING.width,
        height: node.lines.len() as f64 * LINE + 2.0 * PADDING.height,
    };
    // Even numbers have a middle.
    Size {
        width: (size.width / 2.0).ceil() * 2.0,
        height: (size.height / 2.0).ceil() * 2.0,
    }
}

fn path(route: &Route, direction: Direction) -> String {
    match route {
        Route::Down(points) => curve(points, direction),
        Route::Back(points) => corners(points),
    }
}

/// Curves between layers, straight lines within them.
fn curve(points: &[Point], direction: Direction) -> String {
    let mut path = String::new();
    let mut before: Option<Point> = None;
    for point in points {
        let (x, y) = (number(point.x), number(point.y));
        let _ = match (before, direction) {
            (None, _) => write!(path, "M{x} {y}"),
            (Some(last), Direction::Down) if number(last.x) == x => write!(path, "V{y}"),
            (Some(last), Direction::Right) if number(last.y) == y => write!(path, "H{x}"),
            (Some(last), Direction::Down) => {
                let middle = number((last.y + point.y) / 2.0);
                write!(path, "C{} {middle} {x} {middle} {x} {y}", number(last.x))
            }
            (Some(last), Direction::Right) => {
                let middle = number((last.x + point.x) / 2.0);
                write!(path, "C{middle} {} {middle} {y} {x} {y}", number(last.y))
            }
        };
        before = Some(*point);
    }
    path
}

/// Straight lines with round corners.
fn corners(points: &[Point]) -> String {
    let mut path = String::new();
    for (index, point) in points.iter().enumerate() {
        let (x, y) = (number(point.x), number(point.y));
        let (before, after) = (index.checked_sub(1), points.get(index + 1));
        let _ = match (before.map(|before| points[before]), after) {
            (None, _) => write!(path, "M{x} {y}"),
            (_, None) => write!(path, "L{x} {y}"),
            (Some(before), Some(after)) => {
                let (into, out) = (towards(*point, before), towards(*point, *after));
                let (a, b) = (number(into.x), number(into.y));
                write!(path, "L{a} {b}Q{x} {y} {} {}", number(out.x), number(out.y))
            }
        };
    }
    path
}

/// The point at the radius of a corner from it.
fn towards(corner: Point, other: Point) -> Point {
    let (x, y) = (other.x - corner.x, other.y - corner.y);
    let length = (x * x + y * y).sqrt().max(1.0);
    let part = CORNER.min(length / 2.0) / length;
    Point {
        x: corner.x + x * part,
        y: corner.y + y * part,
    }
}

fn draw_node(svg: &mut String, node: &Node, placed: &Placed, links: &Links<'_>) {
    let Placed { at, size } = *placed;
    let _ = writeln!(
        svg,
        "<g class=\"node {}\"><rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" rx=\"6\"/>",
        node.look.class(),
        number(at.x),
        number(at.y),
        number(size.width),
        number(size.height)
    );
    let numbered = node.lines.iter().any(|line| line.number.is_some());
    let indent = if numbered {
        NUMBER as f64 * CHARACTER
    } else {
        0.0
    };
    for (index, line) in node.lines.iter().enumerate() {
        let x = number(at.x + PADDING.width);
        let y = number(at.y + PADDING.height + LINE * index as f64 + 13.0);
        if let Some(line) = line.number {
            let right = number(at.x + PADDING.width + indent - 8.0);
            let _ = writeln!(
                svg,
                "<text class=\"no\" x=\"{right}\" y=\"{y}\">{line}</text>"
            );
        }
        let x = x + number(indent);
        let _ = writeln!(
            svg,
            "<text x=\"{x}\" y=\"{y}\">{}</text>",
            words(line, links)
        );
    }
    svg.push_str("</g>\n");
}

fn words(line: &Line, links: &Links<'_>) -> String {
    if let Some(link) = &line.link {
        return format!("<a href=\"{}\">{}</a>", attribute(link), escape(&line.text));
    }
    let pieces = highlight::pieces(&line.text, links);
    let words = pieces.iter().map(|piece| {
        let text = escape(piece.text);
        let text = match piece.class {
            "" => text,
            class => format!("<tspan class=\"{class}\">{text}</tspan>"),
        };
        match &piece.link {
            Some(link) => format!("<a href=\"{}\">{text}</a>", attribute(link)),
            None => text,
        }
    });
    words.collect()
}

/// Labels come last, above everything.
fn draw_labels(svg: &mut String, graph: &Graph, layout: &Layout) {
    for (edge, route) in graph.edges.iter().zip(&layout.routes) {
        let (Some(label), Route::Down(points) | Route::Back(points)) = (edge.when.label(), route)
        else {
            continue;
        };
        let (Some(start), Some(end)) = (points.first(), points.last()) else {
            continue;
        };
        // Beside the edge, on the side it turns to.
        let (x, anchor) = match (route, end.x < start.x) {
            (Route::Back(_), _) | (_, true) => (start.x - 6.0, "end"),
            (_, false) => (start.x + 6.0, "start"),
        };
        let _ = writeln!(
            svg,
            "<text class=\"label {label}\" x=\"{}\" y=\"{}\" text-anchor=\"{anchor}\">{label}</text>",
            number(x),
            number(start.y + 12.0)
        );
    }
}
