//! Messages as text: with the source underlined, one line each, or JSON.

use super::{Diagnostic, Label, Severity};
use crate::source::{FileId, Sources, Span};
use ariadne::{Cache, Color, Config, IndexType, Report, ReportKind, Source};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt;
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
    Renderer::new(sources, format).render(problem)
}

/// Shows messages about the same sources: their lines are looked for once.
pub struct Renderer<'a> {
    texts: Texts<'a>,
    format: Format,
}

impl<'a> Renderer<'a> {
    /// For messages about these sources in a format.
    pub fn new(sources: &'a Sources, format: Format) -> Self {
        let made = BTreeMap::new();
        Self {
            texts: Texts { sources, made },
            format,
        }
    }

    /// One message; ends with a newline.
    pub fn render(&mut self, problem: &Diagnostic) -> String {
        let sources = self.texts.sources;
        match self.format {
            Format::Text { .. } if has_long_line(problem, sources) => plain(problem, sources),
            Format::Text { color } => text(problem, &mut self.texts, color),
            Format::Short => short(problem, sources),
            Format::Json => format!("{}\n", object(problem, sources)),
        }
    }
}

/// The texts of files as the underlining library wants them, made when first needed.
struct Texts<'a> {
    sources: &'a Sources,
    made: BTreeMap<FileId, Source<&'a str>>,
}

impl<'a> Cache<FileId> for Texts<'a> {
    type Storage = &'a str;

    fn fetch(&mut self, file: &FileId) -> Result<&Source<&'a str>, impl fmt::Debug> {
        let text = || Source::from(self.sources.file(*file).text());
        Ok::<_, fmt::Error>(self.made.entry(*file).or_insert_with(text))
    }

    fn display<'f>(&self, file: &'f FileId) -> Option<impl fmt::Display + 'f> {
        Some(self.sources.file(*file).path().to_owned())
    }
}

/// A span as the underlining library wants it.
type Place = (FileId, Range<usize>);

fn place(span: Span) -> Place {
    (span.file, span.start as usize..span.end as usize)
}

fn text(problem: &Diagnostic, texts: &mut Texts<'_>, color: bool) -> String {
    let sources = texts.sources;
    let kind = ReportKind::Custom(problem.severity.name(), severity_color(problem.severity));
    let config = Config::new()
        .with_color(color)
        .with_index_type(IndexType::Byte);
    let mut report = Report::build(kind, place(problem.span()))
        .with_config(config)
        .with_code(problem.code)
        .with_message(&problem.message);
    for (index, label) in problem.labels.iter().enumerate() {
        report.add_label(underline(label, index, problem.severity));
    }
    report.with_notes(&problem.notes);
    report.with_helps(&problem.helps);
    let mut shown = Vec::new();
    match report.finish().write(texts, &mut shown) {
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

fn underline(label: &Label, index: usize, severity: Severity) -> ariadne::Label<Place> {
    let color = match index {
        0 => severity_color(severity),
        _ => Color::Cyan,
    };
    let line = ariadne::Label::new(place(label.span))
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
