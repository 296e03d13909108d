//! Sections of aligned rows.

/// A titled section of rows, columns aligned; nothing without rows.
pub fn section<const N: usize>(title: &str, rows: &[[String; N]]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!("\n{title}\n{}", lines(rows))
}

/// Rows, moved in and with columns aligned.
pub fn lines<const N: usize>(rows: &[[String; N]]) -> String {
    let mut widths = [0; N];
    for row in rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = cell.chars().count().max(*width);
        }
    }
    rows.iter().map(|row| line(row, &widths)).collect()
}

fn line(row: &[String], widths: &[usize]) -> String {
    let cells = row.iter().zip(widths);
    let cells: Vec<_> = cells
        .map(|(cell, width)| format!("{cell:width$}"))
        .collect();
    format!("    {}\n", cells.join("  ").trim_end())
}

/// Text moved in by four columns.
pub fn indent(text: &str) -> String {
    let lines = text.trim().lines();
    lines
        .map(|line| match line {
            "" => "\n".to_owned(),
            line => format!("    {line}\n"),
        })
        .collect()
}
