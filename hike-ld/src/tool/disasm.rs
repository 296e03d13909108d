//! `hike-ld disasm FILE`: bytecode with the names of calls and the lines it comes from; also
//! the code of programs, and what the native tier runs.

mod listing;
mod sections;

use std::path::Path;

use hike_format::chain::{Chain, Line, SlotIndex};
use hike_format::manifest::MemberKind;
use hike_format::program::ObjectError;
use hike_format::{Bundle, ChainObject};
use serde_json::{Value, json};

use super::inspect::{Subject, open};
use super::{Failure, Output};
use listing::Row;

/// Lists every function of a file; of a bundle its chains, or its fused programs.
pub fn run(path: &Path, native: bool, json: bool) -> Result<Output, Failure> {
    let fail =
        |error: &dyn std::error::Error| Failure::input(format!("{}: {error}", path.display()));
    let functions = match open(path)? {
        Subject::Chains(object) => chains(&object),
        Subject::Program(object) => {
            sections::functions(&object.bytes).map_err(|error| fail(&error))?
        }
        Subject::Native(bytes) => sections::functions(&bytes).map_err(|error| fail(&error))?,
        Subject::Bundle(bundle) if native => fused(&bundle).map_err(|error| fail(&error))?,
        Subject::Bundle(bundle) => {
            let objects = bundle.chain_objects().map_err(|error| fail(&error))?;
            objects.values().flat_map(chains).collect()
        }
    };
    Ok(if json {
        Output::json(&functions.iter().map(Function::json).collect())
    } else {
        let texts: Vec<_> = functions.iter().map(Function::text).collect();
        Output::ok(texts.join("\n"))
    })
}

/// The functions of every fused program of a bundle.
fn fused(bundle: &Bundle) -> Result<Vec<Function>, ObjectError> {
    let members = bundle.manifest().members.iter();
    let members = members.filter(|member| member.kind == MemberKind::Native);
    let mut functions = Vec::new();
    for object in members.filter_map(|member| bundle.member(&member.path)) {
        functions.extend(sections::functions(object)?);
    }
    Ok(functions)
}

/// A function and its instructions.
pub struct Function {
    /// Its name.
    name: String,
    /// Its instructions.
    rows: Vec<Row>,
    /// Where they come from, by ascending slot.
    lines: Vec<Line>,
}

fn chains(object: &ChainObject) -> Vec<Function> {
    object.chains.iter().map(chain).collect()
}

fn chain(chain: &Chain) -> Function {
    let name = |slot: SlotIndex| chain.calls.get(&slot).map(ToString::to_string);
    Function {
        name: chain.symbol.to_string(),
        rows: listing::rows(&chain.code, &name, listing::Helpers::Hike),
        lines: chain.lines.clone(),
    }
}

impl Function {
    fn text(&self) -> String {
        let mut out = format!("{}:\n", self.name);
        let mut lines = self.lines.iter().peekable();
        for row in &self.rows {
            while let Some(line) = lines.next_if(|line| line.slot <= row.slot) {
                // Of several lines at one instruction the last is its own.
                if lines.peek().is_none_or(|next| next.slot > row.slot) {
                    let comment = format!("; {}  {}", line.place, line.text.trim());
                    out += comment.trim_end();
                    out.push('\n');
                }
            }
            out += &row.text();
        }
        out
    }

    fn json(&self) -> Value {
        let rows = self.rows.iter().map(|row| {
            let after = self.lines.partition_point(|line| line.slot <= row.slot);
            let line = after.checked_sub(1).and_then(|index| self.lines.get(index));
            json!({
                "slot": row.slot.0,
                "bytes": row.hex(),
                "text": row.listing,
                "place": line.map(|line| &line.place),
            })
        });
        json!({"name": self.name, "instructions": rows.collect::<Vec<_>>()})
    }
}
