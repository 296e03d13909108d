//! Entries of maps as text and as JSON.

use hike_loader::inspect::{Datum, Row, Values};
use serde_json::{Value, json};

use super::table::Table;

/// How entries are shown as text.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// The value of each CPU instead of the sum.
    pub per_cpu: bool,
    /// Entries that are zero, too.
    pub zeros: bool,
}

/// Entries as a table, a column for each field; an empty map says so.
pub fn table(rows: &[Row], style: Style) -> String {
    table_with(rows, style, None)
}

/// The same with one more column: its heading, and a cell for each entry.
pub fn table_with(rows: &[Row], style: Style, more: Option<(&str, &[String])>) -> String {
    let shown: Vec<(usize, &Row)> = rows
        .iter()
        .enumerate()
        .filter(|(_, row)| style.zeros || !row.values.is_zero())
        .collect();
    let hidden = match rows.len() - shown.len() {
        0 => String::new(),
        1 => "1 entry is zero, --all shows it\n".to_owned(),
        hidden => format!("{hidden} entries are zero, --all shows them\n"),
    };
    if rows.is_empty() {
        return "empty\n".to_owned();
    }
    if shown.is_empty() {
        return hidden;
    }
    let keys = Columns::of("key", shown.iter().map(|(_, row)| &row.key));
    let lines: Vec<Lines> = shown
        .iter()
        .map(|(_, row)| lines(&row.values, style.per_cpu))
        .collect();
    let values = lines.iter().flatten().map(|(_, value)| *value);
    let values = Columns::of("value", values);
    let with_cpu = lines.iter().flatten().any(|(cpu, _)| cpu.is_some());
    let cpu = with_cpu.then(|| "cpu".to_owned());
    let names = [&keys.names[..], cpu.as_slice(), &values.names[..]].concat();
    let names = names.iter().map(String::as_str);
    let names: Vec<&str> = names.chain(more.map(|(name, _)| name)).collect();
    let mut table = Table::new(&names);
    for ((index, row), lines) in shown.iter().zip(&lines) {
        let mut key = keys.cells(&row.key);
        let mut more = more.map(|(_, cells)| cells[*index].clone());
        for (number, value) in lines {
            let number = number.map(|number| number.to_string()).unwrap_or_default();
            let mut cells = std::mem::replace(&mut key, vec![String::new(); keys.names.len()]);
            cells.extend(with_cpu.then_some(number));
            cells.extend(values.cells(value));
            cells.extend(more.take());
            table.line(cells);
        }
    }
    table.render() + &hidden
}

/// The values of an entry, those of a CPU with its number.
type Lines<'a> = Vec<(Option<usize>, &'a Datum)>;

/// The sum, or the value of each CPU where there is none or it is asked for.
fn lines(values: &Values, per_cpu: bool) -> Lines<'_> {
    match values.total() {
        Some(total) if !per_cpu || values.per_cpu().is_empty() => vec![(None, total)],
        _ => {
            let values = values.per_cpu().iter().enumerate();
            values.map(|(cpu, value)| (Some(cpu), value)).collect()
        }
    }
}

/// The columns of keys or of values.
struct Columns {
    names: Vec<String>,
    fields: bool,
}

impl Columns {
    /// A column for each field that one of the data shows; one column for anything else.
    fn of<'a>(name: &str, data: impl Iterator<Item = &'a Datum>) -> Self {
        let mut names: Vec<String> = Vec::new();
        for datum in data {
            for (name, _) in datum.shown_fields().unwrap_or_default() {
                if !names.iter().any(|known| known == name) {
                    names.push(name.to_owned());
                }
            }
        }
        match names.is_empty() {
            true => Self {
                names: vec![name.to_owned()],
                fields: false,
            },
            false => Self {
                names,
                fields: true,
            },
        }
    }

    fn cells(&self, datum: &Datum) -> Vec<String> {
        match datum {
            Datum::Fields(fields) if self.fields => {
                let cell = |name: &String| {
                    let field = fields.iter().find(|(known, _)| known == name);
                    field.map_or_else(String::new, |(_, value)| value.nested())
                };
                self.names.iter().map(cell).collect()
            }
            other => vec![other.to_string()],
        }
    }
}

/// A value on one line, or one line a CPU.
pub fn value(values: &Values, style: Style) -> String {
    let line = |(cpu, value): (Option<usize>, &Datum)| match cpu {
        Some(cpu) => format!("cpu {cpu}: {value}\n"),
        None => format!("{value}\n"),
    };
    lines(values, style.per_cpu).into_iter().map(line).collect()
}

/// An entry as JSON.
pub fn to_json(row: &Row) -> Value {
    let mut object = json!({
        "key": row.key.to_json(),
        "value": row.values.total().map(Datum::to_json),
    });
    let per_cpu = row.values.per_cpu();
    if !per_cpu.is_empty() {
        object["per_cpu"] = per_cpu.iter().map(Datum::to_json).collect();
    }
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn number(value: u64) -> Datum {
        Datum::Unsigned(value)
    }

    fn pair(a: u64, b: u64) -> Datum {
        Datum::Fields(vec![
            ("a".to_owned(), number(a)),
            ("b".to_owned(), number(b)),
        ])
    }

    fn shared(key: Datum, value: Datum) -> Row {
        let values = Values::Shared(value);
        Row { key, values }
    }

    #[test]
    fn a_column_for_each_field() {
        let rows = [
            shared(number(1), pair(2, 3)),
            shared(number(10), pair(4, 50)),
        ];
        let text = table(&rows, Style::default());
        assert_eq!(text, "KEY  A  B\n1    2  3\n10   4  50\n");
    }

    #[test]
    fn zeros_are_counted_unless_asked_for() {
        let rows = [shared(number(0), number(7)), shared(number(1), number(0))];
        let text = table(&rows, Style::default());
        let expected = "KEY  VALUE\n0    7\n1 entry is zero, --all shows it\n";
        assert_eq!(text, expected);
        let zeros = true;
        let text = table(
            &rows,
            Style {
                zeros,
                ..Style::default()
            },
        );
        assert_eq!(text, "KEY  VALUE\n0    7\n1    0\n");
        assert_eq!(table(&[], Style::default()), "empty\n");
    }

    #[test]
    fn cpus_are_added_or_shown_one_by_one() {
        let values = Values::PerCpu(vec![number(1), number(2)], Some(number(3)));
        let row = Row {
            key: number(7),
            values,
        };
        let rows = [row];
        assert_eq!(table(&rows, Style::default()), "KEY  VALUE\n7    3\n");
        let per_cpu = Style {
            per_cpu: true,
            ..Style::default()
        };
        let expected = "KEY  CPU  VALUE\n7    0    1\n     1    2\n";
        assert_eq!(table(&rows, per_cpu), expected);
        assert_eq!(value(&rows[0].values, per_cpu), "cpu 0: 1\ncpu 1: 2\n");
        let json = r#"{"key":7,"per_cpu":[1,2],"value":3}"#;
        assert_eq!(to_json(&rows[0]).to_string(), json);
    }
}
