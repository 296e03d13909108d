//! Tables of text.

/// Lines with columns as wide as their widest cell; the first line is the heading.
#[derive(Clone, Debug, Default)]
pub struct Table {
    lines: Vec<Vec<String>>,
}

impl Table {
    /// A table with these headings.
    pub fn new(headings: &[&str]) -> Self {
        let heading = headings.iter().map(|heading| heading.to_uppercase());
        Self {
            lines: vec![heading.collect()],
        }
    }

    /// Adds a line.
    pub fn line(&mut self, cells: impl IntoIterator<Item = String>) {
        self.lines.push(cells.into_iter().collect());
    }

    /// The text, each line with its end.
    pub fn render(&self) -> String {
        let widths = self.widths();
        let lines = self.lines.iter();
        lines.map(|line| render(line, &widths)).collect()
    }

    fn widths(&self) -> Vec<usize> {
        let columns = self.lines.iter().map(Vec::len).max().unwrap_or(0);
        let width = |column: usize| {
            let cells = self.lines.iter().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        (0..columns).map(width).collect()
    }
}

fn render(line: &[String], widths: &[usize]) -> String {
    let cells = line.iter().zip(widths);
    let cells: Vec<String> = cells
        .map(|(cell, width)| format!("{cell:width$}"))
        .collect();
    format!("{}\n", cells.join("  ").trim_end())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_aligned_and_lines_have_no_trailing_space() {
        let mut table = Table::new(&["name", "id"]);
        table.line(["a".to_owned(), "10".to_owned()]);
        table.line(["longer".to_owned(), String::new()]);
        assert_eq!(table.render(), "NAME    ID\na       10\nlonger\n");
    }
}
