//! One chain: its parameters, its statements, what it never uses.

use super::Session;
use super::convert::{Type, cast, wide};
use super::scope::{Scope, Variable};
use super::statement::{assign, local};
use crate::diagnostics::{calls, flow, names};
use crate::hir::{self, Local, LocalId};
use crate::lex::literal;
use crate::syntax::{Block, Def, ExprKind, Param, Stmt, StmtKind};
use hike_abi::limits::ARGUMENTS;
use hike_format::signature::{Param as ParamType, ResultKind};
use std::collections::BTreeSet;

impl<'s> Session<'_, 's> {
    /// All chains of a script.
    pub fn chains(&mut self, items: &[Stmt<'s>]) -> Vec<hir::Chain> {
        let defs = items.iter().filter_map(|item| match &item.kind {
            StmtKind::Def(def) => Some(def),
            _ => None,
        });
        defs.map(|def| self.chain(def)).collect()
    }

    fn chain(&mut self, def: &Def<'s>) -> hir::Chain {
        let mut scope = Scope::default();
        scope.result = Some(def.result.map_or(Type::DEFAULT, Type::of));
        let broken = doubtful(&def.body, &mut scope.doubtful);
        self.broken_chain |= broken;
        self.parameters(def, &mut scope);
        let first = normalise_bools(def, &mut scope);
        let mut body = self.block(&def.body, &mut scope);
        if !first.is_empty() {
            body.splice(0..0, first);
        }
        let params = def.params.len() as u32;
        if !broken {
            self.unused_variables(&scope, params as usize);
        }
        let chain = hir::Chain {
            name: def.name.text.to_owned(),
            symbol: self.chain_symbol(def.name.text),
            doc: doc_string(&def.body),
            params,
            locals: scope.variables.into_iter().map(local_of).collect(),
            body,
            span: def.name.span,
        };
        if !broken {
            self.check_assigned(&chain);
        }
        chain
    }

    fn parameters(&mut self, def: &Def<'s>, scope: &mut Scope<'s>) {
        if let Some(extra) = def.params.get(ARGUMENTS) {
            self.report(calls::too_many_parameters(extra.name.span, ARGUMENTS));
        }
        for (index, param) in def.params.iter().enumerate() {
            self.parameter(def, index, param, scope);
        }
    }

    fn parameter(&mut self, def: &Def<'s>, index: usize, param: &Param<'s>, scope: &mut Scope<'s>) {
        let name = param.name;
        let first = def.params[..index.min(ARGUMENTS)]
            .iter()
            .find(|other| other.name.text == name.text);
        if let Some(first) = first {
            self.report(names::defined_twice(name.span, name.text, first.name.span));
        }
        let ty = param.ty.map_or(Type::DEFAULT, Type::of);
        let passed = if ty == Type::Bool { Type::DEFAULT } else { ty };
        scope.declare(name.text, passed, name.span);
    }

    fn unused_variables(&mut self, scope: &Scope<'s>, params: usize) {
        let unused = scope
            .variables
            .iter()
            .skip(params)
            .filter(|variable| !variable.read && !variable.local.name.starts_with(['_', '%']));
        let warnings =
            unused.map(|Variable { local, .. }| flow::unused_variable(local.span, &local.name));
        self.problems.extend(warnings);
    }
}

/// Parameters and result of a chain. Results are 64 bits; a narrower type only tells the sign.
pub fn interface(def: &Def<'_>) -> (Vec<ParamType>, ResultKind) {
    let params = def.params.iter().map(|param| ParamType {
        name: param.name.text.to_owned(),
        ty: param.ty.map_or(Type::DEFAULT, Type::of).int(),
    });
    let result = def.result.map_or(Type::DEFAULT, Type::of).int();
    (params.collect(), ResultKind::Value(wide(result.signed)))
}

/// A caller may pass any 64 bits: what is not 0 becomes 1 in a variable that takes the
/// place of a `bool` parameter.
fn normalise_bools<'s>(def: &Def<'s>, scope: &mut Scope<'s>) -> hir::Block {
    let params = def.params.iter().enumerate();
    let bools = params.filter(|(_, param)| param.ty.map(Type::of) == Some(Type::Bool));
    let normalised = bools.map(|(index, param)| {
        let (passed, span) = (LocalId(index as u32), param.name.span);
        let value = cast(local(passed, Type::DEFAULT, span), Type::Bool);
        let variable = scope.declare(param.name.text, Type::Bool, span);
        scope.variable(variable).read = true;
        assign(variable, value, span)
    });
    normalised.collect()
}

fn local_of(variable: Variable) -> Local {
    variable.local
}

/// Adds the names in the lines of a block that could not be read; whether there are such lines.
fn doubtful<'s>(block: &Block<'s>, names: &mut BTreeSet<&'s str>) -> bool {
    let mut found = false;
    for stmt in block {
        match &stmt.kind {
            StmtKind::Broken(broken) => {
                names.extend(&broken.names);
                doubtful(&broken.body, names);
                found = true;
            }
            StmtKind::If { arms, otherwise } => {
                for arm in arms {
                    found |= doubtful(&arm.body, names);
                }
                if let Some(otherwise) = otherwise {
                    found |= doubtful(otherwise, names);
                }
            }
            StmtKind::While(arm) => found |= doubtful(&arm.body, names),
            StmtKind::For { body, .. } => found |= doubtful(body, names),
            _ => {}
        }
    }
    found
}

/// The string a block begins with, without the indentation of its lines.
pub fn doc_string(block: &[Stmt<'_>]) -> String {
    let Some(StmtKind::Expr(expr)) = block.first().map(|stmt| &stmt.kind) else {
        return String::new();
    };
    match expr.kind {
        ExprKind::String(text) if text.contains(['\n', '\r', '\\']) => {
            dedent(&literal::string(text))
        }
        ExprKind::String(text) => literal::strip_quotes(text).trim().to_owned(),
        _ => String::new(),
    }
}

/// Removes the white space that all lines after the first share, as Python's `inspect.cleandoc`.
fn dedent(text: &str) -> String {
    let indentation = |line: &&str| line.len() - line.trim_start().len();
    let filled = text.lines().skip(1).filter(|line| !line.trim().is_empty());
    let common = filled.map(|line| indentation(&line)).min().unwrap_or(0);
    let rest = text
        .lines()
        .skip(1)
        .map(|line| line.get(common..).unwrap_or_default());
    let first = text.lines().next().unwrap_or_default();
    let lines: Vec<&str> = std::iter::once(first.trim())
        .chain(rest)
        .map(str::trim_end)
        .collect();
    lines.join("\n").trim().to_owned()
}
