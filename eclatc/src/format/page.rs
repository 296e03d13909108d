//! Items as text: indentation, blank lines, what stands on one line.

use super::document::{Document, lay_out, width};
use super::lines::{Item, Line};
use super::nodes::nodes;
use super::statement::{Parts, parts};
use super::{INDENT, WIDTH};
use crate::lex::{Kind, MAX_NESTING};

/// The text of all items.
pub fn write(items: Vec<Item<'_>>) -> String {
    let mut page = Page::default();
    let belongs = belong_to_chains(&items);
    for (item, belongs) in items.into_iter().zip(belongs) {
        page.blank_lines(&item, belongs);
        page.item(item);
    }
    page.text
}

#[derive(Default)]
struct Page {
    text: String,
    /// Depth of the block that the last line was in or has begun.
    depth: usize,
    /// Whether the last line has begun a block.
    at_block_start: bool,
    /// Level of the chain that was read last, until something follows it.
    chain: Option<usize>,
    /// Whether comments that belong to the next chain are being written.
    above_chain: bool,
}

impl Page {
    /// Blank lines before an item: as the author left them, at most one in a block and two
    /// outside; at least one around a chain; none where a block begins.
    fn blank_lines(&mut self, item: &Item<'_>, belongs_to_chain: bool) {
        let level = item.level();
        let most = if level == 0 { 2 } else { 1 };
        let begins_block = self.at_block_start && level >= self.depth;
        let mut blanks = item.blanks().min(most);
        if self.text.is_empty() || begins_block {
            blanks = 0;
        } else if self.ends_chain(item) || !self.above_chain && belongs_to_chain {
            blanks = blanks.max(1);
        }
        self.above_chain = belongs_to_chain && matches!(item, Item::Comment { .. });
        if self.chain.is_some_and(|chain| level <= chain) {
            self.chain = None;
        }
        self.text += &"\n".repeat(blanks);
    }

    fn ends_chain(&self, item: &Item<'_>) -> bool {
        let goes_on = match item {
            Item::Line(line) => matches!(line.words[0].kind, Kind::Elif | Kind::Else),
            Item::Comment { .. } => false,
        };
        !goes_on && self.chain.is_some_and(|chain| item.level() <= chain)
    }

    fn item(&mut self, item: Item<'_>) {
        match item {
            Item::Comment { level, text, .. } => {
                self.depth = level;
                self.at_block_start = false;
                self.line(level, &text);
            }
            Item::Line(line) => self.logical_line(line),
        }
    }

    fn line(&mut self, level: usize, text: &str) {
        self.text += &" ".repeat(level * INDENT);
        self.text += text;
        self.text.push('\n');
    }

    fn logical_line(&mut self, line: Line<'_>) {
        if line.words[0].kind == Kind::Def {
            self.chain = Some(line.level);
        }
        let parts = parts(nodes(line.words));
        self.at_block_start = parts.header.is_some() && parts.statements.is_empty();
        self.depth = line.level + usize::from(self.at_block_start);
        let mut lines = self.lines_of(line.level, parts);
        if let (Some(comment), Some((_, last))) = (&line.comment, lines.last_mut()) {
            *last += "  ";
            *last += comment;
        }
        for (level, text) in lines {
            self.line(level, &text);
        }
    }

    /// The lines of a logical line, each with its level.
    fn lines_of(&self, level: usize, parts: Parts) -> Vec<(usize, String)> {
        let Some(header) = parts.header else {
            return fill(level, &parts.statements);
        };
        let whole = parts.statements.iter().map(Document::on_one_line);
        let whole: Option<Vec<String>> = whole.collect();
        let head = header.on_one_line();
        if let (Some(head), Some(statements)) = (head, whole) {
            let space = if statements.is_empty() { "" } else { " " };
            let line = head + space + &statements.join("; ");
            if fits(level, &line) {
                return vec![(level, line)];
            }
        }
        let head = lay_out(&header, level * INDENT);
        if level < MAX_NESTING {
            let mut lines = vec![(level, head)];
            lines.extend(fill(level + 1, &parts.statements));
            return lines;
        }
        let lines = fill(level, &parts.statements).into_iter();
        let body: Vec<String> = lines.map(|(_, text)| text).collect();
        vec![(level, format!("{head} {}", body.join("; ")))]
    }
}

fn fits(level: usize, line: &str) -> bool {
    level * INDENT + width(line) <= WIDTH && !line.contains('\n')
}

/// As many statements on every line as fit there.
fn fill(level: usize, statements: &[Document]) -> Vec<(usize, String)> {
    let mut lines: Vec<(usize, String)> = Vec::new();
    for statement in statements {
        let flat = statement.on_one_line();
        let joined = flat.and_then(|flat| Some(format!("{}; {flat}", lines.last()?.1)));
        match (joined, lines.last_mut()) {
            (Some(joined), Some(last)) if fits(level, &joined) => last.1 = joined,
            _ => lines.push((level, lay_out(statement, level * INDENT))),
        }
    }
    lines
}

/// Which items are a chain's first line, or comments right above it.
fn belong_to_chains(items: &[Item<'_>]) -> Vec<bool> {
    let mut belongs = vec![false; items.len()];
    for (index, item) in items.iter().enumerate().rev() {
        belongs[index] = match (item, items.get(index + 1)) {
            (Item::Line(line), _) => line.words[0].kind == Kind::Def,
            (Item::Comment { level, .. }, Some(next)) => {
                belongs[index + 1] && next.blanks() == 0 && next.level() == *level
            }
            (Item::Comment { .. }, None) => false,
        };
    }
    belongs
}
