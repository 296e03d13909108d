//! Calls: what is called can be called, and as its caller thinks.

use hike_format::signature::{IntType, Param};
use hike_format::{Symbol, SymbolKind};

use crate::input::ChainFile;
use crate::symbols::{Definitions, Use, Uses};
use crate::{LinkError, Problem};

/// Checks every call.
pub fn check(definitions: &Definitions, uses: &Uses, errors: &mut Vec<LinkError>) {
    for (symbol, places) in uses {
        if symbol.kind() == SymbolKind::Loader {
            check_not_called(symbol, places, errors);
        }
    }
    for file in definitions.chain_files() {
        check_prototypes(definitions, file, uses, errors);
    }
}

fn check_not_called(symbol: &Symbol, places: &[Use], errors: &mut Vec<LinkError>) {
    let calls = places.iter().filter(|place| place.chain.is_some());
    let calls: Vec<_> = calls.cloned().collect();
    if !calls.is_empty() {
        let symbol = symbol.clone();
        errors.push(LinkError::at(Problem::CalledLoader { symbol }, calls));
    }
}

/// Prototypes that an object gives to others must be those of the definitions.
fn check_prototypes(
    definitions: &Definitions,
    file: &ChainFile,
    uses: &Uses,
    errors: &mut Vec<LinkError>,
) {
    for (symbol, declared) in &file.object.externs {
        let Some(params) = definitions.params(symbol) else {
            continue;
        };
        if agree(declared, params) {
            continue;
        }
        let problem = Problem::Arguments {
            symbol: symbol.clone(),
            declared: list(declared),
            expected: expected(definitions, symbol, params),
        };
        let places = uses.get(symbol).into_iter().flatten();
        let calls = places.filter(|place| place.object == file.path && place.chain.is_some());
        errors.push(LinkError::at(problem, calls.cloned()));
    }
}

/// Same number of parameters. Arguments are registers of 64 bits, so that their declared
/// widths may differ without harm.
fn agree(declared: &[IntType], params: &[Param]) -> bool {
    declared.len() == params.len()
}

fn list(types: &[IntType]) -> String {
    let types: Vec<_> = types.iter().map(IntType::to_string).collect();
    types.join(", ")
}

fn expected(definitions: &Definitions, symbol: &Symbol, params: &[Param]) -> String {
    if let Some(signature) = definitions.signature(symbol) {
        return format!("`{signature}`");
    }
    let params: Vec<_> = params.iter().map(Param::to_string).collect();
    format!("`{}({})`", symbol.name(), params.join(", "))
}
