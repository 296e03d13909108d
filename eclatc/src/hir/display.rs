//! The text form of the typed tree, for `--emit hir` and the golden files.

use super::*;
use std::fmt::{Display, Formatter, Result};

impl Display for LocalId {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "%{}", self.0)
    }
}

impl Display for Script {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "script {}", self.package)?;
        for external in &self.externs {
            writeln!(f, "extern {external}")?;
        }
        write!(f, "{}", self.config)?;
        self.chains
            .iter()
            .try_for_each(|chain| write!(f, "\n{chain}"))
    }
}

impl Display for Extern {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}(", self.symbol)?;
        for (index, param) in self.params.iter().enumerate() {
            separator(f, index)?;
            write!(f, "{}: {}", param.name, TypeName(param.ty))?;
        }
        match self.result {
            ResultKind::Value(ty) => write!(f, ") -> {}", TypeName(ty)),
            ResultKind::Final => f.write_str(") final"),
        }
    }
}

/// An integer type as scripts write it.
pub struct TypeName(pub IntType);

impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        let letter = if self.0.signed { 's' } else { 'u' };
        write!(f, "{letter}{}", self.0.bits)
    }
}

impl Display for Configuration {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.maps.iter().try_for_each(|map| write!(f, "{map}"))?;
        for setting in &self.settings {
            writeln!(
                f,
                "set {}.{} = {}",
                setting.owner, setting.name, setting.value
            )?;
        }
        for attachment in &self.attachments {
            let mode = attachment.mode.name();
            writeln!(
                f,
                "attach {} to {} as {mode}",
                attachment.loader, attachment.device
            )?;
        }
        Ok(())
    }
}

impl Display for Device {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Name(name) => write!(f, "{name:?}"),
            Self::Variable(name) => write!(f, "${name}"),
        }
    }
}

impl Display for MapAssignment {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        writeln!(f, "map {}[{}]", self.owner, self.map)?;
        for entry in &self.entries {
            writeln!(f, "  {}: {}", Data(&entry.key), Data(&entry.value))?;
        }
        Ok(())
    }
}

struct Data<'a>(&'a [Datum]);

impl Display for Data<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str("(")?;
        for (index, datum) in self.0.iter().enumerate() {
            separator(f, index)?;
            write!(f, "{datum}")?;
        }
        f.write_str(")")
    }
}

impl Display for Datum {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => write!(f, "{text:?}"),
            Self::Chain(symbol) => write!(f, "{symbol}"),
        }
    }
}

impl Display for Chain {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "chain {}(", self.symbol)?;
        let (params, variables) = self.locals.split_at(self.params as usize);
        for (index, param) in params.iter().enumerate() {
            separator(f, index)?;
            write!(f, "%{index} {}: {}", param.name, TypeName(param.ty))?;
        }
        f.write_str(")\n")?;
        for (index, local) in variables.iter().enumerate() {
            let id = self.params as usize + index;
            writeln!(f, "  local %{id} {}: {}", local.name, TypeName(local.ty))?;
        }
        write_block(f, &self.body, 1)
    }
}

fn separator(f: &mut Formatter<'_>, index: usize) -> Result {
    f.write_str(if index == 0 { "" } else { ", " })
}

fn write_block(f: &mut Formatter<'_>, block: &Block, depth: usize) -> Result {
    block.iter().try_for_each(|stmt| write_stmt(f, stmt, depth))
}

fn write_stmt(f: &mut Formatter<'_>, stmt: &Stmt, depth: usize) -> Result {
    write!(f, "{:1$}", "", depth * 2)?;
    match &stmt.kind {
        StmtKind::Assign { local, value } => writeln!(f, "{local} = {value}"),
        StmtKind::Expr(value) => writeln!(f, "{value}"),
        StmtKind::If {
            cond,
            then,
            otherwise,
        } => write_if(f, cond, (then, otherwise), depth),
        StmtKind::Loop { cond, body, step } => write_loop(f, cond, (body, step), depth),
        StmtKind::Break => writeln!(f, "break"),
        StmtKind::Continue => writeln!(f, "continue"),
        StmtKind::Return(None) => writeln!(f, "return"),
        StmtKind::Return(Some(value)) => writeln!(f, "return {value}"),
    }
}

fn write_if(f: &mut Formatter<'_>, cond: &Expr, arms: (&Block, &Block), depth: usize) -> Result {
    writeln!(f, "if {cond}")?;
    write_block(f, arms.0, depth + 1)?;
    if !arms.1.is_empty() {
        writeln!(f, "{:1$}else", "", depth * 2)?;
        write_block(f, arms.1, depth + 1)?;
    }
    Ok(())
}

fn write_loop(f: &mut Formatter<'_>, cond: &Expr, parts: (&Block, &Block), depth: usize) -> Result {
    writeln!(f, "while {cond}")?;
    write_block(f, parts.0, depth + 1)?;
    if !parts.1.is_empty() {
        writeln!(f, "{:1$}step", "", depth * 2)?;
        write_block(f, parts.1, depth + 1)?;
    }
    Ok(())
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Const(value) if self.ty.signed => write!(f, "{}", *value as i64),
            ExprKind::Const(value) => write!(f, "{value}"),
            ExprKind::Local(local) => write!(f, "{local}"),
            ExprKind::Unary(op, value) => write!(f, "({} {value})", op.name()),
            ExprKind::Not(value) => write!(f, "(not {value})"),
            ExprKind::Binary(op, left, right) => write!(f, "({} {left} {right})", op.name()),
            ExprKind::Compare(op, left, right) => write!(f, "({} {left} {right})", op.name()),
            ExprKind::And(left, right) => write!(f, "(and {left} {right})"),
            ExprKind::Or(left, right) => write!(f, "(or {left} {right})"),
            ExprKind::Convert(value) => write!(f, "({} {value})", TypeName(self.ty)),
            ExprKind::Select {
                cond,
                then,
                otherwise,
            } => write!(f, "(if {cond} {then} {otherwise})"),
            ExprKind::Let { local, value, body } => write!(f, "(let {local} {value} {body})"),
            ExprKind::Call(call) => write!(f, "{call}"),
        }
    }
}

impl Display for Call {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}(", self.callee)?;
        for (index, arg) in self.args.iter().enumerate() {
            separator(f, index)?;
            write!(f, "{arg}")?;
        }
        f.write_str(if self.ends_chain { ")!" } else { ")" })
    }
}

impl Display for Callee {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Program(symbol) | Self::Chain(symbol) => write!(f, "{symbol}"),
            Self::Helper(helper) => f.write_str(helper.name()),
        }
    }
}

impl UnaryOp {
    /// Its name in the text form.
    pub fn name(self) -> &'static str {
        match self {
            Self::Neg => "neg",
            Self::Invert => "invert",
        }
    }
}

impl BinaryOp {
    /// Its name in the text form; `s` and `u` tell the sign where it matters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Sub => "sub",
            Self::Mul => "mul",
            Self::DivU => "div.u",
            Self::DivS => "div.s",
            Self::ModU => "mod.u",
            Self::ModS => "mod.s",
            Self::And => "band",
            Self::Or => "bor",
            Self::Xor => "xor",
            Self::Shl => "shl",
            Self::ShrU => "shr.u",
            Self::ShrS => "shr.s",
        }
    }
}

impl CompareOp {
    /// Its name in the text form; `s` and `u` tell the sign where it matters.
    pub fn name(self) -> &'static str {
        match self {
            Self::Eq => "eq",
            Self::Ne => "ne",
            Self::LtU => "lt.u",
            Self::LeU => "le.u",
            Self::GtU => "gt.u",
            Self::GeU => "ge.u",
            Self::LtS => "lt.s",
            Self::LeS => "le.s",
            Self::GtS => "gt.s",
            Self::GeS => "ge.s",
        }
    }
}
