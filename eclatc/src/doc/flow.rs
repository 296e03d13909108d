//! The control flow of a chain, as its source has it: basic blocks of statements.

use super::Script;
use super::graph::{Edge, Graph, Line, Look, Node, When};
use crate::hir::{Block, Chain, Expr, ExprKind, Stmt, StmtKind};
use crate::source::Span;

/// Characters of a line, at most.
const WIDTH: usize = 46;
/// Lines of a statement, at most.
const LINES: usize = 5;

/// The control-flow graph of a chain.
pub fn flow(script: &Script, chain: &Chain) -> Graph {
    let mut builder = Builder {
        script,
        graph: Graph::default(),
        at: At::Edges(Vec::new()),
        loops: Vec::new(),
        headers: Vec::new(),
        shown: None,
    };
    builder.entry(chain);
    builder.block(&chain.body);
    builder.end();
    builder.graph
}

/// An edge that does not lead anywhere yet.
type Loose = (usize, When);

/// Where the next statement goes.
enum At {
    /// To the end of a node.
    Node(usize),
    /// To a new node, which these edges lead to; nowhere when there are none.
    Edges(Vec<Loose>),
}

/// Edges out of the loop that is being built.
#[derive(Default)]
struct Loop {
    breaks: Vec<Loose>,
    continues: Vec<Loose>,
}

struct Builder<'a> {
    script: &'a Script,
    graph: Graph,
    at: At,
    loops: Vec<Loop>,
    /// Headers of the loops that are being built: what the compiler makes of a `for` lies
    /// in its header, which is shown already.
    headers: Vec<Span>,
    /// The statement shown last: one of several that the compiler makes of it is enough.
    shown: Option<Span>,
}

impl Builder<'_> {
    fn entry(&mut self, chain: &Chain) {
        let line = Line {
            number: None,
            text: self.script.chain_signature(chain).to_owned(),
            link: None,
        };
        let entry = self.node(Look::Entry);
        self.graph.nodes[entry].lines.push(line);
        self.at = At::Edges(vec![(entry, When::Always)]);
    }

    fn block(&mut self, block: &Block) {
        for (index, stmt) in block.iter().enumerate() {
            if self.is_dead() {
                return;
            }
            let loops = block[index + 1..].iter().filter(|later| is_loop(later));
            let mut headers = loops.map(|later| later.span).chain(self.headers.clone());
            if !headers.any(|header| contains(header, stmt.span)) {
                self.statement(stmt);
            }
        }
    }

    fn statement(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Assign { value, .. } | StmtKind::Expr(value) => {
                let node = self.show(stmt.span);
                if ends_chain(value) {
                    self.stop(node, Look::Final);
                }
            }
            StmtKind::Return(_) => {
                let node = self.show(stmt.span);
                self.stop(node, Look::Return);
            }
            StmtKind::If {
                then, otherwise, ..
            } => self.choice(stmt.span, then, otherwise),
            StmtKind::Loop { cond, body, step } => self.turns(stmt.span, cond, body, step),
            StmtKind::Break => self.leave(stmt.span, |innermost| &mut innermost.breaks),
            StmtKind::Continue => self.leave(stmt.span, |innermost| &mut innermost.continues),
        }
    }

    fn choice(&mut self, header: Span, then: &Block, otherwise: &Block) {
        let node = self.show(header);
        self.graph.nodes[node].look = Look::Choice;
        self.at = At::Edges(vec![(node, When::True)]);
        self.block(then);
        let mut after = self.take_loose();
        self.at = At::Edges(vec![(node, When::False)]);
        self.block(otherwise);
        after.extend(self.take_loose());
        self.at = At::Edges(after);
    }

    fn turns(&mut self, header: Span, cond: &Expr, body: &Block, step: &Block) {
        let endless = matches!(cond.kind, ExprKind::Const(value) if value != 0);
        let node = self.loop_header(header, endless);
        let into = if endless { When::Always } else { When::True };
        self.headers.push(header);
        self.loops.push(Loop::default());
        self.at = At::Edges(vec![(node, into)]);
        self.block(body);
        let Loop { breaks, continues } = self.loops.pop().unwrap_or_default();
        let mut again = self.take_loose();
        again.extend(continues);
        self.at = At::Edges(again);
        self.block(step);
        self.headers.pop();
        for (from, when) in self.take_loose() {
            self.edge(from, node, when);
        }
        let mut after = breaks;
        after.extend((!endless).then_some((node, When::False)));
        self.at = At::Edges(after);
    }

    /// The node of a loop's condition, to which the loop comes back.
    fn loop_header(&mut self, header: Span, endless: bool) -> usize {
        let before = self.take_loose();
        self.at = At::Edges(before);
        self.shown = None;
        let node = self.show(header);
        if !endless {
            self.graph.nodes[node].look = Look::Choice;
        }
        node
    }

    fn leave(&mut self, span: Span, edges: impl Fn(&mut Loop) -> &mut Vec<Loose>) {
        self.show(span);
        let loose = self.take_loose();
        if let Some(innermost) = self.loops.last_mut() {
            edges(innermost).extend(loose);
        }
    }

    /// What falls off the end of the chain gives 0.
    fn end(&mut self) {
        if self.is_dead() {
            return;
        }
        let loose = self.take_loose();
        let node = self.node(Look::Return);
        self.graph.nodes[node].lines.push(Line {
            number: None,
            text: "end of the chain".to_owned(),
            link: None,
        });
        for (from, when) in loose {
            self.edge(from, node, when);
        }
    }

    fn stop(&mut self, node: usize, look: Look) {
        self.graph.nodes[node].look = look;
        self.at = At::Edges(Vec::new());
    }

    fn is_dead(&self) -> bool {
        matches!(&self.at, At::Edges(edges) if edges.is_empty())
    }

    /// Adds a statement's line to the node it belongs to, and gives the node.
    fn show(&mut self, span: Span) -> usize {
        let node = self.here();
        if self.shown != Some(span) {
            let lines = self.lines(span);
            self.graph.nodes[node].lines.extend(lines);
            self.shown = Some(span);
        }
        node
    }

    /// The text of a statement; its first line has the number.
    fn lines(&self, span: Span) -> Vec<Line> {
        let source = &self.script.source;
        let range = span.start as usize..span.end as usize;
        let text = source.text().get(range).unwrap_or_default();
        let number = source.line_column(span.start).line;
        let lines = wrapped(text).into_iter().enumerate();
        lines
            .map(|(index, text)| Line {
                number: (index == 0).then_some(number),
                text,
                link: None,
            })
            .collect()
    }

    fn here(&mut self) -> usize {
        let edges = match &mut self.at {
            At::Node(node) => return *node,
            At::Edges(edges) => std::mem::take(edges),
        };
        let node = self.node(Look::Block);
        for (from, when) in edges {
            self.edge(from, node, when);
        }
        self.at = At::Node(node);
        node
    }

    fn take_loose(&mut self) -> Vec<Loose> {
        match std::mem::replace(&mut self.at, At::Edges(Vec::new())) {
            At::Node(node) => vec![(node, When::Always)],
            At::Edges(edges) => edges,
        }
    }

    fn node(&mut self, look: Look) -> usize {
        self.graph.nodes.push(Node {
            look,
            lines: Vec::new(),
        });
        self.graph.nodes.len() - 1
    }

    fn edge(&mut self, from: usize, to: usize, when: When) {
        self.graph.edges.push(Edge { from, to, when });
    }
}

fn is_loop(stmt: &Stmt) -> bool {
    matches!(stmt.kind, StmtKind::Loop { .. })
}

fn contains(whole: Span, part: Span) -> bool {
    whole.start <= part.start && part.end <= whole.end
}

fn ends_chain(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Call(call) => call.ends_chain,
        ExprKind::Convert(value) => ends_chain(value),
        _ => false,
    }
}

/// A statement in lines that are not too long; the end of a very long one is left out.
fn wrapped(text: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace().filter(|word| *word != "\\") {
        let last = lines.len() - 1;
        let line = &mut lines[last];
        let fits = line.chars().count() + word.chars().count() < WIDTH;
        match (line.is_empty(), fits) {
            (true, _) => line.push_str(word),
            (false, true) => *line += &format!(" {word}"),
            (false, false) => lines.push(format!("    {word}")),
        }
    }
    if lines.len() > LINES {
        lines.truncate(LINES);
        lines[LINES - 1].push_str(" …");
    }
    lines
}
