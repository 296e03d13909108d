//! Units of numbers: how they are shown and read.
//!
//! A type with a unit is a struct around one integer; the struct's name is the unit
//! ([`TypeInfo::unit`](crate::signature::TypeInfo::unit)).

use std::fmt;

/// A unit that type names stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// A count of something: its plural.
    Count(&'static str),
    /// A count of something a second: its plural.
    Rate(&'static str),
    /// A duration, counted in so many nanoseconds.
    Duration(u64),
    /// A moment: nanoseconds since boot.
    Moment,
}

const SECOND: u64 = 1_000_000_000;

/// The type names with a unit.
const NAMES: [(&str, Unit); 10] = [
    ("Packets", Unit::Count("packets")),
    ("Bytes", Unit::Count("bytes")),
    ("PacketsPerSecond", Unit::Rate("packets")),
    ("BytesPerSecond", Unit::Rate("bytes")),
    ("BitsPerSecond", Unit::Rate("bits")),
    ("Seconds", Unit::Duration(SECOND)),
    ("Milliseconds", Unit::Duration(1_000_000)),
    ("Microseconds", Unit::Duration(1_000)),
    ("Nanoseconds", Unit::Duration(1)),
    ("NanosecondsSinceBoot", Unit::Moment),
];

/// Names of durations and their nanoseconds, the longest that a text is shown in first.
const DURATIONS: [(&str, u64); 4] = [("s", SECOND), ("ms", 1_000_000), ("us", 1_000), ("ns", 1)];
/// More names that are read.
const LONG_DURATIONS: [(&str, u64); 3] = [
    ("min", 60 * SECOND),
    ("h", 3_600 * SECOND),
    ("d", 86_400 * SECOND),
];

impl Unit {
    /// The unit that a type name stands for.
    pub fn from_name(name: &str) -> Option<Self> {
        let found = NAMES.into_iter().find(|(known, _)| *known == name);
        found.map(|(_, unit)| unit)
    }

    /// Whether numbers of two places may be added: moments and rates may not.
    pub fn is_additive(self) -> bool {
        matches!(self, Self::Count(_) | Self::Duration(_))
    }

    /// A number with its unit; a moment as its distance from `now`, when that is given.
    pub fn show(self, value: u64, now: Option<u64>) -> String {
        match (self, now) {
            (Self::Count(what), _) => format!("{value} {what}"),
            (Self::Rate(what), _) => format!("{value} {what}/s"),
            (Self::Duration(scale), _) => duration(u128::from(value) * u128::from(scale)),
            (Self::Moment, _) if value == 0 => "never".to_owned(),
            (Self::Moment, None) => format!("{} after boot", duration(value.into())),
            (Self::Moment, Some(now)) if value <= now => format!("{} ago", about(now - value)),
            (Self::Moment, Some(now)) => format!("in {}", about(value - now)),
        }
    }

    /// The number that a text with or without the unit stands for; none when it is neither,
    /// or no whole number.
    pub fn read(self, text: &str, now: u64) -> Option<u64> {
        let text = text.trim();
        match self {
            Self::Count(what) => amount(text, what)?.parse().ok(),
            Self::Rate(what) => {
                let text = text.strip_suffix("/s").unwrap_or(text);
                amount(text.trim_end(), what)?.parse().ok()
            }
            Self::Duration(scale) => match text.parse() {
                Ok(number) => Some(number),
                Err(_) => {
                    let nanoseconds = read_duration(text)?;
                    let whole = nanoseconds.is_multiple_of(scale);
                    whole.then_some(nanoseconds / scale)
                }
            },
            Self::Moment => moment(text, now),
        }
    }

    /// A text that [`read`](Self::read) takes.
    pub fn example(self) -> String {
        match self {
            Self::Count(what) => format!("20 {what}"),
            Self::Rate(what) => format!("20 {what}/s"),
            Self::Duration(scale) => duration(5 * u128::from(scale)),
            Self::Moment => "now".to_owned(),
        }
    }
}

/// In words, as a part of "a number of type `u32` in ...".
impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Count(what) => f.write_str(what),
            Self::Rate(what) => write!(f, "{what}/s"),
            Self::Duration(scale) => {
                let unit = DURATIONS.iter().find(|(_, it)| it == scale);
                f.write_str(unit.map_or("time", |(name, _)| name))
            }
            Self::Moment => f.write_str("ns after boot"),
        }
    }
}

/// The number in front of a word, which may be left out.
fn amount<'a>(text: &'a str, what: &str) -> Option<&'a str> {
    let number = text.strip_suffix(what).unwrap_or(text).trim_end();
    (!number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())).then_some(number)
}

fn moment(text: &str, now: u64) -> Option<u64> {
    match text {
        "now" => return Some(now),
        "never" => return Some(0),
        _ => {}
    }
    if let Some(past) = text.strip_suffix("ago") {
        return now.checked_sub(read_duration(past)?);
    }
    if let Some(future) = text.strip_prefix("in ") {
        return now.checked_add(read_duration(future)?);
    }
    if let Some(since) = text.strip_suffix("after boot") {
        return read_duration(since);
    }
    text.parse().ok()
}

/// A duration in the largest unit that has a digit before the point, exactly.
fn duration(nanoseconds: u128) -> String {
    let fits = |(_, scale): &(&str, u64)| nanoseconds >= u128::from(*scale);
    let (name, scale) = DURATIONS.into_iter().find(fits).unwrap_or(DURATIONS[0]);
    let (whole, rest) = (
        nanoseconds / u128::from(scale),
        nanoseconds % u128::from(scale),
    );
    let digits = scale.ilog10() as usize;
    match format!("{rest:0digits$}").trim_end_matches('0') {
        "" => format!("{whole} {name}"),
        fraction => format!("{whole}.{fraction} {name}"),
    }
}

/// A duration to three digits behind the point.
fn about(nanoseconds: u64) -> String {
    let fits = |(_, scale): &&(&str, u64)| nanoseconds >= *scale;
    let scale = DURATIONS.iter().find(fits).map_or(1, |(_, scale)| *scale);
    let step = (scale / 1000).max(1);
    duration(u128::from(nanoseconds - nanoseconds % step))
}

/// Nanoseconds of `NUMBER UNIT`, such as `1.5 ms`; none when they are not whole.
pub fn read_duration(text: &str) -> Option<u64> {
    let text = text.trim();
    let end = text.find(|it: char| it.is_ascii_alphabetic())?;
    let (number, unit) = text.split_at(end);
    let mut units = DURATIONS.into_iter().chain(LONG_DURATIONS);
    let (_, scale) = units.find(|(name, _)| *name == unit)?;
    let (whole, fraction) = number.trim_end().split_once('.').unwrap_or((number, ""));
    let digits = format!("{}{fraction}", whole.trim_end());
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let scaled = digits.parse::<u64>().ok()?;
    let scaled = u128::from(scaled) * u128::from(scale);
    let divisor = 10u128.checked_pow(u32::try_from(fraction.len()).ok()?)?;
    let whole = scaled.is_multiple_of(divisor);
    whole.then(|| u64::try_from(scaled / divisor).ok())?
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const NOW: u64 = 1_000 * SECOND;

    #[test]
    fn numbers_are_shown_with_their_unit() {
        let check = |name: &str, value, expected: &str| {
            let unit = Unit::from_name(name).unwrap();
            assert_eq!(unit.show(value, Some(NOW)), expected, "{name}");
        };
        check("PacketsPerSecond", 20, "20 packets/s");
        check("Bytes", 1500, "1500 bytes");
        check("Seconds", 90, "90 s");
        check("Nanoseconds", 1_234_567, "1.234567 ms");
        check("Nanoseconds", 0, "0 s");
        check("Milliseconds", 1_500, "1.5 s");
        check("NanosecondsSinceBoot", 0, "never");
        check("NanosecondsSinceBoot", NOW - 12_345_678_901, "12.345 s ago");
        check("NanosecondsSinceBoot", NOW + SECOND, "in 1 s");
        let moment = Unit::Moment.show(1_500_000_000, None);
        assert_eq!(moment, "1.5 s after boot");
        assert_eq!(Unit::from_name("Furlongs"), None);
    }

    #[test]
    fn texts_are_read_with_or_without_their_unit() {
        let check = |name: &str, text, expected| {
            let unit = Unit::from_name(name).unwrap();
            assert_eq!(unit.read(text, NOW), expected, "{name} {text}");
        };
        check("PacketsPerSecond", "20", Some(20));
        check("PacketsPerSecond", "20 packets/s", Some(20));
        check("PacketsPerSecond", "20/s", Some(20));
        check("PacketsPerSecond", "20 bytes/s", None);
        check("PacketsPerSecond", "packets/s", None);
        check("Seconds", "5min", Some(300));
        check("Seconds", "1.5 s", None);
        check("Seconds", "7", Some(7));
        check("Nanoseconds", "1.5ms", Some(1_500_000));
        check("Nanoseconds", "1.0000000005 s", None);
        check("Nanoseconds", "99999999999 d", None);
        check("Nanoseconds", ".ms", None);
        check("NanosecondsSinceBoot", "now", Some(NOW));
        check("NanosecondsSinceBoot", "10s ago", Some(NOW - 10 * SECOND));
        check("NanosecondsSinceBoot", "2000 s ago", None);
        check("NanosecondsSinceBoot", "in 1s", Some(NOW + SECOND));
    }

    #[test]
    fn examples_are_read() {
        for (name, unit) in NAMES {
            assert!(unit.read(&unit.example(), NOW).is_some(), "{name}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_read(value: u64, index in 0..NAMES.len()) {
            let (name, unit) = NAMES[index];
            let text = unit.show(value, None);
            // Longer than a 64-bit number of nanoseconds.
            let long = unit == Unit::Duration(SECOND) || unit == Unit::Duration(1_000_000)
                || unit == Unit::Duration(1_000);
            if !long || value < u64::MAX / SECOND {
                prop_assert_eq!(unit.read(&text, NOW), Some(value), "{} {}", name, text);
            }
        }

        #[test]
        fn any_text_is_no_panic(text: String, index in 0..NAMES.len()) {
            let _ = NAMES[index].1.read(&text, NOW);
        }
    }
}
