//! The catalogue: pages and drawings beside golden files, layouts and texts by their laws.
//! `BLESS=1 cargo test -p eclatc --test doc` rewrites the golden files.

mod support;

use eclatc::doc::flow::flow;
use eclatc::doc::graph::{Edge, Graph, Line, Look, Node, When};
use eclatc::doc::layout::{Direction, Layout, Placed, Route, Size, layout};
use eclatc::doc::links::Links;
use eclatc::doc::svg::{Name, draw};
use eclatc::doc::{
    Catalogue, Object, Package, Script, ScriptKind, highlight, markdown, model, page,
};
use hike_format::package::PackageManifest;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/eclatc/doc")
}

/// A catalogue of one script, and of the token bucket that it calls.
fn catalogue() -> Catalogue {
    let path = "police.eclat";
    let text = std::fs::read_to_string(folder().join(path)).expect("the script");
    let front = support::front(path, &text);
    assert!(front.problems.is_empty(), "{:?}", front.problems);
    let source = front.sources.file(front.script.file).clone();
    let mut signature = support::meter("ip6_dst_tbmon");
    signature.doc =
        "A token bucket for each IPv6 destination.\n\nContinues with `0` or `-1`.".into();
    signature.config[0].doc = "Packets that may come at once.".into();
    let manifest = "name = \"meter\"\nversion = \"1\"\ndescription = \"meters\"\n";
    let package = Package {
        manifest: PackageManifest::parse(manifest.as_bytes()).expect("a manifest"),
        objects: vec![Object {
            package: "meter".into(),
            signature,
            license: "GPL".into(),
            length: 1000,
        }],
    };
    let script = Script {
        key: "police".into(),
        kind: ScriptKind::Example("meter".into()),
        source,
        tree: front.script,
        signatures: model::signatures(&text),
        names: vec![(
            "ip6_dst_tbmon".into(),
            "programs.meter.ip6_dst_tbmon".into(),
        )],
    };
    Catalogue {
        packages: vec![package],
        scripts: vec![script],
    }
}

fn compare(name: &str, found: &str) {
    let golden = folder().join(name);
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&golden, found).expect("a golden file");
        return;
    }
    let expected = std::fs::read_to_string(&golden).unwrap_or_default();
    let mut lines = expected.lines().zip(found.lines());
    let differing = lines.find(|(old, new)| old != new);
    assert!(
        expected == found,
        "{name} differs, first in {differing:?}; \
         if the new one is right, run: BLESS=1 cargo test -p eclatc --test doc"
    );
}

#[test]
fn control_flow_is_drawn() {
    let catalogue = catalogue();
    let script = &catalogue.scripts[0];
    let links = Links::new(&catalogue).of(script);
    for chain in &script.tree.chains {
        let name = Name {
            title: "Control flow",
            id: "flow",
        };
        let svg = draw(&flow(script, chain), Direction::Down, name, &links);
        compare(&format!("{}.svg", chain.name), &svg);
    }
}

#[test]
fn a_program_has_a_page() {
    let catalogue = catalogue();
    let links = Links::new(&catalogue);
    let object = &catalogue.packages[0].objects[0];
    compare("ip6_dst_tbmon.html", &page::object(object, &links).html());
}

#[test]
fn a_chain_has_a_page() {
    let catalogue = catalogue();
    let links = Links::new(&catalogue);
    let script = &catalogue.scripts[0];
    let page = page::chain(script, &script.tree.chains[0], &links);
    compare("police.html", &page.html());
}

#[test]
fn documentation_brings_nothing_from_outside() {
    let catalogue = Catalogue::default();
    let links = Links::new(&catalogue);
    let text = "Text <script>alert(1)</script> ![a picture](https://example.org/a.png) \
                [a file](../vm.md) [a page](https://example.org/)\n\n<img src='x'>\n";
    let html = markdown::html(text, &links);
    assert!(
        !html.contains("<script") && !html.contains("<img"),
        "{html}"
    );
    assert!(!html.contains("vm.md") && !html.contains("a.png"), "{html}");
    assert!(
        html.contains("<a href=\"https://example.org/\">a page</a>"),
        "{html}"
    );
}

/// Any graph: edges lead anywhere, back and to where they come from too.
fn graphs() -> impl Strategy<Value = (Vec<Size>, Graph)> {
    (1usize..14).prop_flat_map(|count| {
        let size = (10u32..200, 10u32..90).prop_map(|(width, height)| Size {
            width: f64::from(width) * 2.0,
            height: f64::from(height) * 2.0,
        });
        let sizes = prop::collection::vec(size, count);
        let edges = prop::collection::vec((0..count, 0..count), 0..20);
        (sizes, edges).prop_map(|(sizes, edges)| {
            let node = Node {
                look: Look::Block,
                lines: Vec::<Line>::new(),
            };
            let edge = |(from, to)| Edge {
                from,
                to,
                when: When::Always,
            };
            let graph = Graph {
                nodes: vec![node; sizes.len()],
                edges: edges.into_iter().map(edge).collect(),
            };
            (sizes, graph)
        })
    })
}

fn overlap(one: &Placed, two: &Placed) -> bool {
    let apart = |a: f64, length: f64, b: f64, other: f64| a + length <= b || b + other <= a;
    !apart(one.at.x, one.size.width, two.at.x, two.size.width)
        && !apart(one.at.y, one.size.height, two.at.y, two.size.height)
}

/// Whether a point lies on the border of a node.
fn touches(node: &Placed, x: f64, y: f64) -> bool {
    let near = |a: f64, b: f64| (a - b).abs() < 0.01;
    let (right, bottom) = (node.at.x + node.size.width, node.at.y + node.size.height);
    let inside_x = x >= node.at.x - 0.01 && x <= right + 0.01;
    let inside_y = y >= node.at.y - 0.01 && y <= bottom + 0.01;
    let on_x = near(x, node.at.x) || near(x, right);
    let on_y = near(y, node.at.y) || near(y, bottom);
    (on_x && inside_y) || (on_y && inside_x)
}

fn check_layout(graph: &Graph, layout: &Layout) {
    let Layout {
        size,
        nodes,
        routes,
    } = layout;
    for (index, node) in nodes.iter().enumerate() {
        assert!(node.at.x >= 0.0 && node.at.x + node.size.width <= size.width);
        assert!(node.at.y >= 0.0 && node.at.y + node.size.height <= size.height);
        let other = nodes[index + 1..].iter().find(|other| overlap(node, other));
        assert_eq!(other, None, "nodes lie on each other");
    }
    for (edge, route) in graph.edges.iter().zip(routes) {
        let (Route::Down(points) | Route::Back(points)) = route;
        let (start, end) = (points[0], points[points.len() - 1]);
        assert!(touches(&nodes[edge.from], start.x, start.y), "{route:?}");
        assert!(touches(&nodes[edge.to], end.x, end.y), "{route:?}");
        for point in points {
            assert!(point.x >= 0.0 && point.x <= size.width, "{point:?}");
            assert!(point.y >= 0.0 && point.y <= size.height, "{point:?}");
        }
    }
}

proptest! {
    #[test]
    fn nodes_keep_apart_and_edges_reach_them((sizes, graph) in graphs()) {
        for direction in [Direction::Down, Direction::Right] {
            let first = layout(&graph, &sizes, direction);
            check_layout(&graph, &first);
            prop_assert_eq!(&first, &layout(&graph, &sizes, direction));
        }
    }

    #[test]
    fn colours_change_no_character(text in "[ -~\n\t\"'#é\\\\]{0,60}") {
        let catalogue = Catalogue::default();
        let pieces = highlight::pieces(&text, &Links::new(&catalogue));
        let whole: String = pieces.iter().map(|piece| piece.text).collect();
        prop_assert_eq!(whole, text);
    }

    #[test]
    fn any_documentation_becomes_html(text in "[ -~\n`*_|é-]{0,80}") {
        let catalogue = Catalogue::default();
        let html = markdown::html(&text, &Links::new(&catalogue));
        prop_assert!(!html.contains("<script"), "{}", html);
    }
}
