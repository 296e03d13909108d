//! Fenced code in manuals: what stands there is what the tests run.

/// A fenced block of a Markdown page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block<'p> {
    /// Words behind the opening fence: the language first.
    pub words: Vec<&'p str>,
    /// The text between the fences.
    pub text: &'p str,
    /// Line of the opening fence, from 1.
    pub line: usize,
}

impl Block<'_> {
    /// The language.
    pub fn language(&self) -> &str {
        self.words.first().copied().unwrap_or_default()
    }

    /// Whether a word stands behind the language.
    pub fn has(&self, word: &str) -> bool {
        self.words.iter().skip(1).any(|found| *found == word)
    }
}

/// All fenced blocks of a page.
pub fn blocks(page: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let mut open: Option<(usize, usize, &str)> = None;
    let mut offset = 0;
    for (index, line) in page.split_inclusive('\n').enumerate() {
        let start = offset;
        offset += line.len();
        let Some(info) = line.trim_end().strip_prefix("```") else {
            continue;
        };
        match open.take() {
            None => open = Some((index + 1, offset, info)),
            Some((line, from, info)) => blocks.push(Block {
                words: info.split_whitespace().collect(),
                text: &page[from..start],
                line,
            }),
        }
    }
    blocks
}

/// The first expected line that the lines shown do not have, in order. Spaces count as one;
/// `...` stands for anything.
pub fn missing_line<'e>(expected: &'e str, shown: &str) -> Option<&'e str> {
    let mut shown = shown.lines();
    let mut expected = expected.lines();
    expected.find(|line| !shown.any(|shown| matches(line, shown)))
}

fn matches(pattern: &str, line: &str) -> bool {
    let normal = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (pattern, line) = (normal(pattern), normal(line));
    let mut parts = pattern.split("...").map(str::trim);
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = line.strip_prefix(first) else {
        return false;
    };
    for part in parts {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty() || pattern.ends_with("...")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_have_words_and_lines() {
        let blocks = blocks("a\n```sh root\nls\n```\n\n```\n```\n");
        assert_eq!(blocks.len(), 2);
        assert_eq!((blocks[0].language(), blocks[0].text), ("sh", "ls\n"));
        assert!(blocks[0].has("root") && blocks[0].line == 2);
        assert_eq!((blocks[1].language(), blocks[1].text), ("", ""));
    }

    #[test]
    fn patterns_match_whole_lines() {
        assert!(matches("a ... c", "a  b  c") && matches("...b...", "abc"));
        assert!(!matches("a", "a b") && !matches("a ... c", "a c d"));
        assert_eq!(missing_line("b\na", "a\nb\n"), Some("a"));
    }
}
