//! Documents: texts with places where a line may break, and their way onto the page.
//!
//! A group is written on one line when it fits there together with what follows it up to the
//! next place that can break; otherwise all places of the group itself break.

use super::{INDENT, WIDTH};

/// A text that can be laid out in more ways than one.
#[derive(Clone, Debug)]
pub enum Document {
    /// This text.
    Text(String),
    /// A line end in a broken group, else this text.
    Break(&'static str),
    /// A line end.
    LineEnd,
    /// The first text in a broken group, the second in one on a line.
    Either(&'static str, &'static str),
    /// A comment for the end of the line, wherever that comes. It has no width.
    Comment(String),
    /// One part behind the other.
    Sequence(Vec<Document>),
    /// Lines that begin in it are indented.
    Indented(Vec<Document>),
    /// What is broken together; `true` if it must be.
    Group(bool, Vec<Document>),
}

impl Document {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.to_owned())
    }

    /// Whether it cannot stand on one line.
    pub fn must_break(&self) -> bool {
        match self {
            Self::LineEnd | Self::Comment(_) => true,
            Self::Sequence(parts) | Self::Indented(parts) => parts.iter().any(Self::must_break),
            Self::Group(broken, parts) => *broken || parts.iter().any(Self::must_break),
            Self::Text(_) | Self::Break(_) | Self::Either(..) => false,
        }
    }

    /// It on one line; `None` if it cannot stand there.
    pub fn on_one_line(&self) -> Option<String> {
        let mut out = String::new();
        (!self.must_break()).then(|| self.write_flat(&mut out))?;
        Some(out)
    }

    fn write_flat(&self, out: &mut String) {
        match self {
            Self::Text(text) => out.push_str(text),
            Self::Break(text) | Self::Either(_, text) => out.push_str(text),
            Self::LineEnd | Self::Comment(_) => {}
            Self::Sequence(parts) | Self::Indented(parts) | Self::Group(_, parts) => {
                parts.iter().for_each(|part| part.write_flat(out));
            }
        }
    }
}

/// Columns of a text; of one with line ends, those of its first line.
pub fn width(text: &str) -> usize {
    text.lines().next().unwrap_or_default().chars().count()
}

/// A document as text, its first line already at a column.
pub fn lay_out(document: &Document, column: usize) -> String {
    let mut printer = Printer {
        out: String::new(),
        column,
        comment: String::new(),
        waiting: vec![Part {
            document,
            indent: column,
            broken: true,
        }],
    };
    while let Some(part) = printer.waiting.pop() {
        printer.part(part);
    }
    printer.out + &printer.comment
}

#[derive(Clone, Copy)]
struct Part<'d> {
    document: &'d Document,
    indent: usize,
    broken: bool,
}

struct Printer<'d> {
    out: String,
    column: usize,
    /// Comments for the end of the line.
    comment: String,
    /// What is still to write, the next last.
    waiting: Vec<Part<'d>>,
}

impl<'d> Printer<'d> {
    fn part(&mut self, part: Part<'d>) {
        match part.document {
            Document::Text(text) => self.text(text),
            Document::Break(_) if part.broken => self.line_end(part.indent),
            Document::LineEnd => self.line_end(part.indent),
            Document::Break(text) => self.text(text),
            Document::Either(text, _) if part.broken => self.text(text),
            Document::Either(_, text) => self.text(text),
            Document::Comment(text) => self.comment += &format!("  {text}"),
            Document::Sequence(parts) => self.wait(parts, part),
            Document::Indented(parts) => {
                let indent = part.indent + INDENT;
                self.wait(parts, Part { indent, ..part });
            }
            Document::Group(_, parts) => {
                let broken = part.document.must_break() || !self.fits(part.document);
                self.wait(parts, Part { broken, ..part });
            }
        }
    }

    fn wait(&mut self, parts: &'d [Document], like: Part<'d>) {
        let parts = parts.iter().rev();
        self.waiting
            .extend(parts.map(|document| Part { document, ..like }));
    }

    fn text(&mut self, text: &str) {
        self.out += text;
        match text.rfind('\n') {
            Some(at) => self.column = text[at + 1..].chars().count(),
            None => self.column += text.chars().count(),
        }
    }

    fn line_end(&mut self, indent: usize) {
        self.out += &std::mem::take(&mut self.comment);
        self.out.push('\n');
        self.out += &" ".repeat(indent);
        self.column = indent;
    }

    /// Whether a document fits on the line, with what follows up to where that can break.
    fn fits(&self, document: &Document) -> bool {
        let mut room = WIDTH.checked_sub(self.column);
        let mut ended = measure(document, false, &mut room);
        for part in self.waiting.iter().rev() {
            if ended || room.is_none() {
                break;
            }
            ended = measure(part.document, part.broken, &mut room);
        }
        room.is_some()
    }
}

/// Takes the width of a document from the room, which is `None` when it was too small. Gives
/// whether a line end was met.
fn measure(document: &Document, broken: bool, room: &mut Option<usize>) -> bool {
    let text = match document {
        Document::LineEnd => return true,
        Document::Break(_) if broken => return true,
        Document::Break(text) => text,
        Document::Either(first, second) => [second, first][usize::from(broken)],
        Document::Text(text) => text.as_str(),
        Document::Comment(_) => "",
        Document::Sequence(parts) | Document::Indented(parts) | Document::Group(_, parts) => {
            let mut parts = parts.iter();
            return parts.any(|part| room.is_none() || measure(part, broken, room));
        }
    };
    *room = room.and_then(|room| room.checked_sub(width(text)));
    text.contains('\n')
}
