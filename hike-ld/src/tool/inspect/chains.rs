//! A chain object: its chains, what they call, what its script asks for.

use std::collections::BTreeSet;

use hike_format::ChainObject;
use hike_format::chain::Chain;
use hike_format::script::ScriptChain;
use serde_json::{Value, json};

use super::bundle::configuration;
use super::page::chain_synopsis;
use super::table::{indent, section};

/// The description.
pub fn text(object: &ChainObject) -> String {
    let chains: Vec<_> = object.chains.iter().map(chain_row).collect();
    let calls: Vec<_> = calls(object).into_iter().map(|symbol| [symbol]).collect();
    let mut out = format!("object of {} chains\n", chains.len());
    if let Some(script) = &object.script {
        out += &indent(&script.doc);
    }
    out += &section("chains", &chains);
    out += &section("calls", &calls);
    if let Some(script) = &object.script {
        out += &configuration(&script.maps, &script.config, &script.attach);
    }
    out
}

fn chain_row(chain: &Chain) -> [String; 2] {
    [
        chain_synopsis(chain),
        format!("{} instructions", chain.instructions),
    ]
}

/// What the chains call and the object does not define.
fn calls(object: &ChainObject) -> BTreeSet<String> {
    let calls = object.chains.iter().flat_map(|chain| chain.calls.values());
    let others = calls.filter(|symbol| object.chain(symbol).is_none());
    others.map(ToString::to_string).collect()
}

/// The description as data.
pub fn json(object: &ChainObject) -> Value {
    let chains = object.chains.iter();
    json!({
        "kind": "chains",
        "chains": chains.map(|chain| chain_json(chain, None)).collect::<Vec<_>>(),
        "calls": calls(object),
        "script": object.script,
    })
}

/// A chain as data; with its documentation when `declared` has it.
pub fn chain_json(chain: &Chain, declared: Option<&ScriptChain>) -> Value {
    let mut data = json!({
        "symbol": chain.symbol,
        "params": chain.params,
        "instructions": chain.instructions,
    });
    if let Some(declared) = declared {
        data["doc"] = json!(declared.doc);
    }
    data
}
