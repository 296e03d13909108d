//! The function under construction: the current block, variables, and enclosing loops.

use super::env::{Changes, Env, Mark};
use crate::hir::{Chain, LocalId};
use crate::ir::{
    Block, BlockId, Function, Inst, Op, Operand, Target, Terminator, UnaryOp, ValueId,
};
use crate::source::Span;
use smallvec::SmallVec;

/// Builds the function of one chain.
pub struct Builder<'a> {
    pub(super) chain: &'a Chain,
    pub(super) env: Env,
    pub(super) loops: Vec<Loop>,
    function: Function,
    /// The block that grows; `None` where control cannot come.
    current: Option<BlockId>,
}

/// An enclosing loop.
pub struct Loop {
    /// The point that changes of `continues` start from.
    pub head: Mark,
    /// The point that changes of `breaks` start from.
    pub exit: Mark,
    /// Jumps to its `step`.
    pub continues: Edges,
    /// Jumps to what follows it.
    pub breaks: Edges,
}

/// A jump whose target is not known yet, with the variables that changed before it.
pub struct Edge {
    /// The block that ends with the jump.
    pub from: BlockId,
    /// What changed since the point all edges of the target have in common.
    pub changes: Changes,
    /// Its place.
    pub span: Span,
}

/// Jumps that have a target in common.
pub type Edges = SmallVec<[Edge; 2]>;

/// Blocks to have room for from the start.
const USUAL_BLOCKS: usize = 16;

impl<'a> Builder<'a> {
    /// An empty function for a chain.
    pub fn new(chain: &'a Chain, mut env: Env) -> Self {
        let mut function = Function {
            symbol: chain.symbol.clone(),
            span: chain.span,
            blocks: Vec::with_capacity(USUAL_BLOCKS),
            values: 0,
        };
        env.reset(chain.locals.len());
        let entry = function.new_block(unfinished(chain.span));
        Self {
            chain,
            env,
            loops: Vec::new(),
            function,
            current: Some(entry),
        }
    }

    /// Gives the parameters their values: the caller passes 64 bits, the type keeps fewer.
    pub fn params(&mut self) {
        let locals = self.chain.locals.iter();
        for (index, local) in locals.take(self.chain.params as usize).enumerate() {
            let value = self.param(BlockId::ENTRY);
            let bits = local.ty.bits.into();
            let value = match UnaryOp::extension(bits, local.ty.signed) {
                Some(op) => self.emit(Op::Unary(op, value.into()), local.span),
                None => value.into(),
            };
            self.env.set(LocalId(index as u32), value);
        }
    }

    /// The finished function; control that is left returns 0. The variables can be used again.
    pub fn finish(mut self) -> (Function, Env) {
        self.end(Terminator::Return(Operand::Const(0)), self.chain.span);
        (self.function, self.env)
    }

    /// The block that grows, if control can come here.
    pub fn current(&self) -> Option<BlockId> {
        self.current
    }

    /// A new block, not yet entered.
    pub fn new_block(&mut self, span: Span) -> BlockId {
        self.function.new_block(unfinished(span))
    }

    /// Goes on in another block.
    pub fn enter(&mut self, block: BlockId) {
        self.current = Some(block);
    }

    /// Adds a parameter to a block.
    pub fn param(&mut self, block: BlockId) -> ValueId {
        let value = self.function.new_value();
        self.function.block_mut(block).params.push(value);
        value
    }

    /// Adds an instruction and gives its result.
    pub fn emit(&mut self, op: Op, span: Span) -> Operand {
        let Some(current) = self.current else {
            return Operand::Const(0);
        };
        let result = self.function.new_value();
        self.function.block_mut(current).insts.push(Inst {
            result: Some(result),
            op,
            span,
        });
        result.into()
    }

    /// Ends the current block; control does not come to what follows.
    pub fn end(&mut self, end: Terminator, span: Span) {
        if let Some(current) = self.current.take() {
            let block = self.function.block_mut(current);
            block.end = end;
            block.end_span = span;
        }
    }

    /// Ends the current block with a jump to one without parameters.
    pub fn jump(&mut self, block: BlockId, span: Span) {
        self.end(Terminator::Jump(Target::bare(block)), span);
    }

    /// Ends the current block with a jump that [`Self::join`] completes.
    pub fn leave(&mut self, mark: Mark, span: Span) -> Option<Edge> {
        let from = self.current.take()?;
        Some(Edge {
            from,
            changes: self.env.since(mark),
            span,
        })
    }

    /// Goes on where all `edges` meet. The variables must be as at the point the changes of
    /// the edges start from; those that differ become parameters.
    pub fn join(&mut self, edges: Edges, span: Span) {
        if let [edge] = edges.as_slice() {
            self.current = Some(edge.from);
            let changes = edge.changes.iter();
            changes.for_each(|(local, value)| self.env.set(local, value));
            return;
        }
        self.current = None;
        if edges.is_empty() {
            return;
        }
        let block = self.new_block(span);
        let changed = changed(&edges);
        for edge in &edges {
            let value = |local: &LocalId| {
                let value = edge.changes.get(*local);
                value.unwrap_or_else(|| self.env.get(*local))
            };
            let args = changed.iter().map(value).collect();
            self.enter(edge.from);
            self.end(Terminator::Jump(Target { block, args }), edge.span);
        }
        for local in changed {
            let param = self.param(block);
            self.env.set(local, param.into());
        }
        self.enter(block);
    }
}

/// The variables that some edge changes, in their order.
fn changed(edges: &[Edge]) -> SmallVec<[LocalId; 8]> {
    let changes = edges.iter().flat_map(|edge| edge.changes.iter());
    let mut changed: SmallVec<_> = changes.map(|(local, _)| local).collect();
    changed.sort_unstable();
    changed.dedup();
    changed
}

fn unfinished(span: Span) -> Block {
    Block::new(Terminator::Return(Operand::Const(0)), span)
}
