//! Messages as text: with the source underlined, one line each, or JSON.

use super::{Diagnostic, Label, Severity};
use crate::source::{Sources, Span};
use ariadne::{Color, Config, IndexType, Report, ReportKind};
use serde_json::{Value, json};
use std::ops::Range;

/// How messages are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The source underlined; with colours when set.
    Text {
        /// Whether escape sequences are welcome.
        color: bool,
    },
    /// `FILE:LINE:COLUMN: error[CODE]: MESSAGE`.
    Short,
    /// One JSON object a line.
    Json,
}

/// One message in a format; ends with a newline.
pub fn render(problem: &Diagnostic, sources: &Sources, format: Format) -> String {
    match format {
        Format::Text { .. } if has_long_line(problem, sources) => plain(problem, sources),
        Format::Text { color } => text(problem, sources, color),
        Format::Short => short(problem, sources),
        Format::Json => format!("{}\n", object(problem, sources)),
    }
}

/// A span as the underlining library wants it: the file's path and a range of bytes.
type Place = (String, Range<usize>);

fn place(span: Span, sources: &Sources) -> Place {
    let path = sources.file(span.file).path().to_owned();
    (path, span.start as usize..span.end as usize)
}

fn text(problem: &Diagnostic, sources: &Sources, color: bool) -> String {
    let kind = ReportKind::Custom(problem.severity.name(), severity_color(problem.severity));
    let config = Config::new()
        .with_color(color)
        .with_index_type(IndexType::Byte);
    let mut report = Report::build(kind, place(problem.span(), sources))
        .with_config(config)
        .with_code(problem.code)
        .with_message(&problem.message);
    for (index, label) in problem.labels.iter().enumerate() {
        report.add_label(underline(label, index, problem.severity, sources));
    }
    report.with_notes(&problem.notes);
    report.with_helps(&problem.helps);
    let mut shown = Vec::new();
    match report.finish().write(texts(problem, sources), &mut shown) {
        Ok(()) if color => String::from_utf8_lossy(&shown).into_owned(),
        Ok(()) => without_escapes(&String::from_utf8_lossy(&shown)),
        Err(_) => short(problem, sources),
    }
}

fn severity_color(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
    }
}

/// Removes what still colours the first line, and blanks at the ends of lines.
fn without_escapes(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let mut parts = line.split("\u{1b}[");
        out += parts.next().unwrap_or_default();
        for part in parts {
            out += part.split_once('m').map_or(part, |(_, rest)| rest);
        }
        out.truncate(out.trim_end_matches(' ').len());
        out.push('\n');
    }
    out
}

/// The texts of the files a message points at.
fn texts(problem: &Diagnostic, sources: &Sources) -> impl ariadne::Cache<String> {
    let files = problem.labels.iter().map(|label| label.span.file);
    let texts: Vec<_> = files
        .map(|id| sources.file(id))
        .map(|file| (file.path().to_owned(), file.text().to_owned()))
        .collect();
    ariadne::sources(texts)
}

fn underline(
    label: &Label,
    index: usize,
    severity: Severity,
    sources: &Sources,
) -> ariadne::Label<Place> {
    let color = match index {
        0 => severity_color(severity),
        _ => Color::Cyan,
    };
    let line = ariadne::Label::new(place(label.span, sources))
        .with_color(color)
        .with_order(index as i32);
    match label.text.as_str() {
        "" if index == 0 => line.with_message("here"),
        text => line.with_message(text),
    }
}

/// Longest line that is shown, in bytes; nobody reads longer ones in a terminal.
const MAX_LINE: usize = 400;

fn has_long_line(problem: &Diagnostic, sources: &Sources) -> bool {
    let mut spans = problem.labels.iter().map(|label| label.span);
    spans.any(|span| {
        let line = sources.line_column(span).line;
        sources.file(span.file).line_text(line).len() > MAX_LINE
    })
}

/// A message without its source.
fn plain(problem: &Diagnostic, sources: &Sources) -> String {
    let labels = problem.labels.iter().filter(|label| !label.text.is_empty());
    let lines = labels.map(|label| {
        let at = sources.line_column(label.span);
        format!("  {}:{}: {}\n", at.line, at.column, label.text)
    });
    let notes = problem.notes.iter().map(|note| format!("  note: {note}\n"));
    let helps = problem.helps.iter().map(|help| format!("  help: {help}\n"));
    let rest: String = lines.chain(notes).chain(helps).collect();
    short(problem, sources) + &rest
}

fn short(problem: &Diagnostic, sources: &Sources) -> String {
    let at = sources.line_column(problem.span());
    format!(
        "{}:{}:{}: {}[{}]: {}\n",
        sources.file(problem.span().file).path(),
        at.line,
        at.column,
        problem.severity.name(),
        problem.code,
        problem.message
    )
}

fn object(problem: &Diagnostic, sources: &Sources) -> Value {
    let labels = problem.labels.iter();
    let suggestions = problem.suggestions.iter();
    json!({
        "code": problem.code.to_string(),
        "name": problem.code.name(),
        "severity": problem.severity.name(),
        "message": problem.message,
        "labels": labels
            .map(|label| with(span_object(label.span, sources), "text", &label.text))
            .collect::<Vec<_>>(),
        "notes": problem.notes,
        "helps": problem.helps,
        "suggestions": suggestions
            .map(|change| with(span_object(change.span, sources), "replacement", &change.replacement))
            .collect::<Vec<_>>(),
    })
}

fn with(mut object: Value, key: &str, text: &str) -> Value {
    object[key] = text.into();
    object
}

fn span_object(span: Span, sources: &Sources) -> Value {
    let file = sources.file(span.file);
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    json!({
        "file": file.path(),
        "byte_start": span.start,
        "byte_end": span.end,
        "line_start": start.line,
        "column_start": start.column,
        "line_end": end.line,
        "column_end": end.column,
    })
}
