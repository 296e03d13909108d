//! The names of one chain.

use super::constant::Constant;
use super::convert::Type;
use super::names::Names;
use crate::hir::{Local, LocalId};
use crate::source::Span;
use std::collections::BTreeSet;

/// Names, variables and surroundings of the chain that is being analysed.
#[derive(Default)]
pub struct Scope<'s> {
    names: Names<'s, Name>,
    /// Parameters, variables and temporaries in the order of their numbers.
    pub variables: Vec<Variable>,
    /// Loops around the current statement.
    pub loops: usize,
    /// Type that `return` gives; absent outside a chain.
    pub result: Option<Type>,
    /// Names in lines that could not be read, which may have declared them.
    pub doubtful: BTreeSet<&'s str>,
}

/// What a name of a chain stands for.
#[derive(Clone, Copy)]
pub enum Name {
    /// A variable or parameter.
    Variable(LocalId),
    /// A constant and the place where it was bound.
    Constant(Constant, Span),
    /// Something wrong that has been reported.
    Poisoned,
}

/// A variable and what analysis must remember about it.
pub struct Variable {
    /// As the typed tree has it.
    pub local: Local,
    /// Its type in the language.
    pub ty: Type,
    /// Whether anything reads it.
    pub read: bool,
}

impl<'s> Scope<'s> {
    /// What a name stands for.
    pub fn lookup(&self, name: &str) -> Option<Name> {
        self.names.get(name).copied()
    }

    /// What a name of the chain is, for messages; nothing when it has none or is in doubt.
    pub fn describe(&self, name: &str) -> Option<&'static str> {
        match self.lookup(name)? {
            Name::Variable(_) => Some("a variable"),
            Name::Constant(..) => Some("a constant"),
            Name::Poisoned => None,
        }
    }

    /// Makes a variable.
    pub fn declare(&mut self, name: &'s str, ty: Type, span: Span) -> LocalId {
        let id = self.temporary(name, ty, span);
        self.names.insert(name, Name::Variable(id));
        id
    }

    /// Makes a variable that no name finds.
    pub fn temporary(&mut self, name: &str, ty: Type, span: Span) -> LocalId {
        let id = LocalId(self.variables.len() as u32);
        self.variables.push(Variable {
            local: Local {
                name: name.to_owned(),
                ty: ty.int(),
                span,
            },
            ty,
            read: false,
        });
        id
    }

    /// Binds a constant.
    pub fn bind(&mut self, name: &'s str, value: Constant, span: Span) {
        self.names.insert(name, Name::Constant(value, span));
    }

    /// Silences what would follow from a wrong definition of a name.
    pub fn poison(&mut self, name: &'s str) {
        self.names.insert(name, Name::Poisoned);
    }

    /// The variable with a number.
    pub fn variable(&mut self, id: LocalId) -> &mut Variable {
        &mut self.variables[id.index()]
    }

    /// All names, for suggestions.
    pub fn names(&self) -> impl Iterator<Item = &'s str> {
        self.names.iter().map(|(name, _)| name)
    }
}
