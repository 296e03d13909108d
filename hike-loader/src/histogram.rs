//! Histograms with buckets that double: how numbers are spread over many orders of magnitude.

use serde_json::{Value, json};

/// Characters of the longest bar.
const BAR: u64 = 40;

/// Numbers counted by their highest bit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Histogram {
    /// Numbers below zero.
    negative: u64,
    /// Zeros.
    zero: u64,
    /// Numbers from 2^index on, below twice that.
    powers: [u64; 64],
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            negative: 0,
            zero: 0,
            powers: [0; 64],
        }
    }
}

/// A bucket: its lower end, its upper end, which is not part of it, and how many it holds.
type Bucket = (i128, i128, u64);

impl Histogram {
    /// Counts a number.
    pub fn add(&mut self, number: i128) {
        let bucket = match number.cmp(&0) {
            std::cmp::Ordering::Less => &mut self.negative,
            std::cmp::Ordering::Equal => &mut self.zero,
            // Numbers of 64 bits: none is beyond the last bucket.
            std::cmp::Ordering::Greater => &mut self.powers[number.ilog2().min(63) as usize],
        };
        *bucket += 1;
    }

    /// How many numbers there are.
    pub fn count(&self) -> u64 {
        self.buckets().map(|(.., count)| count).sum()
    }

    /// Every bucket, by ascending numbers.
    fn buckets(&self) -> impl DoubleEndedIterator<Item = Bucket> {
        let powers = (0..).zip(self.powers);
        let powers = powers.map(|(power, count): (u32, u64)| {
            let low = 1_i128 << power;
            (low, low << 1, count)
        });
        let low = [(i128::from(i64::MIN), 0, self.negative), (0, 1, self.zero)];
        low.into_iter()
            .chain(powers)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// The buckets from the first one with something in it to the last one.
    fn used(&self) -> Vec<Bucket> {
        let empty = |(.., count): &Bucket| *count == 0;
        let mut buckets: Vec<Bucket> = self.buckets().skip_while(empty).collect();
        while buckets.last().is_some_and(empty) {
            buckets.pop();
        }
        buckets
    }

    /// A line for each bucket, with a bar; `show` says how a number is written.
    pub fn render(&self, show: impl Fn(i128) -> String) -> String {
        let buckets = self.used();
        let most = buckets.iter().map(|(.., count)| *count).max().unwrap_or(0);
        let labels: Vec<String> = buckets.iter().map(|bucket| label(bucket, &show)).collect();
        let width = |texts: &[String]| texts.iter().map(|it| it.chars().count()).max().unwrap_or(0);
        let counts: Vec<String> = buckets.iter().map(|(.., it)| it.to_string()).collect();
        let (label_width, count_width) = (width(&labels), width(&counts));
        let mut out = String::new();
        for ((label, count), (.., number)) in labels.iter().zip(&counts).zip(&buckets) {
            let line = format!(
                "{label:label_width$}  {count:>count_width$}  {}",
                bar(*number, most)
            );
            out += line.trim_end();
            out.push('\n');
        }
        match out.is_empty() {
            true => "no numbers yet\n".to_owned(),
            false => out,
        }
    }

    /// As JSON: buckets with something in them, by ascending numbers.
    pub fn to_json(&self) -> Value {
        let buckets = self.buckets().filter(|(.., count)| *count != 0);
        let object = |(low, high, count): Bucket| {
            // The lower end of 64-bit numbers is one; the upper end may be 2^64.
            let high = u64::try_from(high - 1).map_or(Value::Null, |it| json!(it));
            match low < 0 {
                true => json!({ "from": i64::MIN, "to": -1, "count": count }),
                false => json!({ "from": low as u64, "to": high, "count": count }),
            }
        };
        buckets.map(object).collect()
    }
}

fn label((low, high, _): &Bucket, show: &impl Fn(i128) -> String) -> String {
    match (low, high - low) {
        (..0, _) => format!("below {}", show(0)),
        (_, 1) => show(*low),
        _ => format!("{} .. {}", show(*low), show(high - 1)),
    }
}

fn bar(count: u64, most: u64) -> String {
    let length = (u128::from(count) * u128::from(BAR)).div_ceil(u128::from(most.max(1)));
    "#".repeat(length as usize)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(numbers: &[i128]) -> Histogram {
        let mut histogram = Histogram::default();
        numbers.iter().for_each(|number| histogram.add(*number));
        histogram
    }

    #[test]
    fn buckets_double_and_bars_are_to_scale() {
        let histogram = of(&[0, 1, 2, 3, 2, 3, 9]);
        let expected = format!(
            "0        1  {}\n1        1  {}\n2 .. 3   4  {}\n4 .. 7   0\n8 .. 15  1  {}\n",
            "#".repeat(10),
            "#".repeat(10),
            "#".repeat(40),
            "#".repeat(10)
        );
        assert_eq!(histogram.render(|it| it.to_string()), expected);
        assert_eq!(histogram.count(), 7);
        let empty = Histogram::default().render(|it| it.to_string());
        assert_eq!(empty, "no numbers yet\n");
    }

    #[test]
    fn the_ends_of_64_bits_have_their_buckets() {
        let histogram = of(&[i64::MIN.into(), -1, u64::MAX.into()]);
        let json = histogram.to_json().to_string();
        let low = r#"{"count":2,"from":-9223372036854775808,"to":-1}"#;
        let high = r#"{"count":1,"from":9223372036854775808,"to":18446744073709551615}"#;
        assert_eq!(json, format!("[{low},{high}]"));
        let text = histogram.render(|it| it.to_string());
        assert!(text.starts_with("below 0"), "{text}");
        assert_eq!(text.lines().count(), 66);
    }

    proptest! {
        #[test]
        fn every_number_is_in_its_bucket(number: u64) {
            let histogram = of(&[number.into()]);
            let json = histogram.to_json();
            let (from, to) = (json[0]["from"].as_u64().unwrap(), json[0]["to"].as_u64().unwrap());
            prop_assert!((from..=to).contains(&number));
            prop_assert_eq!(histogram.count(), 1);
        }
    }
}
