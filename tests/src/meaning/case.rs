//! Scripts whose comments say what comes of their chains.
//!
//! ```text
//! # what rule the script shows
//! from programs.t import one
//!
//! # gives 3, calls one(5), packet 2: ff 00
//! def a_chain():
//!     ...
//! ```
//!
//! A comment directly above a `def` tells what comes of the chain, one `gives NUMBER`,
//! `faults` or `ends` first; chains without one are only called. The packet has 32 bytes,
//! each of which is its number.

use super::world::{End, PROGRAMS, Run};
use std::path::{Path, PathBuf};

/// The packet that cases are run on.
pub fn packet() -> Vec<u8> {
    (0..32).collect()
}

/// A chain of a script and what must come of it.
#[derive(Debug)]
pub struct Expectation {
    /// The chain.
    pub chain: String,
    /// What must come of it.
    pub run: Run,
}

/// Every script of a folder, in the order of their names.
///
/// # Panics
/// When the folder cannot be read or has none.
pub fn scripts(folder: &Path) -> Vec<(PathBuf, String)> {
    let entries = std::fs::read_dir(folder).expect("the folder of the cases");
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.retain(|path| path.extension().is_some_and(|ending| ending == "eclat"));
    paths.sort();
    assert!(!paths.is_empty(), "no scripts in {}", folder.display());
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("a script");
        (path, text)
    };
    paths.into_iter().map(read).collect()
}

/// What the comments of a script say.
///
/// # Errors
/// The first comment that says something else.
pub fn expectations(text: &str) -> Result<Vec<Expectation>, String> {
    let lines: Vec<&str> = text.lines().collect();
    let mut found = Vec::new();
    for pair in lines.windows(2) {
        let Some(comment) = pair[0].strip_prefix("# ") else {
            continue;
        };
        if let Some(def) = pair[1].strip_prefix("def ") {
            let chain = def.split('(').next().unwrap_or_default().to_owned();
            let run = expected(comment).map_err(|why| format!("`{comment}`: {why}"))?;
            found.push(Expectation { chain, run });
        }
    }
    Ok(found)
}

fn expected(comment: &str) -> Result<Run, String> {
    let mut parts = split(comment).into_iter();
    let mut run = Run {
        calls: Vec::new(),
        packet: packet(),
        end: end(&parts.next().unwrap_or_default())?,
    };
    for part in parts {
        match part.split_once(' ') {
            Some(("calls", call)) => run.calls.push(called(call)?),
            Some(("packet", bytes)) => change(&mut run.packet, bytes)?,
            _ => return Err(format!("unknown part `{part}`")),
        }
    }
    if run.end == End::Ended(0) {
        run.end = End::Ended(run.calls.last().ok_or("nothing is called that ends")?.0);
    }
    Ok(run)
}

/// The parts between commas that are outside parentheses.
fn split(comment: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut depth = 0;
    for c in comment.chars() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        match (c, depth) {
            (',', 0) => parts.push(String::new()),
            (c, _) => parts.last_mut().into_iter().for_each(|part| part.push(c)),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).collect()
}

fn end(text: &str) -> Result<End, String> {
    match text.split_once(' ') {
        Some(("gives", number)) => Ok(End::Returned(value(number)?)),
        None if text == "faults" => Ok(End::Fault),
        None if text == "ends" => Ok(End::Ended(0)),
        _ => Err("expected `gives NUMBER`, `faults` or `ends`".into()),
    }
}

/// A number, as 64 bits.
fn value(text: &str) -> Result<u64, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    let number = eclatc::lex::literal::number(digits).map_err(|_| format!("no number: {text}"))?;
    let number = number as u64;
    Ok(if negative {
        number.wrapping_neg()
    } else {
        number
    })
}

fn called(text: &str) -> Result<(usize, Vec<u64>), String> {
    let (name, args) = text.split_once('(').ok_or("expected `NAME(ARGS)`")?;
    let index = PROGRAMS.iter().position(|program| program.name == name);
    let args = args.trim_end_matches(')').split(',').map(str::trim);
    let args = args.filter(|arg| !arg.is_empty()).map(value);
    Ok((
        index.ok_or_else(|| format!("no program `{name}`"))?,
        args.collect::<Result<_, _>>()?,
    ))
}

fn change(packet: &mut [u8], text: &str) -> Result<(), String> {
    let (offset, bytes) = text.split_once(':').ok_or("expected `OFFSET: BYTES`")?;
    let offset: usize = offset.parse().map_err(|_| format!("no offset: {offset}"))?;
    for (index, byte) in bytes.split_whitespace().enumerate() {
        let place = packet.get_mut(offset + index).ok_or("beyond the packet")?;
        *place = u8::from_str_radix(byte, 16).map_err(|_| format!("no byte: {byte}"))?;
    }
    Ok(())
}
