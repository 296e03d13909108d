//! The bytecode of a chain as a graph: blocks, where each goes on, and its loops.

use super::bounds::Bound;
use super::{Callee, Count};
use crate::codegen::{ChainCode, PlacedInsn};
use crate::ir::{BlockId, Symbol};
use crate::source::Span;
use hike_abi::Helper;
use hike_abi::limits::PACKET_READ_LAST;
use hike_isa::{AluOp, Insn, Operand, Reg, Width};
use std::collections::{BTreeMap, BTreeSet};

/// Index of a block of bytecode, in the order of the code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node(pub usize);

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
    pub next: Vec<Node>,
}

/// A loop.
#[derive(Clone, Debug)]
pub struct Loop {
    /// Where it starts.
    pub header: Node,
    /// Its blocks.
    pub body: BTreeSet<Node>,
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
#[derive(Clone, Debug)]
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
    /// The graph of a chain.
    pub fn new(code: &ChainCode, bounds: &Bounds, finals: &BTreeSet<Symbol>) -> Self {
        let starts = starts(code);
        let blocks: Vec<Block> = (0..starts.len())
            .map(|index| block(code, &starts, index, finals))
            .collect();
        let (order, back) = walk(&blocks);
        let mut graph = Self {
            blocks,
            order,
            loops: Vec::new(),
        };
        graph.loops = graph.find_loops(&back, |node| turns(code, starts[node.0], bounds));
        for a_loop in &mut graph.loops {
            let latch = a_loop.latches.first().map_or(a_loop.header, |latch| *latch);
            let end = starts.get(latch.0 + 1).copied().unwrap_or(code.insns.len());
            a_loop.span = code.insns[end - 1].span;
        }
        graph
    }

    /// Every call of a chain.
    pub fn chain_calls(&self) -> impl Iterator<Item = &Callee> {
        self.order
            .iter()
            .flat_map(|node| &self.blocks[node.0].chains)
    }

    /// Marks the blocks that call such chains; says whether any block may end the way of
    /// the packet.
    pub fn mark_ends(&mut self, ends: impl Fn(&Symbol) -> bool) -> bool {
        for block in &mut self.blocks {
            block.may_end |= block.chains.iter().any(|call| ends(&call.symbol));
        }
        self.order.iter().any(|node| self.blocks[node.0].may_end)
    }

    fn find_loops(
        &self,
        back: &[(Node, Node)],
        turns: impl Fn(Node) -> (Count, bool),
    ) -> Vec<Loop> {
        let headers: BTreeSet<Node> = back.iter().map(|(_, header)| *header).collect();
        let mut loops: Vec<Loop> = headers
            .into_iter()
            .map(|header| {
                let latches = back.iter().filter(|(_, to)| *to == header);
                let latches: Vec<Node> = latches.map(|(from, _)| *from).collect();
                let (turns, exact) = turns(header);
                Loop {
                    header,
                    body: self.body(header, &latches),
                    latches,
                    turns,
                    exact,
                    span: Span::new(crate::source::FileId(0), 0, 0),
                }
            })
            .collect();
        loops.sort_by_key(|a_loop| a_loop.body.len());
        loops
    }

    fn body(&self, header: Node, latches: &[Node]) -> BTreeSet<Node> {
        let mut body = BTreeSet::from([header]);
        let mut waiting = latches.to_vec();
        while let Some(node) = waiting.pop() {
            if body.insert(node) {
                let leads_here = |from: &&Node| self.blocks[from.0].next.contains(&node);
                waiting.extend(self.order.iter().filter(leads_here));
            }
        }
        body
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

/// The indices of instructions that blocks start with.
fn starts(code: &ChainCode) -> Vec<usize> {
    let mut slots = BTreeSet::from([0]);
    for placed in &code.insns {
        let after = placed.slot + placed.insn.slots() as u32;
        slots.extend(target(placed));
        if target(placed).is_some() || !placed.insn.falls_through() {
            slots.insert(after);
        }
        // A call can be the last that happens: what comes after it is a block of its own.
        if placed.callee.is_some() || matches!(placed.insn, Insn::CallHelper { .. }) {
            slots.insert(after);
        }
    }
    let insns = code.insns.iter().enumerate();
    insns
        .filter(|(_, placed)| slots.contains(&placed.slot))
        .map(|(index, _)| index)
        .collect()
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

fn block(code: &ChainCode, starts: &[usize], index: usize, finals: &BTreeSet<Symbol>) -> Block {
    let end = starts.get(index + 1).copied().unwrap_or(code.insns.len());
    let insns = &code.insns[starts[index]..end];
    let mut block = Block {
        instructions: insns.len() as u64 - fused(insns),
        ..Block::default()
    };
    for placed in insns {
        block.add_call(placed);
    }
    let Some(last) = insns.last() else {
        return block;
    };
    let ends = last
        .callee
        .as_ref()
        .is_some_and(|callee| finals.contains(callee));
    if last.insn.falls_through() && !ends && index + 1 < starts.len() {
        block.next.push(Node(index + 1));
    }
    let to = target(last).and_then(|slot| {
        starts
            .iter()
            .position(|start| code.insns[*start].slot == slot)
    });
    block.next.extend(to.map(Node));
    block
}

impl Block {
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

/// Pairs that the VM executes as one: a constant argument and the program call or the packet
/// read after it.
fn fused(insns: &[PlacedInsn]) -> u64 {
    let pairs = insns.windows(2);
    pairs
        .filter(|pair| argument(&pair[0].insn).is_some_and(|it| takes(&pair[1], it)))
        .count() as u64
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

/// Whether a call has a form with a constant argument.
fn takes(call: &PlacedInsn, argument: i32) -> bool {
    const FIRST: u32 = Helper::PacketReadU8 as u32;
    const LAST: u32 = Helper::PacketReadU64 as u32;
    match call.insn {
        Insn::CallHelper {
            number: FIRST..=LAST,
        } => (0..=PACKET_READ_LAST).contains(&argument),
        _ => {
            let callee = call.callee.as_ref();
            callee.is_some_and(|symbol| symbol.0.starts_with("programs."))
        }
    }
}

/// Blocks in an order that edges follow, but for those that go back, which come second.
fn walk(blocks: &[Block]) -> (Vec<Node>, Vec<(Node, Node)>) {
    let mut state = vec![State::New; blocks.len()];
    let (mut order, mut back) = (Vec::new(), Vec::new());
    let mut stack = vec![(Node(0), 0)];
    state[0] = State::Open;
    while let Some((node, done)) = stack.last_mut() {
        let from = *node;
        let Some(&next) = blocks[from.0].next.get(*done) else {
            state[from.0] = State::Closed;
            order.push(from);
            stack.pop();
            continue;
        };
        *done += 1;
        match state[next.0] {
            State::Open => back.push((from, next)),
            State::Closed => {}
            State::New => {
                state[next.0] = State::Open;
                stack.push((next, 0));
            }
        }
    }
    order.reverse();
    (order, back)
}

#[derive(Clone, Copy)]
enum State {
    New,
    Open,
    Closed,
}
