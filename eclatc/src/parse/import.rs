//! `from KIND.PACKAGE import NAME as ALIAS, ...`

use super::expression::path;
use super::tokens::{Production, kind, name, word};
use crate::lex::Kind;
use crate::syntax::{Import, ImportName, StmtKind};
use chumsky::prelude::*;

/// An import.
pub fn import<'t, 's: 't>() -> impl Production<'t, 's, StmtKind<'s>> {
    let kind_of = name().then_ignore(kind(Kind::Dot));
    kind(Kind::From)
        .ignore_then(kind_of.then(path()))
        .then_ignore(kind(Kind::Import))
        .then(choice((parenthesised_names(), names())))
        .map(|((kind, package), names)| {
            StmtKind::Import(Import {
                kind,
                package,
                names,
            })
        })
}

fn parenthesised_names<'t, 's: 't>() -> impl Production<'t, 's, Vec<ImportName<'s>>> {
    names().delimited_by(kind(Kind::LeftParen), kind(Kind::RightParen))
}

fn names<'t, 's: 't>() -> impl Production<'t, 's, Vec<ImportName<'s>>> {
    import_name()
        .separated_by(kind(Kind::Comma))
        .allow_trailing()
        .at_least(1)
        .collect()
}

fn import_name<'t, 's: 't>() -> impl Production<'t, 's, ImportName<'s>> {
    let alias = word("as").ignore_then(name()).or_not();
    name()
        .then(alias)
        .map(|(name, alias)| ImportName { name, alias })
}
