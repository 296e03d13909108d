//! Headers, and statements that fit on a line. The first tokens tell what comes.

use super::Direct;
use crate::lex::Kind;
use crate::parse::line::Header;
use crate::parse::statement::augmented_operator;
use crate::syntax::{Entry, Expr, Ident, Import, ImportName, Param, Stmt, StmtKind, TypeName};

impl<'s> Direct<'_, 's> {
    /// Whether the line is the header of a block.
    pub fn begins_header(&self) -> bool {
        match self.kind() {
            Kind::If | Kind::Elif | Kind::Else | Kind::While | Kind::For | Kind::Def => true,
            Kind::Name => match self.kind_ahead(1) {
                Kind::Name => self.word() == "header",
                Kind::String => self.word() == "test",
                _ => false,
            },
            _ => false,
        }
    }

    /// The text of the next token.
    fn word(&self) -> &'s str {
        self.tokens.get(self.at).map_or("", |token| token.text)
    }

    /// The part of a compound statement before its `:`.
    pub fn header(&mut self) -> Option<Header<'s>> {
        let kind = self.kind();
        self.at += 1;
        Some(match kind {
            Kind::If => Header::If(self.expression()?),
            Kind::Elif => Header::Elif(self.expression()?),
            Kind::While => Header::While(self.expression()?),
            Kind::Else => Header::Else,
            Kind::For => {
                let name = self.name()?;
                self.take(Kind::In)?;
                Header::For(name, self.expression()?)
            }
            Kind::Def => self.def_header()?,
            _ if self.kind() == Kind::String => {
                self.at += 1;
                Header::Test
            }
            _ => {
                let name = self.name()?;
                self.take(Kind::LeftParen)?;
                let offset = self.expression()?;
                self.take(Kind::RightParen)?;
                Header::Layout(name, offset)
            }
        })
    }

    /// `NAME(PARAMS) [-> TYPE]`
    fn def_header(&mut self) -> Option<Header<'s>> {
        let name = self.name()?;
        self.take(Kind::LeftParen)?;
        let mut params = Vec::new();
        while self.kind() != Kind::RightParen {
            params.push(self.parameter()?);
            if self.kind() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        self.take(Kind::RightParen)?;
        let mut result = None;
        if self.kind() == Kind::Arrow {
            self.at += 1;
            result = Some(self.type_name()?);
        }
        let params = self.arena.alloc_slice_copy(&params);
        Some(Header::Def(name, params, result))
    }

    /// `TYPE : NAME`, `NAME : TYPE` or `NAME`
    fn parameter(&mut self) -> Option<Param<'s>> {
        if self.kind() == Kind::Type {
            let (ty, name) = self.type_first()?;
            return Some(Param { name, ty: Some(ty) });
        }
        let name = self.name()?;
        let mut ty = None;
        if self.kind() == Kind::Colon {
            self.at += 1;
            ty = Some(self.type_name()?);
        }
        Some(Param { name, ty })
    }

    /// `TYPE : NAME`
    fn type_first(&mut self) -> Option<(TypeName, Ident<'s>)> {
        let ty = self.type_name()?;
        self.take(Kind::Colon)?;
        Some((ty, self.name()?))
    }

    /// A statement without a block.
    pub fn statement(&mut self) -> Option<Stmt<'s>> {
        let start = self.at;
        let kind = self.statement_kind()?;
        let span = self.span_from(start);
        Some(Stmt { kind, span })
    }

    fn statement_kind(&mut self) -> Option<StmtKind<'s>> {
        match (self.kind(), self.kind_ahead(1)) {
            (Kind::Name, next) => self.of_name(next),
            (Kind::Type, Kind::Colon) => {
                let (ty, name) = self.type_first()?;
                let value = self.first_value()?;
                Some(StmtKind::Declare { name, ty, value })
            }
            (Kind::Pass, _) => self.keyword(StmtKind::Pass),
            (Kind::Break, _) => self.keyword(StmtKind::Break),
            (Kind::Continue, _) => self.keyword(StmtKind::Continue),
            (Kind::Return, next) => {
                self.at += 1;
                let ends = matches!(next, Kind::Newline | Kind::Semicolon);
                let value = if ends { None } else { Some(self.expression()?) };
                Some(StmtKind::Return(value))
            }
            (Kind::Const, _) => {
                self.at += 1;
                let name = self.name()?;
                self.take(Kind::Assign)?;
                Some(StmtKind::Const(name, self.expression()?))
            }
            (Kind::From, _) => self.import(),
            _ => self.expression().map(StmtKind::Expr),
        }
    }

    fn keyword(&mut self, kind: StmtKind<'s>) -> Option<StmtKind<'s>> {
        self.at += 1;
        Some(kind)
    }

    /// A statement that begins with a name, by what is behind that.
    fn of_name(&mut self, next: Kind) -> Option<StmtKind<'s>> {
        match next {
            Kind::Assign => self.assignment(),
            Kind::LeftBracket => self.map_assignment(),
            Kind::Colon => {
                let name = self.name()?;
                self.at += 1;
                let ty = self.type_name()?;
                let value = self.first_value()?;
                Some(StmtKind::Declare { name, ty, value })
            }
            Kind::Dot if self.kind_ahead(2) == Kind::Name => {
                let op = self.kind_ahead(3);
                match op == Kind::Assign || augmented_operator(op).is_some() {
                    true => self.field_assignment(),
                    false => self.expression().map(StmtKind::Expr),
                }
            }
            _ => match augmented_operator(next) {
                Some(op) => {
                    let name = self.name()?;
                    self.at += 1;
                    Some(StmtKind::Augmented(name, op, self.expression()?))
                }
                None => self.expression().map(StmtKind::Expr),
            },
        }
    }

    /// `NAME = NAME = EXPR`
    fn assignment(&mut self) -> Option<StmtKind<'s>> {
        let first = self.name()?;
        self.at += 1;
        if (self.kind(), self.kind_ahead(1)) != (Kind::Name, Kind::Assign) {
            let names = std::slice::from_ref(self.arena.alloc(first));
            return Some(StmtKind::Assign(names, self.expression()?));
        }
        let mut names = vec![first];
        while (self.kind(), self.kind_ahead(1)) == (Kind::Name, Kind::Assign) {
            names.push(self.name()?);
            self.at += 1;
        }
        let names = self.arena.alloc_slice_copy(&names);
        Some(StmtKind::Assign(names, self.expression()?))
    }

    /// `[= EXPR]`
    fn first_value(&mut self) -> Option<Option<&'s Expr<'s>>> {
        if self.kind() != Kind::Assign {
            return Some(None);
        }
        self.at += 1;
        self.expression().map(Some)
    }

    /// `HEADER.FIELD = EXPR`, `HEADER.FIELD += EXPR`
    fn field_assignment(&mut self) -> Option<StmtKind<'s>> {
        let header = self.name()?;
        self.take(Kind::Dot)?;
        let field = self.name()?;
        let op = augmented_operator(self.kind());
        self.at += 1;
        let value = self.expression()?;
        Some(StmtKind::AssignField {
            header,
            field,
            op,
            value,
        })
    }

    /// `OWNER[MAP] = { KEY: VALUE, ... }`
    fn map_assignment(&mut self) -> Option<StmtKind<'s>> {
        let owner = self.name()?;
        self.take(Kind::LeftBracket)?;
        let map = self.name()?;
        self.take(Kind::RightBracket)?;
        self.take(Kind::Assign)?;
        self.take(Kind::LeftBrace)?;
        let mut entries = Vec::new();
        while self.kind() != Kind::RightBrace {
            let key = self.expression()?;
            self.take(Kind::Colon)?;
            let value = self.expression()?;
            entries.push(Entry { key, value });
            if self.kind() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        self.take(Kind::RightBrace)?;
        Some(StmtKind::MapAssign {
            owner,
            map,
            entries,
        })
    }

    /// `from KIND.PACKAGE import NAMES`, the names in parentheses or not
    fn import(&mut self) -> Option<StmtKind<'s>> {
        self.at += 1;
        let kind = self.name()?;
        let mut package = Vec::new();
        while self.kind() == Kind::Dot {
            self.at += 1;
            package.push(self.name()?);
        }
        if package.is_empty() {
            return None;
        }
        self.take(Kind::Import)?;
        let in_parentheses = self.kind() == Kind::LeftParen;
        self.at += usize::from(in_parentheses);
        let names = self.import_names()?;
        if in_parentheses {
            self.take(Kind::RightParen)?;
        }
        Some(StmtKind::Import(Import {
            kind,
            package,
            names,
        }))
    }

    /// `NAME as ALIAS, ...`
    fn import_names(&mut self) -> Option<Vec<ImportName<'s>>> {
        let mut names = Vec::new();
        while self.kind() == Kind::Name || names.is_empty() {
            let name = self.name()?;
            let mut alias = None;
            if self.kind() == Kind::Name && self.word() == "as" {
                self.at += 1;
                alias = Some(self.name()?);
            }
            names.push(ImportName { name, alias });
            if self.kind() != Kind::Comma {
                break;
            }
            self.at += 1;
        }
        Some(names)
    }
}
