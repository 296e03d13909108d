//! Lines over a common axis, as SVG: the same numbers give the same bytes, and the colours
//! can be told apart on light and on dark paper.

use std::fmt::Write;

/// A line of a plot.
pub struct Series {
    /// What it is.
    pub name: &'static str,
    /// Its points, from left to right.
    pub points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 640.0;
const HEIGHT: f64 = 360.0;
/// Room for numbers left of and below the axes.
const LEFT: f64 = 52.0;
const BELOW: f64 = 44.0;
const ABOVE: f64 = 16.0;
const RIGHT: f64 = 16.0;
/// Marks on an axis, at most.
const MARKS: f64 = 6.0;
const COLOURS: [&str; 5] = ["#0a7bbd", "#d1621a", "#2a8f55", "#8e5bc4", "#8a8a8a"];

/// Draws lines; both axes start at zero.
pub fn lines(across: &str, up: &str, series: &[Series]) -> String {
    let points = || series.iter().flat_map(|it| &it.points);
    let widest = points().map(|it| it.0).fold(1.0, f64::max);
    let highest = points().map(|it| it.1).fold(1.0, f64::max) * 1.05;
    let x = |value: f64| LEFT + value / widest * (WIDTH - LEFT - RIGHT);
    let y = |value: f64| HEIGHT - BELOW - value / highest * (HEIGHT - BELOW - ABOVE);
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"12\">\n\
         <style>text {{ fill: #555 }} .grid {{ stroke: #8884 }} \
         @media (prefers-color-scheme: dark) {{ text {{ fill: #bbb }} }}</style>\n"
    );
    let (right, bottom) = (WIDTH - RIGHT, HEIGHT - BELOW);
    for mark in marks(highest) {
        let (at, text) = (y(mark), y(mark) + 4.0);
        let end = LEFT - 6.0;
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {at:.1}H{right}\"/>\
             <text x=\"{end}\" y=\"{text:.1}\" text-anchor=\"end\">{mark}</text>"
        );
    }
    for mark in marks(widest) {
        let (at, text) = (x(mark), bottom + 16.0);
        let _ = writeln!(
            svg,
            "<text x=\"{at:.1}\" y=\"{text}\" text-anchor=\"middle\">{mark}</text>"
        );
    }
    let (middle, low) = ((LEFT + right) / 2.0, HEIGHT - 8.0);
    let _ = writeln!(
        svg,
        "<text x=\"{middle}\" y=\"{low}\" text-anchor=\"middle\">{across}</text>\
         <text x=\"{LEFT}\" y=\"12\">{up}</text>"
    );
    for (index, (line, colour)) in series.iter().zip(COLOURS.iter().cycle()).enumerate() {
        let path: Vec<String> = line
            .points
            .iter()
            .map(|(across, up)| format!("{:.1} {:.1}", x(*across), y(*up)))
            .collect();
        let at = ABOVE + 18.0 * (index as f64 + 1.0);
        let (start, end, text) = (LEFT + 12.0, LEFT + 36.0, LEFT + 42.0);
        let middle = at - 4.0;
        let _ = writeln!(
            svg,
            "<path d=\"M{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <path d=\"M{start} {middle}H{end}\" stroke=\"{colour}\" stroke-width=\"2\"/>\
             <text x=\"{text}\" y=\"{at}\">{}</text>",
            path.join("L"),
            line.name
        );
    }
    svg + "</svg>\n"
}

/// Round numbers from zero to `most`.
fn marks(most: f64) -> Vec<f64> {
    let rough = most / MARKS;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].map(|it| it * power);
    let step = step.into_iter().find(|it| *it >= rough);
    let step = step.unwrap_or(most);
    (0..)
        .map(|index| f64::from(index) * step)
        .take_while(|mark| *mark <= most)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_are_round() {
        assert_eq!(marks(30.0), [0.0, 5.0, 10.0, 15.0, 20.0, 25.0, 30.0]);
        assert_eq!(marks(380.0), [0.0, 100.0, 200.0, 300.0]);
    }

    #[test]
    fn the_same_numbers_give_the_same_plot() {
        let series = || {
            [Series {
                name: "a",
                points: vec![(1.0, 2.0), (3.0, 4.0)],
            }]
        };
        let plot = lines("calls", "ns", &series());
        assert_eq!(plot, lines("calls", "ns", &series()));
        assert!(plot.contains(">calls</text>") && plot.ends_with("</svg>\n"));
    }
}
