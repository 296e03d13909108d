//! What a script defines at top level: imports, chains, constants.

use super::Session;
use super::chain::interface;
use super::constant::Constant;
use super::convert::Type;
use super::layout::Layout;
use super::names::Names;
use crate::diagnostics::{names, syntactic, values};
use crate::hir::{Extern, Symbol};
use crate::source::Span;
use crate::syntax::{Arm, Def, Expr, ExprKind, Ident, Stmt, StmtKind};
use hike_format::signature::Signature;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::sync::Arc;

/// The names of a script.
#[derive(Default)]
pub struct Globals<'s> {
    names: Names<'s, Definition<'s>>,
    /// A line at top level could not be read.
    pub broken: bool,
    /// Names in such lines, which may have defined them.
    pub doubtful: BTreeSet<&'s str>,
    /// How many constants wait for one another.
    waiting: usize,
}

/// A name and what it stands for.
#[derive(Clone)]
pub struct Definition<'s> {
    /// What it stands for.
    pub global: Global<'s>,
    /// Where it is defined.
    pub span: Span,
    /// Whether anything uses it.
    pub used: bool,
}

/// What a name at top level stands for.
#[derive(Clone)]
pub enum Global<'s> {
    /// An imported program.
    Program(Rc<Object>),
    /// An imported chain loader.
    Loader(Rc<Object>),
    /// A chain of this script or of another.
    Chain(Rc<Extern>),
    /// A header of the packet.
    Header(Rc<Layout>),
    /// A constant.
    Constant(Constant),
    /// A constant whose value has not been asked for yet.
    Pending(Expr<'s>, Option<Type>),
    /// A constant that is being computed.
    Active,
    /// Something wrong that has been reported.
    Poisoned,
}

/// An imported program or loader.
pub struct Object {
    /// Its symbol and interface.
    pub callee: Extern,
    /// Everything its object says.
    pub signature: Arc<Signature>,
    /// Whether a chain calls it.
    pub called: Cell<bool>,
}

impl Global<'_> {
    /// What it is, for messages.
    pub fn describe(&self) -> &'static str {
        match self {
            Self::Program(_) => "a program",
            Self::Loader(_) => "a chain loader",
            Self::Chain(_) => "a chain",
            Self::Header(_) => "a header",
            _ => "a constant",
        }
    }
}

impl Global<'_> {
    /// How many parameters it has, when it can be called.
    pub fn parameters(&self) -> Option<usize> {
        match self {
            Self::Program(object) => Some(object.callee.params.len()),
            Self::Chain(chain) => Some(chain.params.len()),
            _ => None,
        }
    }
}

/// Constants that may wait for one another; more are a mistake or an attack.
const MAX_WAITING: usize = 64;

impl<'s> Globals<'s> {
    /// What a name stands for; it counts as used from now on.
    pub fn lookup(&mut self, name: &str) -> Option<&Definition<'s>> {
        let definition = self.names.get_mut(name)?;
        definition.used = true;
        Some(definition)
    }

    /// What a name stands for, without using it.
    pub fn peek(&self, name: &str) -> Option<&Definition<'s>> {
        self.names.get(name)
    }

    /// All definitions.
    pub fn iter(&self) -> impl Iterator<Item = (&'s str, &Definition<'s>)> {
        self.names.iter()
    }

    fn replace(&mut self, name: &str, global: Global<'s>) {
        if let Some(definition) = self.names.get_mut(name) {
            definition.global = global;
        }
    }
}

impl<'s> Session<'_, 's> {
    /// Collects all definitions, then computes the constants.
    pub fn collect(&mut self, items: &[Stmt<'s>]) {
        for item in items {
            self.collect_item(item);
        }
        self.layouts(items);
        let pending = self
            .globals
            .iter()
            .filter_map(|(name, it)| match it.global {
                Global::Pending(..) => Some((it.span, name)),
                _ => None,
            });
        let mut order: Vec<_> = pending.collect();
        order.sort_unstable();
        for (_, name) in order {
            self.constant_value(name);
        }
    }

    fn collect_item(&mut self, item: &Stmt<'s>) {
        match &item.kind {
            StmtKind::Import(import) => self.import(import),
            StmtKind::Def(def) => self.declare_chain(def),
            StmtKind::Const(name, value) => self.declare_constant(*name, value, None),
            StmtKind::Declare {
                name,
                ty,
                value: Some(value),
                ..
            } => self.declare_constant(*name, value, Some(Type::of(*ty))),
            StmtKind::Assign(targets, value) => {
                for name in *targets {
                    self.declare_constant(*name, value, None);
                }
            }
            StmtKind::Broken(broken) => {
                self.globals.broken = true;
                self.globals.doubtful.extend(&broken.names);
            }
            StmtKind::Test => self.report(syntactic::not_supported_yet(item.span, "`test` blocks")),
            StmtKind::Expr(_)
            | StmtKind::MapAssign { .. }
            | StmtKind::Layout(_)
            | StmtKind::Pass => {}
            _ => self.misplaced(item),
        }
    }

    fn misplaced(&mut self, item: &Stmt<'s>) {
        let what = match item.kind {
            StmtKind::Return(_) => "`return`",
            StmtKind::Break => "`break`",
            StmtKind::Continue => "`continue`",
            StmtKind::If { .. } => "`if`",
            StmtKind::While(_) => "`while`",
            StmtKind::For { .. } => "`for`",
            StmtKind::Declare { .. } => "a variable without a value",
            _ => "an assignment that changes a value",
        };
        let problem = syntactic::not_allowed_here(item.span, what, "at top level");
        self.report(match &item.kind {
            StmtKind::If { arms, .. } if is_main(arms) => {
                problem.help("leave it out: a packet starts a chain, through a loader")
            }
            _ => problem.help("statements that run belong in a chain: `def NAME():`"),
        });
    }

    /// Adds a definition, unless the name has one.
    pub fn define(&mut self, name: Ident<'s>, global: Global<'s>) {
        if let Some(first) = self.globals.names.get(name.text) {
            let first = first.span;
            return self.report(names::defined_twice(name.span, name.text, first));
        }
        let definition = Definition {
            global,
            span: name.span,
            used: false,
        };
        self.globals.names.insert(name.text, definition);
    }

    fn declare_constant(&mut self, name: Ident<'s>, value: &Expr<'s>, ty: Option<Type>) {
        let rebound = matches!(
            self.globals.peek(name.text).map(|first| &first.global),
            Some(Global::Pending(..))
        );
        if rebound {
            let first = self.globals.peek(name.text).map(|first| first.span);
            return self.report(names::constant_rebound(name.span, name.text, first));
        }
        self.define(name, Global::Pending(*value, ty));
    }

    fn declare_chain(&mut self, def: &Def<'s>) {
        let (params, result) = interface(def);
        let callee = Extern {
            symbol: self.new_chain_symbol(def.name.text),
            params,
            result,
        };
        self.define(def.name, Global::Chain(Rc::new(callee)));
    }

    fn new_chain_symbol(&mut self, name: &str) -> Symbol {
        self.symbol.truncate(self.own_prefix);
        self.symbol.push_str(name);
        Symbol::new(&self.symbol)
    }

    /// The symbol of a chain of this script.
    pub fn chain_symbol(&mut self, name: &str) -> Symbol {
        match self.globals.peek(name).map(|found| &found.global) {
            Some(Global::Chain(chain)) if self.is_own(&chain.symbol, name) => chain.symbol.clone(),
            _ => self.new_chain_symbol(name),
        }
    }

    /// Whether a symbol is that of a chain of this script with a name.
    pub fn is_own(&self, symbol: &Symbol, name: &str) -> bool {
        let own = symbol.0.strip_prefix(&self.symbol[..self.own_prefix]);
        own == Some(name)
    }

    /// The value of a constant at top level; computes it when it is asked for first.
    pub fn constant_value(&mut self, name: &str) -> Option<Constant> {
        let definition = self.globals.names.get(name)?;
        let span = definition.span;
        match definition.global.clone() {
            Global::Constant(value) => Some(value),
            Global::Active => self.fail(values::constant_cycle(span, name)),
            Global::Pending(expr, ty) => self.compute(name, &expr, ty),
            _ => None,
        }
    }

    fn compute(&mut self, name: &str, expr: &Expr<'s>, ty: Option<Type>) -> Option<Constant> {
        if self.globals.waiting >= MAX_WAITING {
            return self.fail(values::constant_cycle(expr.span, name));
        }
        self.globals.waiting += 1;
        self.globals.replace(name, Global::Active);
        let value = match self.defined(name) {
            Some(value) => Some(value),
            None => self.constant_expr(expr, "a value at top level"),
        };
        self.globals.waiting -= 1;
        if let (Some(value), Some(ty)) = (value, ty) {
            self.store(value.expr(expr.span), ty, name);
        }
        let global = value.map_or(Global::Poisoned, Global::Constant);
        self.globals.replace(name, global);
        value
    }
}

/// `if __name__ == "__main__":`
fn is_main(arms: &[Arm<'_>]) -> bool {
    let first = arms.first().map(|arm| &arm.cond.kind);
    let Some(ExprKind::Compare(left, _)) = first else {
        return false;
    };
    matches!(&left.kind, ExprKind::Path(path) if path[0].text == "__name__")
}
