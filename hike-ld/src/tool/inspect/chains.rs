//! A chain object: its chains, what they call, what its script asks for.

use std::collections::BTreeSet;

use hike_format::ChainObject;
use hike_format::chain::Chain;
use serde_json::{Value, json};

use super::bundle::configuration;
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
    let params = chain.params.as_ref().map(|params| {
        let params: Vec<_> = params.iter().map(ToString::to_string).collect();
        params.join(", ")
    });
    [
        format!("{}({})", chain.symbol, params.as_deref().unwrap_or("?")),
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
    let chains = object.chains.iter().map(|chain| {
        json!({
            "symbol": chain.symbol,
            "params": chain.params,
            "instructions": chain.instructions,
        })
    });
    json!({
        "kind": "chains",
        "chains": chains.collect::<Vec<_>>(),
        "calls": calls(object),
        "script": object.script,
    })
}
