//! Which variables a piece of the tree assigns.

use crate::hir::{Block, LocalId, Stmt, StmtKind};
use std::collections::BTreeSet;

/// The variables that the blocks assign. Temporaries of expressions are left out: they are
/// never read outside their expression.
pub fn in_blocks(blocks: &[&Block]) -> BTreeSet<LocalId> {
    let mut found = BTreeSet::new();
    blocks.iter().for_each(|block| collect(block, &mut found));
    found
}

fn collect(block: &Block, found: &mut BTreeSet<LocalId>) {
    block.iter().for_each(|stmt| collect_stmt(stmt, found));
}

fn collect_stmt(stmt: &Stmt, found: &mut BTreeSet<LocalId>) {
    match &stmt.kind {
        StmtKind::Assign { local, .. } => {
            found.insert(*local);
        }
        StmtKind::If {
            then, otherwise, ..
        } => {
            collect(then, found);
            collect(otherwise, found);
        }
        StmtKind::Loop { body, step, .. } => {
            collect(body, found);
            collect(step, found);
        }
        StmtKind::Expr(_) | StmtKind::Break | StmtKind::Continue | StmtKind::Return(_) => {}
    }
}
