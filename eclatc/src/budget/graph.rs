//! The bytecode of a chain as a graph: blocks, where each goes on, and its loops.

use super::bounds::Bound;
use super::{Callee, Count, Finals};
use crate::bitset::{self, Bits};
use crate::codegen::{ChainCode, PlacedInsn};
use crate::ir::{BlockId, Symbol};
use crate::source::Span;
use hike_abi::Helper;
use hike_abi::limits::PACKET_READ_LAST;
use hike_isa::{AluOp, Insn, Operand, Reg, Width};
use std::collections::BTreeMap;

/// Index of a block of bytecode, in the order of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub u32);

impl Node {
    /// As an index into [`Graph::blocks`].
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// Instructions that are executed one after the other.
#[derive(Clone, Debug, Default)]
pub struct Block {
    /// How many the VM executes.
    pub instructions: u64,
    /// Calls of programs.
    pub programs: u64,
    /// Calls of chains.
    pub chains: Vec<Callee>,
    /// The packet may be decided here: by a program, or because an access is a fault.
    pub may_end: bool,
    /// Where it goes on; nowhere when the chain ends.
    next: [Option<Node>; 2],
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Where it starts.
    pub header: Node,
    /// Its blocks.
    pub body: Vec<u64>,
    /// The blocks that go back to its start.
    pub latches: Vec<Node>,
    /// How often its first block is entered at most.
    pub turns: Count,
    /// It is entered exactly so often.
    pub exact: bool,
    /// Its place in the source.
    pub span: Span,
}

/// The code of one chain.
#[derive(Clone, Debug, Default)]
pub struct Graph {
    /// By [`Node`]; the first is the entry.
    pub blocks: Vec<Block>,
    /// Blocks that can be reached, each after those that lead to it forward.
    pub order: Vec<Node>,
    /// Inner loops first.
    pub loops: Vec<Loop>,
}

type Bounds = BTreeMap<BlockId, Option<Bound>>;

impl Graph {
    /// Every call of a chain.
    pub fn chain_calls(&self) -> impl Iterator<Item = &Callee> {
        self.order.iter().flat_map(|node| &self.block(*node).chains)
    }

    /// The block of a node.
    pub fn block(&self, node: Node) -> &Block {
        &self.blocks[node.index()]
    }

    /// Marks the blocks that call such chains; says whether any block may end the way of
    /// the packet.
    pub fn mark_ends(&mut self, ends: impl Fn(&Symbol) -> bool) -> bool {
        for block in &mut self.blocks {
            block.may_end |= block.chains.iter().any(|call| ends(&call.symbol));
        }
        self.may_end()
    }

    /// Whether any block may end the way of the packet.
    pub fn may_end(&self) -> bool {
        self.order.iter().any(|node| self.block(*node).may_end)
    }

    /// The loops that these edges close.
    fn find_loops(&mut self, back: &mut [(Node, Node)], code: &ChainCode, starts: &[u32]) {
        back.sort_by_key(|(_, header)| *header);
        for edges in back.chunk_by(|a, b| a.1 == b.1) {
            let header = edges[0].1;
            let latches: Vec<Node> = edges.iter().map(|(from, _)| *from).collect();
            let end = starts
                .get(latches[0].index() + 1)
                .map(|start| *start as usize);
            let end = end.unwrap_or(code.insns.len());
            self.loops.push(Loop {
                header,
                body: self.body(header, &latches),
                latches,
                turns: Count::UNBOUNDED,
                exact: false,
                span: code.insns[end - 1].span,
            });
        }
        self.loops.sort_by_key(|a_loop| a_loop.body.count());
    }

    fn body(&self, header: Node, latches: &[Node]) -> Vec<u64> {
        let mut body = Vec::new();
        bitset::clear(&mut body, self.blocks.len() as u32);
        body.include(header.0);
        let mut waiting = latches.to_vec();
        while let Some(node) = waiting.pop() {
            if !body.has(node.0) {
                body.include(node.0);
                let leads_here = |from: &&Node| self.block(**from).next().any(|it| it == node);
                waiting.extend(self.order.iter().filter(leads_here));
            }
        }
        body
    }
}

/// Makes graphs, one chain after the other.
#[derive(Default)]
pub struct Builder {
    /// The instructions that blocks start with, by index.
    starts: Vec<u32>,
    /// For each slot, the block that starts there.
    nodes: Vec<Option<Node>>,
    walk: Walk,
}

impl Builder {
    /// Makes `graph` that of a chain.
    pub fn build(
        &mut self,
        graph: &mut Graph,
        code: &ChainCode,
        bounds: &Bounds,
        finals: &Finals<'_>,
    ) {
        self.find_starts(code);
        graph.blocks.clear();
        for index in 0..self.starts.len() {
            graph.blocks.push(self.block(code, index, finals));
        }
        graph.loops.clear();
        let back = self.walk.run(&graph.blocks, &mut graph.order);
        if back.is_empty() {
            return;
        }
        graph.find_loops(back, code, &self.starts);
        for a_loop in &mut graph.loops {
            let first = self.starts[a_loop.header.index()] as usize;
            (a_loop.turns, a_loop.exact) = turns(code, first, bounds);
        }
    }

    fn find_starts(&mut self, code: &ChainCode) {
        let last = code.insns.last();
        let slots = last.map_or(0, |last| last.slot as usize + last.insn.slots());
        let marked = Some(Node(0));
        self.nodes.clear();
        // Behind the last instruction a block may start as well, an empty one.
        self.nodes.resize(slots + 1, None);
        self.nodes[0] = marked;
        for placed in &code.insns {
            let target = target(placed);
            if let Some(target) = target {
                self.nodes[target as usize] = marked;
            }
            if target.is_some() || is_call(placed) || !placed.insn.falls_through() {
                self.nodes[placed.slot as usize + placed.insn.slots()] = marked;
            }
        }
        self.starts.clear();
        for (index, placed) in code.insns.iter().enumerate() {
            if let Some(node) = &mut self.nodes[placed.slot as usize] {
                *node = Node(self.starts.len() as u32);
                self.starts.push(index as u32);
            }
        }
    }

    fn block(&self, code: &ChainCode, index: usize, finals: &Finals<'_>) -> Block {
        let start = self.starts[index] as usize;
        let next = self.starts.get(index + 1).map(|next| *next as usize);
        let insns = &code.insns[start..next.unwrap_or(code.insns.len())];
        let mut block = Block {
            instructions: insns.len() as u64,
            ..Block::default()
        };
        let Some(last) = insns.last() else {
            return block;
        };
        // There are no calls but at the end.
        let mut ends = false;
        if is_call(last) {
            block.add_call(last);
            if let [.., before, _] = insns
                && argument(&before.insn).is_some_and(|it| takes(last, it, &block))
            {
                block.instructions -= 1;
            }
            let callee = last.callee.as_ref();
            ends = callee.is_some_and(|callee| finals.contains(&callee));
        }
        let falls_through = last.insn.falls_through() && !ends && next.is_some();
        block.next = [
            falls_through.then_some(Node(index as u32 + 1)),
            target(last).and_then(|slot| self.nodes[slot as usize]),
        ];
        block
    }
}

/// How often the loop runs that starts with an instruction. Loops of the IR whose first
/// blocks have no instructions of their own start at the same one.
fn turns(code: &ChainCode, index: usize, bounds: &Bounds) -> (Count, bool) {
    let slot = code.insns[index].slot;
    let here = code.blocks.iter().filter(|(_, start)| *start == slot);
    let here: Vec<_> = here.filter_map(|(id, _)| bounds.get(id)).collect();
    let turns = here.iter().map(|bound| match bound {
        Some(bound) => Count::new(bound.turns),
        None => Count::UNBOUNDED,
    });
    let exact = matches!(here[..], [Some(Bound { exact: true, .. })]);
    let turns = turns.reduce(Count::times).unwrap_or(Count::UNBOUNDED);
    (turns, exact)
}

/// Whether it is a call. It can be the last that happens, so what comes after it is a block of
/// its own.
fn is_call(placed: &PlacedInsn) -> bool {
    placed.callee.is_some() || matches!(placed.insn, Insn::CallHelper { .. })
}

/// The slot that a jump leads to.
fn target(placed: &PlacedInsn) -> Option<u32> {
    let off = match placed.insn {
        Insn::Goto { off, .. } => off,
        Insn::JumpIf { off, .. } => off.into(),
        _ => return None,
    };
    Some((placed.slot + 1).wrapping_add_signed(off))
}

impl Block {
    /// Where it goes on; nowhere when the chain ends.
    pub fn next(&self) -> impl Iterator<Item = Node> + Clone + use<> {
        self.next.into_iter().flatten()
    }

    fn add_call(&mut self, placed: &PlacedInsn) {
        if let Insn::CallHelper { number } = placed.insn {
            let clock = [Helper::TimeNs as u32, Helper::RandomU32 as u32];
            self.may_end |= !clock.contains(&number);
        }
        let Some(symbol) = &placed.callee else {
            return;
        };
        match symbol.0.starts_with("programs.") {
            true => {
                self.programs += 1;
                self.may_end = true;
            }
            false => self.chains.push(Callee {
                symbol: symbol.clone(),
                span: placed.span,
            }),
        }
    }
}

/// The constant argument that an instruction puts in place.
fn argument(insn: &Insn) -> Option<i32> {
    match insn {
        Insn::Alu {
            width: Width::W64,
            op: AluOp::Mov,
            dst: Reg::R1,
            src: Operand::Imm(imm),
        } => Some(*imm),
        _ => None,
    }
}

/// Whether the call that a block ends with has a form with a constant argument: the VM
/// executes both as one.
fn takes(call: &PlacedInsn, argument: i32, block: &Block) -> bool {
    const FIRST: u32 = Helper::PacketReadU8 as u32;
    const LAST: u32 = Helper::PacketReadU64 as u32;
    match call.insn {
        Insn::CallHelper {
            number: FIRST..=LAST,
        } => (0..=PACKET_READ_LAST).contains(&argument),
        _ => block.programs > 0,
    }
}

/// Walks through a graph.
#[derive(Default)]
struct Walk {
    states: Vec<State>,
    path: Vec<(Node, u8)>,
    back: Vec<(Node, Node)>,
}

impl Walk {
    /// Makes `order` the blocks in an order that edges follow, but for those that are given.
    fn run(&mut self, blocks: &[Block], order: &mut Vec<Node>) -> &mut [(Node, Node)] {
        order.clear();
        self.back.clear();
        self.states.clear();
        self.states.resize(blocks.len(), State::New);
        self.states[0] = State::Open;
        self.path.push((Node(0), 0));
        while let Some((node, done)) = self.path.last_mut() {
            let from = *node;
            let Some(next) = blocks[from.index()].next().nth((*done).into()) else {
                self.states[from.index()] = State::Closed;
                order.push(from);
                self.path.pop();
                continue;
            };
            *done += 1;
            match self.states[next.index()] {
                State::Open => self.back.push((from, next)),
                State::Closed => {}
                State::New => {
                    self.states[next.index()] = State::Open;
                    self.path.push((next, 0));
                }
            }
        }
        order.reverse();
        &mut self.back
    }
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    Closed,
}
