//! How fast the numbers of a map change.

use std::time::Duration;

use serde_json::{Map, Value, json};

use super::{Datum, Row};

/// Changes of a value, of the shape that it has.
#[derive(Clone, Debug, PartialEq)]
pub enum Rate {
    /// Nothing that counts.
    None,
    /// A number's change a second.
    Number(f64),
    /// Fields in order.
    Fields(Vec<(String, Rate)>),
    /// Elements in order.
    List(Vec<Rate>),
}

impl Rate {
    /// The changes from one value to a later one of the same type.
    pub fn between(before: &Datum, after: &Datum, time: Duration) -> Self {
        match (before, after) {
            (Datum::Fields(before), Datum::Fields(after)) => {
                let fields = before.iter().zip(after);
                let fields = fields.map(|((name, before), (_, after))| {
                    (name.clone(), Self::between(before, after, time))
                });
                Self::Fields(fields.collect())
            }
            (Datum::List(before), Datum::List(after)) => {
                let items = before.iter().zip(after);
                let items = items.map(|(before, after)| Self::between(before, after, time));
                Self::List(items.collect())
            }
            _ => match (before.number(), after.number()) {
                (Some(before), Some(now)) if after.is_count() && !time.is_zero() => {
                    Self::Number(after_minus(now, before) / time.as_secs_f64())
                }
                _ => Self::None,
            },
        }
    }

    /// The changes of an entry, which a moment ago was one of `before` or was not there.
    pub fn of_row(row: &Row, before: &[Row], time: Duration) -> Self {
        let earlier = before.iter().find(|earlier| earlier.key == row.key);
        let earlier = earlier.and_then(|earlier| earlier.values.total());
        match (earlier, row.values.total()) {
            (Some(earlier), Some(now)) => Self::between(earlier, now, time),
            _ => Self::None,
        }
    }

    /// As JSON: numbers a second, `null` for what does not count.
    pub fn to_json(&self) -> Value {
        match self {
            Self::None => Value::Null,
            Self::Number(rate) => json!(rate),
            Self::List(items) => items.iter().map(Self::to_json).collect(),
            Self::Fields(fields) => {
                let fields = fields.iter();
                let object: Map<String, Value> = fields
                    .map(|(name, rate)| (name.clone(), rate.to_json()))
                    .collect();
                Value::Object(object)
            }
        }
    }

    /// What changes, with its sign; empty when nothing does.
    pub fn text(&self) -> String {
        self.changes("").join(" ")
    }

    fn changes(&self, path: &str) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Number(rate) if *rate == 0.0 => Vec::new(),
            Self::Number(rate) if path.is_empty() => vec![signed(*rate)],
            Self::Number(rate) => vec![format!("{path}={}", signed(*rate))],
            Self::Fields(fields) => {
                let fields = fields.iter().flat_map(|(name, rate)| {
                    let path = match path {
                        "" => name.clone(),
                        path => format!("{path}.{name}"),
                    };
                    rate.changes(&path)
                });
                fields.collect()
            }
            Self::List(items) => {
                let items = items.iter().enumerate();
                items
                    .flat_map(|(index, rate)| rate.changes(&format!("{path}[{index}]")))
                    .collect()
            }
        }
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a rate is shown with few digits"
)]
fn after_minus(after: i128, before: i128) -> f64 {
    (after - before) as f64
}

/// A number with its sign: whole from 100 on, else with one digit behind the point.
fn signed(rate: f64) -> String {
    match rate.abs() {
        100.0.. => format!("{rate:+.0}"),
        _ => format!("{rate:+.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Values;
    use super::*;
    use hike_format::unit::Unit;

    fn flow(packets: u64, seen: u64, parts: [i64; 2]) -> Datum {
        let parts = parts.map(Datum::Signed).to_vec();
        Datum::Fields(vec![
            ("packets".to_owned(), Datum::Unsigned(packets)),
            ("seen".to_owned(), Datum::Quantity(seen, Unit::Moment, None)),
            ("parts".to_owned(), Datum::List(parts)),
        ])
    }

    #[test]
    fn counts_have_rates_and_moments_have_none() {
        let time = Duration::from_secs(2);
        let rate = Rate::between(&flow(100, 1, [5, 5]), &flow(450, 9, [5, 4]), time);
        assert_eq!(rate.text(), "packets=+175 parts[1]=-0.5");
        let json = r#"{"packets":175.0,"parts":[0.0,-0.5],"seen":null}"#;
        assert_eq!(rate.to_json().to_string(), json);
        let once = Rate::between(&Datum::Unsigned(1), &Datum::Unsigned(2), Duration::ZERO);
        assert_eq!(once, Rate::None);
    }

    #[test]
    fn entries_are_compared_by_key() {
        let row = |key, value| Row {
            key: Datum::Unsigned(key),
            values: Values::Shared(Datum::Unsigned(value)),
        };
        let before = [row(1, 10), row(2, 20)];
        let rate = |row: &Row| Rate::of_row(row, &before, Duration::from_secs(1)).text();
        assert_eq!(rate(&row(2, 25)), "+5.0");
        assert_eq!(rate(&row(1, 10)), "");
        assert_eq!(rate(&row(3, 25)), "");
    }
}
