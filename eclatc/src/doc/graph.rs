//! Graphs to be drawn: nodes with lines of text, and edges between them.

/// A graph.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Graph {
    /// Nodes; edges name them by their place.
    pub nodes: Vec<Node>,
    /// Edges, in the order in which they leave a node.
    pub edges: Vec<Edge>,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// How it looks.
    pub look: Look,
    /// What it says.
    pub lines: Vec<Line>,
}

/// A line of text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Number of the line in its source, if it is of one.
    pub number: Option<u32>,
    /// The text, eCLAT.
    pub text: String,
    /// Where a click leads, from the root of the site; else the words lead where they may.
    pub link: Option<String>,
}

/// How a node looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Look {
    /// Where a chain begins.
    Entry,
    /// Statements.
    Block,
    /// Statements, the last of which decides where to go on.
    Choice,
    /// The end of a chain, by a return.
    Return,
    /// The end of the packet's way through the chains.
    Final,
    /// A chain loader.
    Loader,
    /// A chain.
    Chain,
    /// A program.
    Program,
}

/// An edge.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    /// Where it leaves.
    pub from: usize,
    /// Where it leads.
    pub to: usize,
    /// When it is taken.
    pub when: When,
}

/// When an edge is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// Always.
    Always,
    /// When the condition holds.
    True,
    /// When it does not.
    False,
}

impl Look {
    /// The class of its box.
    pub fn class(self) -> &'static str {
        match self {
            Self::Entry => "entry",
            Self::Block => "block",
            Self::Choice => "choice",
            Self::Return => "return",
            Self::Final => "final",
            Self::Loader => "loader",
            Self::Chain => "chain",
            Self::Program => "program",
        }
    }
}

impl When {
    /// What is written beside the edge.
    pub fn label(self) -> Option<&'static str> {
        match self {
            Self::Always => None,
            Self::True => Some("true"),
            Self::False => Some("false"),
        }
    }
}
