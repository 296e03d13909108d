//! The link map: where everything in a bundle came from, and who uses it.

use std::fmt;

use hike_format::Symbol;

use crate::symbols::{Definitions, Uses};

/// One line a symbol, chains first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LinkMap {
    /// The lines.
    pub lines: Vec<MapLine>,
}

/// One symbol.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MapLine {
    /// The symbol.
    pub symbol: Symbol,
    /// The object it came from.
    pub object: String,
    /// Bytes of bytecode of a chain, of the whole object of a program or loader.
    pub size: usize,
    /// Who uses it, in the order of the inputs, each place once.
    pub used_by: Vec<String>,
}

impl LinkMap {
    /// The map of these symbols.
    pub(crate) fn new<'a>(
        symbols: impl Iterator<Item = &'a Symbol>,
        definitions: &Definitions,
        uses: &Uses,
    ) -> Self {
        let lines = symbols.map(|symbol| MapLine {
            symbol: symbol.clone(),
            object: definitions.path(symbol).unwrap_or_default().to_owned(),
            size: size(definitions, symbol),
            used_by: used_by(uses, symbol),
        });
        Self {
            lines: lines.collect(),
        }
    }
}

fn size(definitions: &Definitions, symbol: &Symbol) -> usize {
    match definitions.program(symbol) {
        Some(program) => program.object.bytes.len(),
        None => definitions
            .chain(symbol)
            .map_or(0, |chain| chain.code.len() * 8),
    }
}

fn used_by(uses: &Uses, symbol: &Symbol) -> Vec<String> {
    let places = uses.get(symbol).into_iter().flatten();
    let mut names: Vec<String> = places.map(ToString::to_string).collect();
    names.dedup();
    names
}

impl fmt::Display for LinkMap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for line in &self.lines {
            writeln!(
                f,
                "{} ({} bytes) from {}",
                line.symbol, line.size, line.object
            )?;
            for place in &line.used_by {
                writeln!(f, "    used at {place}")?;
            }
        }
        Ok(())
    }
}
