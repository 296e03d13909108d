//! Characters that begin no word, and what the writer probably meant.

use super::{Kind, Token};
use crate::diagnostic::Diagnostic;
use crate::diagnostics::{Code, habits, lexical};
use crate::source::Span;

/// Reports unknown characters, one message for each run of them. Typographic ones of a line
/// come from one copy, and share a message.
pub fn report(text: &str, tokens: &[Token<'_>], problems: &mut Vec<Diagnostic>) {
    let unknown = |token: &&Token<'_>| {
        let known = token.text.starts_with(['"', '\'']) || token.text.starts_with("/*");
        token.kind == Kind::Error && !known
    };
    let mut run: Option<Span> = None;
    for token in tokens.iter().filter(unknown) {
        match run {
            Some(span) if span.end == token.span.start => run = Some(span.to(token.span)),
            _ => {
                run.into_iter().for_each(|span| add(text, span, problems));
                run = Some(token.span);
            }
        }
    }
    run.into_iter().for_each(|span| add(text, span, problems));
}

/// So far from the first one others of its line are looked for.
const MAX_LINE: usize = 400;

/// So many places of typographic characters are shown in one line.
const MAX_PLACES: usize = 8;

/// Adds a message, or what it says to the one before.
fn add(text: &str, span: Span, problems: &mut Vec<Diagnostic>) {
    let problem = message(text, span);
    let Some(before) = problems
        .last_mut()
        .filter(|before| before.code == problem.code)
    else {
        return problems.push(problem);
    };
    // A longer line would take long to look through, again and again.
    let gap = text.get(before.span().end as usize..span.start as usize);
    let same_line = gap.is_some_and(|gap| gap.len() < MAX_LINE && !gap.contains(['\n', '\r']));
    match problem.code {
        Code::E0008 if same_line => {
            let places = problem.labels.into_iter();
            let places = places.map(|mut label| {
                label.text = "and here".into();
                label
            });
            before
                .labels
                .extend(places.take(MAX_PLACES.saturating_sub(before.labels.len())));
            before.suggestions.extend(problem.suggestions);
            let new = problem.helps.into_iter();
            let room = MAX_PLACES.saturating_sub(before.helps.len());
            let new = new.filter(|help| !before.helps.contains(help)).take(room);
            let new: Vec<String> = new.collect();
            before.helps.extend(new);
        }
        Code::E0009 if before.span().end >= span.end => {}
        _ => problems.push(problem),
    }
}

/// What to say about a run.
fn message(text: &str, span: Span) -> Diagnostic {
    let (start, end) = (span.start as usize, span.end as usize);
    let found = text.get(start..end).unwrap_or_default();
    let before = text.get(..start).unwrap_or_default();
    let after = text.get(end..).unwrap_or_default();
    let begins_line =
        before.trim_end_matches([' ', '\t']).ends_with(['\n', '\r']) || before.trim().is_empty();
    match found {
        "@" if begins_line => return habits::decorator(span),
        "?" => return habits::ternary(span),
        "$" if after.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') => {
            return habits::sigil(span);
        }
        _ => {}
    }
    if let Some(problem) = quoted(found, span) {
        return problem;
    }
    if let Some(plain) = found.chars().map(plain).collect::<Option<String>>() {
        return habits::typographic(span, found, &plain);
    }
    match found.chars().next() {
        Some(first) if first.is_alphabetic() => letter(text, span),
        _ => lexical::unknown_characters(span),
    }
}

/// A whole string in typographic quotes.
fn quoted(found: &str, span: Span) -> Option<Diagnostic> {
    let (first, last) = (found.chars().next()?, found.chars().next_back()?);
    let quote = plain(first).filter(|quote| matches!(*quote, "\"" | "'"))?;
    let inner = found.get(first.len_utf8()..found.len() - last.len_utf8())?;
    if inner.is_empty() || inner.chars().all(|c| plain(c).is_some()) {
        return None;
    }
    let open = Span::new(span.file, span.start, span.start + first.len_utf8() as u32);
    let close = Span::new(span.file, span.end - last.len_utf8() as u32, span.end);
    Some(habits::typographic_quotes(span, quote, [open, close]))
}

/// A letter outside ASCII: the whole word is shown, and read in Latin where it only looks so.
fn letter(text: &str, span: Span) -> Diagnostic {
    let in_word = |c: char| c.is_alphanumeric() || c == '_';
    let before = text.get(..span.start as usize).unwrap_or_default();
    let after = text.get(span.start as usize..).unwrap_or_default();
    let start = before.trim_end_matches(in_word).len();
    let end = before.len() + after.find(|c| !in_word(c)).unwrap_or(after.len());
    let word = text.get(start..end).unwrap_or_default();
    let latin = |c: char| if c.is_ascii() { Some(c) } else { look_alike(c) };
    let span = Span::new(span.file, start as u32, end as u32);
    match word.chars().map(latin).collect::<Option<String>>() {
        Some(plain) => habits::look_alike(span, &plain),
        None => habits::foreign_letter(span),
    }
}

/// The Latin letter that a Cyrillic or Greek one looks like.
fn look_alike(found: char) -> Option<char> {
    const FOREIGN: &str = "аеорсухіѕјАВЕКМНОРСТХІЅЈοΑΒΕΖΗΙΚΜΝΟΡΤΥΧ";
    const LATIN: &str = "aeopcyxisjABEKMHOPCTXISJoABEZHIKMNOPTYX";
    let at = FOREIGN.chars().position(|c| c == found)?;
    LATIN.chars().nth(at)
}

/// The plain form of a character that word processors, web pages and other keyboards put in
/// its place.
pub fn plain(found: char) -> Option<&'static str> {
    Some(match found {
        '\u{201c}' | '\u{201d}' | '\u{201e}' | '\u{ab}' | '\u{bb}' => "\"",
        '\u{2018}' | '\u{2019}' | '\u{b4}' | '`' => "'",
        '\u{2010}'..='\u{2014}' | '\u{2212}' => "-",
        '\u{d7}' => "*",
        '\u{f7}' => "/",
        '\u{2264}' => "<=",
        '\u{2265}' => ">=",
        '\u{2260}' => "!=",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => " ",
        '\u{200b}'..='\u{200d}' | '\u{2060}' | '\u{feff}' => "",
        '\u{ff01}'..='\u{ff5e}' => full_width(found),
        _ => return None,
    })
}

/// The ASCII character of a full-width one.
fn full_width(found: char) -> &'static str {
    const ASCII: &str = "!\"#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[\\]^_`abcdefghijklmnopqrstuvwxyz{|}~";
    let at = (found as u32).saturating_sub(0xff01) as usize;
    ASCII.get(at..=at).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn full_width_characters_have_their_ascii_form() {
        assert_eq!(plain('\u{ff01}'), Some("!"));
        assert_eq!(plain('\u{ff1a}'), Some(":"));
        assert_eq!(plain('\u{ff5e}'), Some("~"));
    }

    #[test]
    fn letters_that_look_alike_have_one_partner_each() {
        assert_eq!(look_alike('а'), Some('a'));
        assert_eq!(look_alike('Х'), Some('X'));
        assert_eq!(look_alike('Χ'), Some('X'));
        assert_eq!(look_alike('ö'), None);
    }
}
