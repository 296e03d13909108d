//! What the linker finds wrong, shown in the scripts where it can be.

use super::{Exit, Failure};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::tooling;
use crate::source::{FileId, SourceFile, Sources, Span};
use hike_format::script::Place;
use hike_ld::LinkError;

/// A problem of the linker as a message at its places in scripts; nothing when it has none
/// in these.
pub fn problem(error: &LinkError, sources: &Sources) -> Option<Diagnostic> {
    let places = error.places.iter().filter_map(|found| found.place.as_ref());
    let mut spans: Vec<Span> = places.filter_map(|place| span(place, sources)).collect();
    spans.dedup();
    let (first, others) = spans.split_first()?;
    let problem = tooling::cannot_link(*first, error.to_string()).maybe_help(error.help());
    let others = others.iter().take(MAX_PLACES);
    Some(others.fold(problem, |problem, span| problem.also(*span, "and here")))
}

/// Most further places of a problem that are shown.
const MAX_PLACES: usize = 4;

/// A problem of the linker that is shown without a script.
pub fn failure(error: &LinkError) -> Failure {
    let places: Vec<String> = error.places.iter().map(ToString::to_string).collect();
    let message = match places.is_empty() {
        true => error.to_string(),
        false => format!("{error}, at {}", places.join(", ")),
    };
    let failure = Failure::new(Exit::Input, message);
    match error.help() {
        Some(help) => failure.help(help),
        None => failure,
    }
}

/// The word at a place; objects know places by the paths they record.
fn span(place: &Place, sources: &Sources) -> Option<Span> {
    let (id, file) = sources
        .iter()
        .find(|(_, file)| file.recorded_path() == place.file)?;
    word(id, file, place.line, place.column)
}

fn word(id: FileId, file: &SourceFile, line: u32, column: u32) -> Option<Span> {
    let start = file.offset(line, column)?;
    let rest = file.text().get(start as usize..)?;
    let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '.';
    let length = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
    Some(Span::new(
        id,
        start,
        start + length.max(1).min(rest.len()) as u32,
    ))
}
