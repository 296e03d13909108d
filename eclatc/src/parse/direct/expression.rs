//! Expressions, by the strength of their operators.

use super::Direct;
use crate::lex::Kind;
use crate::parse::expression::{
    compare, comparison_of, conditional_expr, literal_of, sign_of, unary,
};
use crate::parse::precedence;
use crate::syntax::{Arg, BinaryOp, Call, Expr, ExprKind, Ident, UnaryOp};

/// How strongly operators bind, weakest first. Arithmetic has several, from `ARITHMETIC` on.
const OR: u8 = 1;
const AND: u8 = 2;
const NOT: u8 = 3;
const COMPARISON: u8 = 4;
const ARITHMETIC: u8 = 5;

/// An operator between two operands: what it is, unless it compares, and how strongly it binds.
fn operator(kind: Kind) -> Option<(Option<BinaryOp>, u8)> {
    match kind {
        Kind::Or => Some((Some(BinaryOp::Or), OR)),
        Kind::And => Some((Some(BinaryOp::And), AND)),
        Kind::Equal
        | Kind::NotEqual
        | Kind::Less
        | Kind::LessEqual
        | Kind::Greater
        | Kind::GreaterEqual => Some((None, COMPARISON)),
        kind => {
            let op = precedence::operator(kind)?;
            Some((Some(op), ARITHMETIC + precedence::strength(op)))
        }
    }
}

impl<'s> Direct<'_, 's> {
    fn keep(&self, value: Expr<'s>) -> Option<&'s Expr<'s>> {
        Some(self.arena.alloc(value))
    }

    /// `THEN if COND else OTHERWISE`, or what may stand for one of the three.
    pub fn expression(&mut self) -> Option<&'s Expr<'s>> {
        let then = self.operation(OR)?;
        if self.kind() != Kind::If {
            return Some(then);
        }
        self.operator()?;
        self.at += 1;
        let cond = self.operation(OR)?;
        self.take(Kind::Else)?;
        let otherwise = self.expression()?;
        self.keep(conditional_expr(then, cond, otherwise))
    }

    /// Operands joined by operators that bind at least so strongly.
    fn operation(&mut self, least: u8) -> Option<&'s Expr<'s>> {
        let mut left = match self.kind() {
            Kind::Not if least <= NOT => self.negation()?,
            _ => self.signed()?,
        };
        while let Some((op, strength)) = operator(self.kind()).filter(|found| found.1 >= least) {
            let Some(op) = op else {
                left = self.comparison(left)?;
                continue;
            };
            self.operator()?;
            self.at += 1;
            let right = self.operation(strength + 1)?;
            left = self.arena.alloc(precedence::binary(op, left, right));
        }
        Some(left)
    }

    /// `not a`
    fn negation(&mut self) -> Option<&'s Expr<'s>> {
        self.operator()?;
        let not = self.take(Kind::Not)?;
        let value = self.operation(NOT)?;
        self.keep(unary(UnaryOp::Not, &not, value))
    }

    /// The comparisons behind a first operand.
    fn comparison(&mut self, first: &'s Expr<'s>) -> Option<&'s Expr<'s>> {
        let link = |reader: &mut Self, op| {
            reader.operator()?;
            reader.at += 1;
            Some((op, *reader.operation(ARITHMETIC)?))
        };
        let only = link(self, comparison_of(self.kind())?)?;
        if comparison_of(self.kind()).is_none() {
            return self.keep(compare(self.arena, first, &[only]));
        }
        let mut links = vec![only];
        while let Some(op) = comparison_of(self.kind()) {
            links.push(link(self, op)?);
        }
        self.keep(compare(self.arena, first, &links))
    }

    /// `- a`, `+ a`, `~ a`
    fn signed(&mut self) -> Option<&'s Expr<'s>> {
        let Some(op) = sign_of(self.kind()) else {
            return self.operand();
        };
        self.operator()?;
        let sign = self.take(self.kind())?;
        let value = self.signed()?;
        self.keep(unary(op, &sign, value))
    }

    /// A literal, a name or call, a cast, something in parentheses.
    fn operand(&mut self) -> Option<&'s Expr<'s>> {
        match self.kind() {
            Kind::Name => self.path_or_call(),
            Kind::Type => self.cast(),
            Kind::LeftParen => self.parenthesised(),
            _ => {
                let value = literal_of(&self.tokens.get(self.at)?)?;
                self.at += 1;
                self.keep(value)
            }
        }
    }

    /// `NAME`, `NAME.NAME`, `NAME(ARGS)`, `NAME.NAME(ARGS)`
    fn path_or_call(&mut self) -> Option<&'s Expr<'s>> {
        let start = self.at;
        let path = self.path()?;
        let kind = match self.kind() {
            Kind::LeftParen => {
                let args = self.arguments()?;
                ExprKind::Call(self.arena.alloc(Call { path, args }))
            }
            _ => ExprKind::Path(path),
        };
        let span = self.span_from(start);
        self.keep(Expr { kind, span })
    }

    /// `NAME.NAME`
    fn path(&mut self) -> Option<&'s [Ident<'s>]> {
        let first = self.name()?;
        if self.kind() != Kind::Dot {
            return Some(std::slice::from_ref(self.arena.alloc(first)));
        }
        self.names.clear();
        self.names.push(first);
        while self.kind() == Kind::Dot {
            self.at += 1;
            let name = self.name()?;
            self.names.push(name);
        }
        Some(self.arena.alloc_slice_copy(&self.names))
    }

    /// `(A, NAME=B)`
    fn arguments(&mut self) -> Option<&'s [Arg<'s>]> {
        let start = self.args.len();
        self.take(Kind::LeftParen)?;
        while self.kind() != Kind::RightParen {
            let arg = self.argument()?;
            self.args.push(arg);
            if self.kind() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        self.take(Kind::RightParen)?;
        let args = self.arena.alloc_slice_copy(&self.args[start..]);
        self.args.truncate(start);
        Some(args)
    }

    fn argument(&mut self) -> Option<Arg<'s>> {
        let name = match (self.kind(), self.kind_ahead(1)) {
            (Kind::Name, Kind::Assign) => {
                let name = self.name()?;
                self.at += 1;
                Some(name)
            }
            _ => None,
        };
        let value = self.expression()?;
        Some(Arg { name, value })
    }

    /// `TYPE(EXPR)`
    fn cast(&mut self) -> Option<&'s Expr<'s>> {
        let start = self.at;
        let ty = self.type_name()?;
        self.take(Kind::LeftParen)?;
        let value = self.expression()?;
        self.take(Kind::RightParen)?;
        self.keep(Expr {
            kind: ExprKind::Cast(ty, value),
            span: self.span_from(start),
        })
    }

    /// `(A)`, which is `A`, or `(A, B)`
    fn parenthesised(&mut self) -> Option<&'s Expr<'s>> {
        let start = self.at;
        self.take(Kind::LeftParen)?;
        let first = self.expression()?;
        if self.kind() == Kind::RightParen {
            self.at += 1;
            let span = self.span_from(start);
            return self.keep(Expr { span, ..*first });
        }
        let mut items = vec![*first];
        while self.kind() == Kind::Comma {
            self.at += 1;
            if self.kind() == Kind::RightParen {
                break;
            }
            items.push(*self.expression()?);
        }
        self.take(Kind::RightParen)?;
        self.keep(Expr {
            kind: ExprKind::Tuple(self.arena.alloc_slice_copy(&items)),
            span: self.span_from(start),
        })
    }
}
