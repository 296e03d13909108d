//! Scripts carried out as they are written: the syntax tree and the manual, nothing else.

use super::values::{Number, cast, stored, wide};
use super::world::{End, PROGRAMS, Run, World};
use eclatc::lex;
use eclatc::parse;
use eclatc::source::FileId;
use eclatc::syntax::{
    Arena, Block, Def, Expr, ExprKind, Ident, Script, Stmt, StmtKind, TypeName, UnaryOp,
};
use hike_abi::limits::FRAMES;
use std::collections::BTreeMap;

mod expression;

/// What a variable is when no type is given.
const DEFAULT: TypeName = TypeName::Int {
    bits: 64,
    signed: false,
};

/// Runs a chain of a script that the compiler takes.
///
/// # Panics
/// On what the compiler does not take.
pub fn run(text: &str, chain: &str, args: &[u64], packet: &[u8]) -> Run {
    let (tokens, _) = lex::lex(text, FileId(0));
    let arena = Arena::new();
    let (tree, _) = parse::parse(&tokens, &arena);
    let globals = Globals::new(&tree);
    let mut world = World::new(packet);
    let ended = globals.chain(chain, args, &mut world, 1);
    world.finish(ended)
}

/// The names of a script.
struct Globals<'t> {
    chains: BTreeMap<&'t str, &'t Def<'t>>,
    programs: BTreeMap<&'t str, usize>,
    constants: Names<'t>,
}

/// What a name in a chain stands for.
#[derive(Clone, Copy, Debug)]
enum Name {
    Variable(TypeName),
    Constant(Number),
}

type Names<'t> = BTreeMap<&'t str, Name>;

impl<'t> Globals<'t> {
    fn new(tree: &'t Script<'t>) -> Self {
        let mut globals = Self {
            chains: BTreeMap::new(),
            programs: BTreeMap::new(),
            constants: Names::new(),
        };
        for item in &tree.items {
            match &item.kind {
                StmtKind::Def(def) => drop(globals.chains.insert(def.name.text, def)),
                StmtKind::Import(import) => import.names.iter().for_each(|name| {
                    let known = |program: &super::world::Program| program.name == name.name.text;
                    let index = PROGRAMS.iter().position(known).expect("a program");
                    let alias = name.alias.unwrap_or(name.name);
                    globals.programs.insert(alias.text, index);
                }),
                _ => {}
            }
        }
        // A constant may use those that come after it.
        while tree.items.iter().any(|item| globals.define(item)) {}
        globals
    }

    /// Whether a statement gives constants that can be computed now.
    fn define(&mut self, item: &'t Stmt<'t>) -> bool {
        let (names, value) = match &item.kind {
            StmtKind::Const(name, value) => (std::slice::from_ref(name), value),
            StmtKind::Assign(names, value) => (*names, value),
            _ => return false,
        };
        let known = self.constants.contains_key(names[0].text);
        let value = expression::constant(value, &self.constants).filter(|_| !known);
        let constant = value.map(Name::Constant);
        let named = names.iter().filter_map(|name| Some((name.text, constant?)));
        self.constants.extend(named);
        constant.is_some()
    }

    fn chain(&self, name: &str, args: &[u64], world: &mut World, depth: usize) -> Result<u64, End> {
        if depth > FRAMES {
            return Err(End::Exhausted);
        }
        let def = self.chains[name];
        let mut frame = Frame {
            globals: self,
            names: self.constants.clone(),
            values: BTreeMap::new(),
            result: def.result.unwrap_or(DEFAULT),
            world,
            depth,
        };
        for (param, value) in def.params.iter().zip(args) {
            let ty = param.ty.unwrap_or(DEFAULT);
            frame.names.insert(param.name.text, Name::Variable(ty));
            frame.values.insert(param.name.text, cast(*value, ty));
        }
        declare(&def.body, &mut frame.names);
        match frame.block(&def.body)? {
            Flow::Return(value) => Ok(value),
            _ => Ok(0),
        }
    }

    fn chain_type(&self, name: &str) -> TypeName {
        self.chains[name].result.unwrap_or(DEFAULT)
    }
}

/// A name is what its first mention in the text makes it, wherever control goes.
fn declare<'t>(block: &'t Block<'t>, names: &mut Names<'t>) {
    for stmt in block {
        match &stmt.kind {
            StmtKind::Declare {
                name, ty, value, ..
            } => declare_one(*name, *ty, *value, names),
            StmtKind::Assign(targets, value) => {
                let value = Some(*value).filter(|_| targets.len() == 1);
                for name in *targets {
                    declare_one(*name, DEFAULT, value, names);
                }
            }
            StmtKind::For { name, body, .. } => {
                declare_one(*name, DEFAULT, None, names);
                declare(body, names);
            }
            StmtKind::While(arm) => declare(&arm.body, names),
            StmtKind::If { arms, otherwise } => {
                arms.iter().for_each(|arm| declare(&arm.body, names));
                otherwise.iter().for_each(|block| declare(block, names));
            }
            _ => {}
        }
    }
}

fn declare_one<'t>(
    name: Ident<'t>,
    ty: TypeName,
    value: Option<&'t Expr<'t>>,
    names: &mut Names<'t>,
) {
    if names.contains_key(name.text) {
        return;
    }
    let capital = name.text.contains(|c: char| c.is_ascii_uppercase())
        && !name.text.contains(|c: char| c.is_ascii_lowercase());
    let bound = match value.filter(|value| capital && is_literal(value)) {
        Some(value) => expression::constant(value, names).map(Name::Constant),
        None => None,
    };
    names.insert(name.text, bound.unwrap_or(Name::Variable(ty)));
}

fn is_literal(expr: &Expr<'_>) -> bool {
    match &expr.kind {
        ExprKind::Number(_) | ExprKind::Bool(_) => true,
        ExprKind::Unary(op, value) => *op != UnaryOp::Not && is_literal(value),
        _ => false,
    }
}

enum Flow {
    Next,
    Break,
    Continue,
    Return(u64),
}

/// A chain that runs.
struct Frame<'g, 't, 'w> {
    globals: &'g Globals<'t>,
    names: Names<'t>,
    values: BTreeMap<&'t str, u64>,
    result: TypeName,
    world: &'w mut World,
    depth: usize,
}

impl<'t> Frame<'_, 't, '_> {
    fn block(&mut self, block: &'t Block<'t>) -> Result<Flow, End> {
        for stmt in block {
            match self.stmt(stmt)? {
                Flow::Next => {}
                other => return Ok(other),
            }
        }
        Ok(Flow::Next)
    }

    fn stmt(&mut self, stmt: &'t Stmt<'t>) -> Result<Flow, End> {
        self.world.step()?;
        match &stmt.kind {
            StmtKind::If { arms, otherwise } => {
                for arm in arms {
                    if self.value(arm.cond)? != 0 {
                        return self.block(&arm.body);
                    }
                }
                return otherwise
                    .as_ref()
                    .map_or(Ok(Flow::Next), |it| self.block(it));
            }
            StmtKind::While(arm) => return self.repeat(arm.cond, &arm.body),
            StmtKind::For {
                name,
                iterable,
                body,
            } => return self.count(*name, iterable, body),
            StmtKind::Declare { name, value, .. } => {
                if let Some(value) = value {
                    let value = self.value(value)?;
                    self.store(*name, value);
                }
            }
            StmtKind::Assign(names, value) => {
                let value = self.value(value)?;
                names.iter().for_each(|name| self.store(*name, value));
            }
            StmtKind::Augmented(name, op, value) => {
                let target = self.variable(*name);
                let value = self.operation(*op, target, value)?;
                self.store(*name, value);
            }
            StmtKind::Pass => {}
            StmtKind::Break => return Ok(Flow::Break),
            StmtKind::Continue => return Ok(Flow::Continue),
            StmtKind::Return(None) => return Ok(Flow::Return(0)),
            StmtKind::Return(Some(value)) => {
                return Ok(Flow::Return(cast(self.value(value)?, self.result)));
            }
            StmtKind::Expr(text) if matches!(text.kind, ExprKind::String(_)) => {}
            StmtKind::Expr(value) => drop(self.value(value)?),
            other => panic!("no statement of a chain: {other:?}"),
        }
        Ok(Flow::Next)
    }

    /// A variable of a type keeps what that type has of a value; a constant is left alone.
    fn store(&mut self, name: Ident<'t>, value: u64) {
        if let Name::Variable(ty) = self.names[name.text] {
            self.values.insert(name.text, cast(value, ty));
        }
    }

    fn variable(&self, name: Ident<'t>) -> Number {
        match self.names[name.text] {
            Name::Constant(value) => value,
            Name::Variable(ty) => Number::read(self.values[name.text], stored(ty)),
        }
    }

    fn repeat(&mut self, cond: &'t Expr<'t>, body: &'t Block<'t>) -> Result<Flow, End> {
        while self.value(cond)? != 0 {
            self.world.step()?;
            match self.block(body)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
        }
        Ok(Flow::Next)
    }

    /// `for`: bounds are evaluated once, from left to right, and numbers do not wrap.
    fn count(
        &mut self,
        name: Ident<'t>,
        iterable: &'t Expr<'t>,
        body: &'t Block<'t>,
    ) -> Result<Flow, End> {
        let ExprKind::Call(call) = &iterable.kind else {
            panic!("no range: {iterable}")
        };
        let args: Vec<_> = call.args.iter().map(|arg| arg.value).collect();
        let (start, stop) = match args[..] {
            [stop] => (None, stop),
            [start, stop, ..] => (Some(start), stop),
            [] => panic!("an empty range"),
        };
        let step = args
            .get(2)
            .map_or(1, |step| self.known(step).expect("a constant").value);
        let signed = start.is_some_and(|start| self.type_of(start).signed)
            || self.type_of(stop).signed
            || step < 0;
        let ty = wide(signed);
        let start = start.map_or(Ok(0), |start| self.value(start))?;
        let stop = Number::read(self.value(stop)?, ty).value;
        let mut current = Number::read(start, ty).value;
        while (step > 0 && current < stop) || (step < 0 && current > stop) {
            self.world.step()?;
            self.store(name, current as u64);
            match self.block(body)? {
                Flow::Break => break,
                Flow::Return(value) => return Ok(Flow::Return(value)),
                Flow::Next | Flow::Continue => {}
            }
            current += step;
        }
        Ok(Flow::Next)
    }
}
