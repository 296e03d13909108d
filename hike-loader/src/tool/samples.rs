//! Numbers of one field as a histogram.

use hike_format::signature::TypeInfo;
use hike_loader::histogram::Histogram;
use hike_loader::inspect::{Datum, InspectError, field};
use serde_json::{Value, json};

/// The numbers of one field of a type.
pub struct Samples {
    path: field::Path,
    histogram: Histogram,
}

impl Samples {
    /// No numbers yet.
    pub fn new(ty: &TypeInfo, field: &str) -> Result<Self, InspectError> {
        let path = field::Path::numeric(ty, field).map_err(InspectError::Field)?;
        let histogram = Histogram::default();
        Ok(Self { path, histogram })
    }

    /// Counts the field of a value.
    pub fn add(&mut self, value: &Datum) {
        if let Some(number) = self.path.number(value) {
            self.histogram.add(number);
        }
    }

    /// The histogram as JSON.
    pub fn to_json(&self) -> Value {
        json!({ "count": self.histogram.count(), "histogram": self.histogram.to_json() })
    }

    /// The histogram as text: a heading and its bars.
    pub fn text(&self, heading: &str) -> String {
        let unit = self.path.unit();
        let show = |number: i128| match (unit, u64::try_from(number)) {
            (Some(unit), Ok(number)) => unit.show(number, None),
            _ => number.to_string(),
        };
        let numbers = match self.histogram.count() {
            1 => "1 number".to_owned(),
            count => format!("{count} numbers"),
        };
        format!("{heading}: {numbers}\n{}", self.histogram.render(show))
    }
}
