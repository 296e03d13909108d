//! One chain, program or loader of a bundle or a chain object, by its name.

use hike_format::bundle::BundleError;
use hike_format::{Bundle, ChainObject, Symbol, nearest};
use serde_json::Value;

use super::{Failure, Output, Subject, chains, page, program};

/// Describes what `name` is in a file: a name or a whole symbol.
pub fn run(subject: &Subject, name: &str, json: bool) -> Result<Output, Failure> {
    match subject {
        Subject::Bundle(bundle) => in_bundle(bundle, name, json),
        Subject::Chains(object) => {
            let symbols: Vec<_> = object.chains.iter().map(|chain| &chain.symbol).collect();
            let symbol = choose(&symbols, name)?;
            Ok(in_chains(object, symbol, json))
        }
        Subject::Program(object) => Err(Failure::input(format!(
            "expected a bundle or a chain object to look for `{name}` in, found the object of `{}`",
            object.signature.name
        ))),
        Subject::Native(_) => Err(Failure::input(format!(
            "expected a bundle or a chain object to look for `{name}` in, found a fused program"
        ))),
    }
}

fn in_bundle(bundle: &Bundle, name: &str, json: bool) -> Result<Output, Failure> {
    let manifest = bundle.manifest();
    let objects = manifest.programs.iter().chain(&manifest.loaders);
    let chains = manifest.chains.iter().map(|chain| &chain.symbol);
    let symbols: Vec<_> = chains.chain(objects.map(|object| &object.symbol)).collect();
    let symbol = choose(&symbols, name)?;
    let fail = |error: BundleError| Failure::input(error.to_string());
    let objects = bundle.chain_objects().map_err(fail)?;
    if let Some(object) = objects
        .values()
        .find(|object| object.chain(symbol).is_some())
    {
        return Ok(in_chains(object, symbol, json));
    }
    let object = bundle.program(symbol).map_err(fail)?;
    Ok(output(
        json,
        || program::json(&object),
        || page::object(&object),
    ))
}

fn in_chains(object: &ChainObject, symbol: &Symbol, json: bool) -> Output {
    let Some(chain) = object.chain(symbol) else {
        return Output::ok("");
    };
    let script = object.script.as_ref();
    let declared = script.and_then(|script| script.chains.iter().find(|it| it.symbol == *symbol));
    output(
        json,
        || chains::chain_json(chain, declared),
        || page::chain(chain, declared),
    )
}

fn output(json: bool, data: impl Fn() -> Value, text: impl Fn() -> String) -> Output {
    match json {
        true => Output::json(&data()),
        false => Output::ok(text()),
    }
}

/// The only symbol of this name.
fn choose<'s>(symbols: &[&'s Symbol], name: &str) -> Result<&'s Symbol, Failure> {
    let is_it = |symbol: &&&Symbol| symbol.name() == name || symbol.to_string() == name;
    let found: Vec<_> = symbols.iter().filter(is_it).copied().collect();
    match &found[..] {
        [symbol] => Ok(symbol),
        [] => {
            let names = symbols.iter().map(|symbol| symbol.name());
            let help = nearest(name, names).map(|name| format!("; did you mean `{name}`"));
            let help = help.unwrap_or_default();
            Err(Failure::input(format!(
                "expected the name of something in the file, found `{name}`{help}"
            )))
        }
        several => {
            let several: Vec<_> = several.iter().map(|symbol| format!("`{symbol}`")).collect();
            let several = several.join(" and ");
            Err(Failure::input(format!(
                "expected one thing of the name `{name}`, found {several}"
            )))
        }
    }
}
