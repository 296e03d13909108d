//! Pulling what is used and not defined from packages.

use std::collections::{BTreeMap, BTreeSet};

use hike_format::package::{Found, Item, LookupError};
use hike_format::{PackagePath, Symbol, SymbolKind};

use crate::symbols::{Definitions, Use, uses, uses_of};
use crate::{LinkError, Problem, input};

/// Pulls programs, loaders and chains until nothing is undefined; what is not found is an
/// error at every place that uses it.
pub fn resolve(definitions: &mut Definitions, packages: &PackagePath, errors: &mut Vec<LinkError>) {
    let mut problems = BTreeMap::new();
    let mut waiting = undefined(definitions, 0);
    while let Some(symbol) = waiting.pop_first() {
        if definitions.contains(&symbol) || problems.contains_key(&symbol) {
            continue;
        }
        let before = definitions.chain_files().len();
        if let Err(problem) = pull(&symbol, definitions, packages, errors) {
            problems.insert(symbol, problem);
        }
        waiting.extend(undefined(definitions, before));
    }
    report(definitions, problems, errors);
}

/// What objects with chains use and nothing defines, from the `first` object on.
fn undefined(definitions: &Definitions, first: usize) -> BTreeSet<Symbol> {
    let files = definitions.chain_files().iter().skip(first);
    let used = files.flat_map(uses_of).map(|(symbol, _)| symbol);
    used.filter(|symbol| !definitions.contains(symbol))
        .collect()
}

/// Every problem with every place that has it.
fn report(
    definitions: &Definitions,
    problems: BTreeMap<Symbol, Box<Problem>>,
    errors: &mut Vec<LinkError>,
) {
    let mut uses = uses(definitions);
    let mut found: Vec<LinkError> = problems
        .into_iter()
        .map(|(symbol, problem)| {
            let places = uses.remove(&symbol).unwrap_or_default();
            LinkError::at(problem, places)
        })
        .collect();
    found.sort_by(|a, b| first_place(a).cmp(&first_place(b)));
    errors.extend(found);
}

fn first_place(error: &LinkError) -> Option<(&Use, u32)> {
    let first = error.places.first()?;
    Some((first, first.place.as_ref().map_or(0, |place| place.line)))
}

fn pull(
    symbol: &Symbol,
    definitions: &mut Definitions,
    packages: &PackagePath,
    errors: &mut Vec<LinkError>,
) -> Result<(), Box<Problem>> {
    match symbol.kind() {
        SymbolKind::Chain => pull_chain(symbol, definitions, packages, errors),
        SymbolKind::Program | SymbolKind::Loader => {
            pull_program(symbol, definitions, packages, errors)
        }
    }
}

fn pull_program(
    symbol: &Symbol,
    definitions: &mut Definitions,
    packages: &PackagePath,
    errors: &mut Vec<LinkError>,
) -> Result<(), Box<Problem>> {
    let found = find(Item::Object, symbol, packages)?;
    let path = found.path.display().to_string();
    let file = input::program(&path, &found.package, &found.bytes)?;
    if file.symbol.name() != symbol.name() {
        return Err(Problem::OtherName {
            path,
            expected: symbol.name().to_owned(),
            found: file.symbol.name().to_owned(),
        }
        .into());
    }
    if file.symbol.kind() != symbol.kind() {
        return Err(Problem::OtherKind {
            symbol: symbol.clone(),
            found: file.symbol.kind(),
            path,
        }
        .into());
    }
    definitions.add_program(file, errors);
    Ok(())
}

fn pull_chain(
    symbol: &Symbol,
    definitions: &mut Definitions,
    packages: &PackagePath,
    errors: &mut Vec<LinkError>,
) -> Result<(), Box<Problem>> {
    let found = find(Item::ChainObject, symbol, packages)?;
    let path = found.path.display().to_string();
    let file = input::chains(&path, &found.bytes)?;
    if file.object.chain(symbol).is_none() {
        let chains = file.object.chains.iter();
        let chains: Vec<_> = chains.map(|chain| chain.symbol.to_string()).collect();
        return Err(Problem::OtherName {
            path,
            expected: symbol.to_string(),
            found: chains.join("`, `"),
        }
        .into());
    }
    definitions.add_chains(file, errors);
    Ok(())
}

/// Finds the file; a symbol names the package that defines it, not one that gives it out.
fn find(item: Item, symbol: &Symbol, packages: &PackagePath) -> Result<Found, Box<Problem>> {
    let reason = match packages.find(item, symbol.package(), symbol.name()) {
        Ok(found) if found.package == symbol.package() => return Ok(found),
        Ok(found) => LookupError::Name {
            package: symbol.package().to_owned(),
            item,
            name: symbol.name().to_owned(),
            searched: Vec::new(),
            nearest: Some(format!("{}.{}", found.package, found.name)),
        },
        Err(reason) => reason,
    };
    Err(Problem::Undefined {
        symbol: symbol.clone(),
        reason: Box::new(reason),
        script: script(symbol, packages),
    }
    .into())
}

/// The script of a chain that is there, but not compiled.
fn script(symbol: &Symbol, packages: &PackagePath) -> Option<String> {
    if symbol.kind() != SymbolKind::Chain {
        return None;
    }
    let found = packages.find(Item::ChainScript, symbol.package(), symbol.name());
    Some(found.ok()?.path.display().to_string())
}
