//! Fields of values by path, for what is drawn of their numbers.

use hike_format::signature::TypeInfo;
use hike_format::unit::Unit;
use hike_format::{encode::expected, nearest};

use super::Datum;
use super::edit::locate;

/// What a value that is a number is called.
const WHOLE: &str = "value";

/// The way to a number in a value, `window.from` or `counts[2]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path {
    steps: Vec<Step>,
    unit: Option<Unit>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Field(String),
    Element(usize),
}

/// Why there is no number to draw.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", self.message())]
pub struct FieldError {
    /// The path that was given.
    pub path: String,
    /// What is there, when something is.
    pub found: Option<String>,
    /// The paths of all numbers.
    pub known: Vec<String>,
}

impl FieldError {
    fn message(&self) -> String {
        match &self.found {
            Some(found) => format!("expected a number, field `{}` is {found}", self.path),
            None => format!("there is no field `{}`", self.path),
        }
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        let known = self.known.iter().map(String::as_str);
        match nearest(&self.path, known) {
            Some(near) => format!("did you mean `{near}`?"),
            None if self.known.is_empty() => "it has no numbers".to_owned(),
            None => format!("its numbers are: {}", self.known.join(", ")),
        }
    }
}

impl Path {
    /// The way to a number in values of a type.
    ///
    /// # Errors
    /// When there is no such field, or it is no number.
    pub fn numeric(ty: &TypeInfo, path: &str) -> Result<Self, FieldError> {
        let whole = path == WHOLE && is_number(ty);
        let path = if whole { "" } else { path };
        let fail = |found| FieldError {
            path: path.to_owned(),
            found,
            known: numbers(ty),
        };
        let (_, field) = locate(ty, path).map_err(|_| fail(None))?;
        if !is_number(field) {
            return Err(fail(Some(expected(field))));
        }
        Ok(Self {
            steps: steps(path),
            unit: field.unit(),
        })
    }

    /// The unit of the number.
    pub fn unit(&self) -> Option<Unit> {
        self.unit
    }

    /// The number in a value; none when it is of another type.
    pub fn number(&self, value: &Datum) -> Option<i128> {
        let mut value = value;
        for step in &self.steps {
            value = match (step, value) {
                (Step::Field(name), Datum::Fields(fields)) => {
                    &fields.iter().find(|(known, _)| known == name)?.1
                }
                // The only field of a struct is shown as the struct.
                (Step::Field(_), other) => other,
                (Step::Element(index), Datum::List(items)) => items.get(*index)?,
                (Step::Element(index), Datum::Bytes(bytes)) => {
                    return Some((*bytes.get(*index)?).into());
                }
                (Step::Element(_), _) => return None,
            };
        }
        value.number()
    }
}

fn steps(path: &str) -> Vec<Step> {
    let parts = path.split(['.', '[', ']']).filter(|part| !part.is_empty());
    let step = |part: &str| match part.parse() {
        Ok(index) if path.contains(&format!("[{part}]")) => Step::Element(index),
        _ => Step::Field(part.to_owned()),
    };
    parts.map(step).collect()
}

fn is_number(ty: &TypeInfo) -> bool {
    match ty {
        TypeInfo::Int(_) | TypeInfo::NetworkInt(_) => true,
        TypeInfo::Struct { fields, .. } => matches!(&fields[..], [only] if is_number(&only.ty)),
        _ => false,
    }
}

/// The paths of the numbers in a type; of arrays the first element.
fn numbers(ty: &TypeInfo) -> Vec<String> {
    match ty {
        ty if is_number(ty) => vec![WHOLE.to_owned()],
        TypeInfo::Struct { fields, .. } => {
            let fields = fields
                .iter()
                .flat_map(|field| within(&field.name, &field.ty));
            fields.collect()
        }
        TypeInfo::Array(element, _) => within("[0]", element),
        _ => Vec::new(),
    }
}

fn within(name: &str, ty: &TypeInfo) -> Vec<String> {
    let inner = numbers(ty).into_iter().map(|path| match &path[..] {
        WHOLE => name.to_owned(),
        path if path.starts_with('[') => format!("{name}{path}"),
        path => format!("{name}.{path}"),
    });
    inner.collect()
}

#[cfg(test)]
mod tests {
    use super::super::datum::tests::{NoLabels, int, structure};
    use super::*;

    #[test]
    fn numbers_are_found_by_path() {
        let inner = structure(&[("from", 0, int("u8")), ("to", 1, int("s8"))]);
        let windows = TypeInfo::Array(Box::new(inner), 2);
        let ty = structure(&[
            ("windows", 0, windows),
            ("next", 4, TypeInfo::Ipv4),
            ("port", 8, TypeInfo::NetworkInt(2)),
            ("raw", 10, TypeInfo::Array(Box::new(int("u8")), 2)),
        ]);
        let bytes = [1, 2, 3, 0xff, 10, 0, 0, 1, 1, 2, 8, 9];
        let value = Datum::decode(&bytes, &ty, &NoLabels);
        let check = |path, expected| {
            let path = Path::numeric(&ty, path).unwrap();
            assert_eq!(path.number(&value), Some(expected));
        };
        check("windows[0].to", 2);
        check("windows[1].to", -1);
        check("port", 0x102);
        check("raw[1]", 9);
        let refused = |path| {
            let error = Path::numeric(&ty, path).unwrap_err();
            format!("{error}; {}", error.help())
        };
        let numbers = "its numbers are: windows[0].from, windows[0].to, port, raw[0]";
        let next = "expected a number, field `next` is an IPv4 address";
        assert_eq!(refused("next"), format!("{next}; {numbers}"));
        assert_eq!(
            refused("prt"),
            "there is no field `prt`; did you mean `port`?"
        );
        assert_eq!(
            refused("windows[2].to"),
            "there is no field `windows[2].to`; did you mean `windows[0].to`?"
        );
    }

    #[test]
    fn a_value_that_is_a_number_has_a_name() {
        let number = Datum::Unsigned(7);
        let path = Path::numeric(&int("u32"), "value").unwrap();
        assert_eq!(path.number(&number), Some(7));
        assert!(Path::numeric(&TypeInfo::Ipv6, "value").is_err());
    }
}
