//! The text form of the tree, for `--emit ast` and the golden files: one statement a line,
//! blocks indented, expressions with every operator in parentheses.

use super::*;
use std::fmt::{Display, Formatter, Result};

impl Display for Script<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write_block(f, &self.items, 0)
    }
}

fn write_block(f: &mut Formatter<'_>, block: &[Stmt<'_>], depth: usize) -> Result {
    block.iter().try_for_each(|stmt| write_stmt(f, stmt, depth))
}

fn indent(f: &mut Formatter<'_>, depth: usize) -> Result {
    write!(f, "{:1$}", "", depth * 2)
}

fn write_stmt(f: &mut Formatter<'_>, stmt: &Stmt<'_>, depth: usize) -> Result {
    indent(f, depth)?;
    match &stmt.kind {
        StmtKind::Import(import) => writeln!(f, "{import} @{}", stmt.span),
        StmtKind::Def(def) => {
            writeln!(f, "{def} @{}", stmt.span)?;
            write_block(f, &def.body, depth + 1)
        }
        StmtKind::If { arms, otherwise } => write_if(f, arms, otherwise.as_ref(), depth),
        StmtKind::While(arm) => write_arm(f, "while", arm, depth),
        StmtKind::For {
            name,
            iterable,
            body,
        } => {
            writeln!(f, "for {} in {iterable} @{}", name.text, stmt.span)?;
            write_block(f, body, depth + 1)
        }
        StmtKind::Layout(layout) => {
            let (name, offset) = (layout.name.text, layout.offset);
            writeln!(f, "header {name}({offset}) @{}", stmt.span)?;
            write_block(f, &layout.fields, depth + 1)
        }
        StmtKind::Broken(broken) => {
            writeln!(f, "broken @{}", stmt.span)?;
            write_block(f, &broken.body, depth + 1)
        }
        simple => writeln!(f, "{} @{}", Simple(simple), stmt.span),
    }
}

fn write_arm(f: &mut Formatter<'_>, word: &str, arm: &Arm<'_>, depth: usize) -> Result {
    writeln!(f, "{word} {} @{}", arm.cond, arm.span)?;
    write_block(f, &arm.body, depth + 1)
}

fn write_if(
    f: &mut Formatter<'_>,
    arms: &[Arm<'_>],
    otherwise: Option<&Block<'_>>,
    depth: usize,
) -> Result {
    for (index, arm) in arms.iter().enumerate() {
        if index > 0 {
            indent(f, depth)?;
        }
        write_arm(f, if index == 0 { "if" } else { "elif" }, arm, depth)?;
    }
    let Some(block) = otherwise else {
        return Ok(());
    };
    indent(f, depth)?;
    writeln!(f, "else")?;
    write_block(f, block, depth + 1)
}

/// A statement without a block.
struct Simple<'a, 's>(&'a StmtKind<'s>);

impl Display for Simple<'_, '_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self.0 {
            StmtKind::Const(name, value) => write!(f, "const {} = {value}", name.text),
            StmtKind::Declare {
                name, ty, value, ..
            } => {
                write!(f, "declare {}: {ty}", name.text)?;
                value.iter().try_for_each(|value| write!(f, " = {value}"))
            }
            StmtKind::Assign(names, value) => {
                names
                    .iter()
                    .try_for_each(|name| write!(f, "{} = ", name.text))?;
                write!(f, "{value}")
            }
            StmtKind::Augmented(name, op, value) => {
                write!(f, "{} {}= {value}", name.text, op.symbol())
            }
            StmtKind::AssignField {
                header,
                field,
                op,
                value,
            } => {
                let op = op.map_or("", BinaryOp::symbol);
                write!(f, "{}.{} {op}= {value}", header.text, field.text)
            }
            StmtKind::MapAssign {
                owner,
                map,
                entries,
            } => {
                write!(f, "{}[{}] = {{", owner.text, map.text)?;
                comma_separated(f, entries)?;
                f.write_str("}")
            }
            StmtKind::Return(value) => {
                f.write_str("return")?;
                value.iter().try_for_each(|value| write!(f, " {value}"))
            }
            StmtKind::Expr(value) => write!(f, "{value}"),
            StmtKind::Pass => f.write_str("pass"),
            StmtKind::Break => f.write_str("break"),
            StmtKind::Continue => f.write_str("continue"),
            _ => f.write_str("test"),
        }
    }
}

fn comma_separated<T: Display>(f: &mut Formatter<'_>, items: &[T]) -> Result {
    for (index, item) in items.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { ", " })?;
        write!(f, "{item}")?;
    }
    Ok(())
}

fn dotted(f: &mut Formatter<'_>, path: &[Ident<'_>]) -> Result {
    for (index, name) in path.iter().enumerate() {
        f.write_str(if index == 0 { "" } else { "." })?;
        f.write_str(name.text)?;
    }
    Ok(())
}

impl Display for Import<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "from {}.", self.kind.text)?;
        dotted(f, &self.package)?;
        f.write_str(" import ")?;
        comma_separated(f, &self.names)
    }
}

impl Display for ImportName<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.name.text)?;
        self.alias
            .iter()
            .try_for_each(|alias| write!(f, " as {}", alias.text))
    }
}

impl Display for Def<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "def {}(", self.name.text)?;
        comma_separated(f, self.params)?;
        f.write_str(")")?;
        self.result.iter().try_for_each(|ty| write!(f, " -> {ty}"))
    }
}

impl Display for Param<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        f.write_str(self.name.text)?;
        self.ty.iter().try_for_each(|ty| write!(f, ": {ty}"))
    }
}

impl Display for TypeName {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match self {
            Self::Int { bits, signed } => write!(f, "{}{bits}", if *signed { 's' } else { 'u' }),
            Self::Bool => f.write_str("bool"),
        }
    }
}

impl Display for Entry<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        write!(f, "{}: {}", self.key, self.value)
    }
}

impl Display for Expr<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        match &self.kind {
            ExprKind::Number(value) => write!(f, "{value}"),
            ExprKind::Bool(value) => write!(f, "{value}"),
            ExprKind::String(text) => f.write_str(text),
            ExprKind::Path(path) => dotted(f, path),
            ExprKind::Call(call) => {
                dotted(f, call.path)?;
                f.write_str("(")?;
                comma_separated(f, call.args)?;
                f.write_str(")")
            }
            ExprKind::Cast(ty, value) => write!(f, "{ty}({value})"),
            ExprKind::Tuple(items) => {
                f.write_str("tuple(")?;
                comma_separated(f, items)?;
                f.write_str(")")
            }
            ExprKind::Unary(op, value) => write!(f, "({} {value})", op.symbol()),
            ExprKind::Binary(op, left, right) => write!(f, "({left} {} {right})", op.symbol()),
            ExprKind::Compare(first, rest) => {
                write!(f, "({first}")?;
                for (op, operand) in *rest {
                    write!(f, " {} {operand}", op.symbol())?;
                }
                f.write_str(")")
            }
            ExprKind::Conditional {
                then,
                cond,
                otherwise,
            } => write!(f, "({then} if {cond} else {otherwise})"),
        }
    }
}

impl Display for Arg<'_> {
    fn fmt(&self, f: &mut Formatter<'_>) -> Result {
        self.name
            .iter()
            .try_for_each(|name| write!(f, "{}=", name.text))?;
        write!(f, "{}", self.value)
    }
}

impl UnaryOp {
    /// As scripts write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Minus => "-",
            Self::Plus => "+",
            Self::Invert => "~",
            Self::Not => "not",
        }
    }
}

impl BinaryOp {
    /// As scripts write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Add => "+",
            Self::Sub => "-",
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::BitAnd => "&",
            Self::BitOr => "|",
            Self::BitXor => "^",
            Self::Shl => "<<",
            Self::Shr => ">>",
            Self::And => "and",
            Self::Or => "or",
        }
    }
}

impl CompareOp {
    /// As scripts write it.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Eq => "==",
            Self::Ne => "!=",
            Self::Lt => "<",
            Self::Le => "<=",
            Self::Gt => ">",
            Self::Ge => ">=",
        }
    }
}
