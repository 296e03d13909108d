//! What a run found, as Markdown and plots.
//!
//! Everything is printed on the way; [`Report::write`] puts it into a folder at the end.

use std::fmt::Write;
use std::path::Path;

/// Lines of Markdown, plots by file name, and how the goals were met.
#[derive(Debug, Default)]
pub struct Report {
    text: String,
    plots: Vec<(String, String)>,
    goals: Vec<Goal>,
}

#[derive(Debug)]
struct Goal {
    what: String,
    most: f64,
    reached: f64,
    unit: &'static str,
}

impl Report {
    /// Adds a line.
    pub fn line(&mut self, line: &str) {
        println!("{line}");
        self.text += line;
        self.text += "\n";
    }

    /// Adds a heading.
    pub fn heading(&mut self, title: &str) {
        self.line(&format!("\n## {title}\n"));
    }

    /// Adds the head of a table: the first column is text, the others are numbers.
    pub fn table(&mut self, columns: &[&str]) {
        self.line(&format!("| {} |", columns.join(" | ")));
        self.line(&format!("|---|{}", "---:|".repeat(columns.len() - 1)));
    }

    /// Adds a row of a table.
    pub fn row(&mut self, cells: &[&str]) {
        self.line(&format!("| {} |", cells.join(" | ")));
    }

    /// Adds a plot, a file beside the text.
    pub fn plot(&mut self, name: &str, title: &str, svg: String) {
        self.line(&format!("\n![{title}]({name}.svg)\n"));
        self.plots.push((format!("{name}.svg"), svg));
    }

    /// Keeps a goal and what was reached; less is better.
    pub fn goal(&mut self, what: &str, most: f64, reached: f64, unit: &'static str) {
        let what = what.to_owned();
        self.goals.push(Goal {
            what,
            most,
            reached,
            unit,
        });
    }

    /// Adds the goals beside what was reached.
    pub fn goals(&mut self) {
        self.heading("Goals");
        self.table(&["", "goal, at most", "reached"]);
        for goal in std::mem::take(&mut self.goals) {
            let Goal {
                what,
                most,
                reached,
                unit,
            } = goal;
            let met = if reached <= most { "" } else { " (missed)" };
            let number = |value: f64| match unit {
                "" => format!("{value:.2}"),
                _ => format!("{value:.1} {unit}"),
            };
            self.row(&[&what, &number(most), &format!("{}{met}", number(reached))]);
        }
    }

    /// Writes the text as `figures.md`, and the plots.
    ///
    /// # Errors
    /// The system's.
    pub fn write(&self, folder: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut page = String::from("# Figures\n\n");
        let _ = writeln!(
            page,
            "`make bench` wrote this page. [How it is measured and what it says](vm.md)."
        );
        page += &self.text;
        std::fs::write(folder.join("figures.md"), page)?;
        for (name, svg) in &self.plots {
            std::fs::write(folder.join(name), svg)?;
        }
        Ok(())
    }
}
