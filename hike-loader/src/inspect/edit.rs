//! Drafts to the bytes of a type: the way back of [`Datum`](super::Datum).

use hike_format::encode::{EncodeError, LPM_TRIE, Names, check_index, encode, encode_key};
use hike_format::script::Value;
use hike_format::signature::{Field, MapInfo, TypeInfo};
use hike_format::{Symbol, nearest};

use super::draft::{Draft, DraftError};
use super::example;
use crate::plan::number;

/// What turns names into numbers.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// Chains and interfaces.
    pub names: &'a dyn Names,
    /// Nanoseconds since boot.
    pub now: u64,
}

/// Why a draft is no value of a type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}{problem}", place(.path))]
pub struct EditError {
    /// The field in question, `window.from`; empty for the whole.
    pub path: String,
    /// What is wrong.
    pub problem: Box<Problem>,
    /// What would be right there.
    pub example: String,
}

/// What is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// It has no form.
    #[error(transparent)]
    Draft(#[from] DraftError),
    /// A text without bytes in the type.
    #[error(transparent)]
    Encode(#[from] EncodeError),
    /// Not what the type takes.
    #[error("expected {expected}, found {found}")]
    Mismatch {
        /// What the type takes.
        expected: String,
        /// What was given.
        found: String,
    },
    /// A struct without the field.
    #[error("expected one of {}, found `{name}`", list(.known))]
    NoField {
        /// The name.
        name: String,
        /// The fields it has.
        known: Vec<String>,
    },
    /// A key of which a field is not given.
    #[error("field `{0}` is missing")]
    Missing(String),
    /// An element beyond the end.
    #[error("expected an element below {count}, found {index}")]
    Element {
        /// The element.
        index: usize,
        /// Elements there are.
        count: u32,
    },
}

fn place(path: &str) -> String {
    match path {
        "" => String::new(),
        path => format!("field `{path}`: "),
    }
}

fn list(names: &[String]) -> String {
    let names: Vec<String> = names.iter().map(|name| format!("`{name}`")).collect();
    names.join(", ")
}

impl EditError {
    /// A text without a form where a type was expected.
    pub fn of_draft(error: DraftError, ty: &TypeInfo) -> Self {
        fail("", ty, error)
    }

    /// What to do about it.
    pub fn help(&self) -> String {
        if let Problem::NoField { name, known } = &*self.problem
            && let Some(near) = nearest(name, known.iter().map(String::as_str))
        {
            return format!("did you mean `{near}`?");
        }
        format!("for example `{}`", self.example)
    }
}

fn fail(path: &str, ty: &TypeInfo, problem: impl Into<Problem>) -> EditError {
    EditError {
        path: path.to_owned(),
        problem: Box::new(problem.into()),
        example: example::value(ty),
    }
}

fn mismatch(ty: &TypeInfo, found: impl Into<String>) -> Problem {
    Problem::Mismatch {
        expected: hike_format::encode::expected(ty),
        found: found.into(),
    }
}

/// The bytes of a key.
///
/// # Errors
/// When the map cannot have it, or a field is missing.
pub fn key(text: &str, map: &MapInfo, context: Context<'_>) -> Result<Vec<u8>, EditError> {
    let whole = |problem: Problem| EditError {
        path: String::new(),
        problem: Box::new(problem),
        example: example::key(map),
    };
    let draft = Draft::parse(text).map_err(|error| whole(error.into()))?;
    if let (LPM_TRIE, Draft::Text(text)) = (map.map_type, &draft) {
        let prefix = encode_key(&Value::Text(text.clone()), map, context.names);
        return prefix.map_err(|error| match error {
            EncodeError::Mismatch { found, .. } => whole(Problem::Mismatch {
                expected: "a prefix, `ADDRESS/LENGTH`".to_owned(),
                found,
            }),
            other => whole(other.into()),
        });
    }
    check_complete(&draft, &map.key).map_err(whole)?;
    let mut bytes = vec![0; map.key.size() as usize];
    put(&draft, &map.key, &mut bytes, context)?;
    check_index(&bytes, map).map_err(|error| whole(error.into()))?;
    Ok(bytes)
}

/// Writes a value over bytes of a type: all of it, or the fields that have names.
///
/// # Errors
/// When the type does not take it; the bytes may then have changed in part.
pub fn put(
    draft: &Draft,
    ty: &TypeInfo,
    bytes: &mut [u8],
    context: Context<'_>,
) -> Result<(), EditError> {
    Editor { context }.put(draft, ty, bytes, "")
}

/// A key has no bytes to keep: every field must be given.
fn check_complete(draft: &Draft, ty: &TypeInfo) -> Result<(), Problem> {
    let (Draft::Fields(given), TypeInfo::Struct { fields, .. }) = (draft, ty) else {
        return Ok(());
    };
    let is_given = |field: &&Field| {
        given.iter().any(|(path, _)| {
            let rest = path.strip_prefix(&field.name[..]);
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        })
    };
    match fields.iter().find(|field| !is_given(field)) {
        Some(field) => Err(Problem::Missing(field.name.clone())),
        None => Ok(()),
    }
}

struct Editor<'a> {
    context: Context<'a>,
}

impl Editor<'_> {
    fn put(
        &self,
        draft: &Draft,
        ty: &TypeInfo,
        bytes: &mut [u8],
        path: &str,
    ) -> Result<(), EditError> {
        match (draft, ty) {
            (Draft::Fields(given), _) => self.put_fields(given, ty, bytes, path),
            (Draft::List(items), TypeInfo::Struct { fields, .. }) if fields.len() != 1 => {
                let places = fields
                    .iter()
                    .map(|it| (it.offset, &it.ty, join(path, &it.name)));
                self.put_list(items, places.collect(), ty, bytes, path)
            }
            (Draft::List(items), TypeInfo::Array(element, count)) => {
                let place = |index: u32| {
                    (
                        index.saturating_mul(element.size()),
                        &**element,
                        format!("{path}[{index}]"),
                    )
                };
                self.put_list(items, (0..*count).map(place).collect(), ty, bytes, path)
            }
            // Brackets around a single value.
            (Draft::List(items), _) => match &items[..] {
                [only] => self.put(only, ty, bytes, path),
                _ => Err(fail(path, ty, mismatch(ty, count(items.len())))),
            },
            (Draft::Text(_), TypeInfo::Struct { fields, .. })
                if fields.len() == 1 && ty.unit().is_none() =>
            {
                let field = &fields[0];
                self.put(draft, &field.ty, part(bytes, field.offset, &field.ty), path)
            }
            (Draft::Text(text), _) => self.put_text(text, ty, bytes, path),
        }
    }

    fn put_list(
        &self,
        items: &[Draft],
        places: Vec<(u32, &TypeInfo, String)>,
        ty: &TypeInfo,
        bytes: &mut [u8],
        path: &str,
    ) -> Result<(), EditError> {
        if items.len() != places.len() {
            return Err(fail(path, ty, mismatch(ty, count(items.len()))));
        }
        for (item, (offset, ty, path)) in items.iter().zip(places) {
            self.put(item, ty, part(bytes, offset, ty), &path)?;
        }
        Ok(())
    }

    fn put_fields(
        &self,
        given: &[(String, Draft)],
        ty: &TypeInfo,
        bytes: &mut [u8],
        path: &str,
    ) -> Result<(), EditError> {
        for (name, draft) in given {
            let (offset, field) = locate(ty, name).map_err(|problem| fail(path, ty, problem))?;
            let place = part(bytes, offset, field);
            self.put(draft, field, place, &join(path, name))?;
        }
        Ok(())
    }

    fn put_text(
        &self,
        text: &str,
        ty: &TypeInfo,
        bytes: &mut [u8],
        path: &str,
    ) -> Result<(), EditError> {
        let found = self.text_bytes(text, ty).map_err(|it| fail(path, ty, it))?;
        if found.len() != bytes.len() {
            return Err(fail(path, ty, EncodeError::Layout(path.to_owned())));
        }
        bytes.copy_from_slice(&found);
        Ok(())
    }

    fn text_bytes(&self, text: &str, ty: &TypeInfo) -> Result<Vec<u8>, Problem> {
        if let Some(bytes) = hexadecimal(text, ty) {
            return Ok(bytes);
        }
        let value = match (ty.unit(), number(text), text.parse::<Symbol>()) {
            (_, Some(number), _) => Value::Number(number),
            (Some(unit), None, _) => {
                let read = unit.read(text, self.context.now);
                let read = read.ok_or_else(|| mismatch(ty, format!("`{text}`")))?;
                Value::Number(read.into())
            }
            (None, None, Ok(symbol)) => Value::Chain(symbol),
            (None, None, Err(_)) => Value::Text(text.to_owned()),
        };
        Ok(encode(&value, ty, self.context.names)?)
    }
}

fn count(values: usize) -> String {
    match values {
        1 => "1 value".to_owned(),
        _ => format!("{values} values"),
    }
}

fn join(path: &str, name: &str) -> String {
    match path {
        "" => name.to_owned(),
        path => format!("{path}.{name}"),
    }
}

/// The bytes of a part; fewer than its type has where that lies beyond its struct.
fn part<'a>(bytes: &'a mut [u8], offset: u32, ty: &TypeInfo) -> &'a mut [u8] {
    let rest = bytes.get_mut(offset as usize..).unwrap_or_default();
    let length = rest.len().min(ty.size() as usize);
    &mut rest[..length]
}

/// Two digits for each byte of an array, as text shows it.
fn hexadecimal(text: &str, ty: &TypeInfo) -> Option<Vec<u8>> {
    let TypeInfo::Array(element, length) = ty else {
        return None;
    };
    let digits = text.as_bytes();
    if !element.is_byte() || digits.len() != 2 * *length as usize {
        return None;
    }
    let byte = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        let digits = text.bytes().all(|digit| digit.is_ascii_hexdigit());
        digits.then(|| u8::from_str_radix(text, 16).ok())?
    };
    digits.chunks(2).map(byte).collect()
}

/// Offset and type of a field by its path, `window.from` or `segments[2]`.
///
/// # Errors
/// When there is no such field.
pub fn locate<'a>(ty: &'a TypeInfo, path: &str) -> Result<(u32, &'a TypeInfo), Problem> {
    let (name, rest) = match path.find(['.', '[']) {
        Some(end) => path.split_at(end),
        None => (path, ""),
    };
    let (mut offset, mut ty) = match name {
        "" => inside(ty),
        name => field(ty, name).map(|field| (field.offset, &field.ty))?,
    };
    let mut rest = rest;
    while let Some(inner) = rest.strip_prefix('[') {
        let (index, after) = inner.split_once(']').unwrap_or((inner, ""));
        let (TypeInfo::Array(element, count), Ok(index)) = (ty, index.parse::<usize>()) else {
            return Err(mismatch(ty, format!("`{path}`")));
        };
        if index >= *count as usize {
            return Err(Problem::Element {
                index,
                count: *count,
            });
        }
        offset = u32::saturating_add(offset, element.size().saturating_mul(index as u32));
        (ty, rest) = (element, after);
    }
    match rest.strip_prefix('.') {
        Some(rest) => {
            let (inner, ty) = locate(ty, rest)?;
            Ok((offset.saturating_add(inner), ty))
        }
        None if rest.is_empty() => Ok((offset, ty)),
        None => Err(mismatch(ty, format!("`{path}`"))),
    }
}

/// What a struct of one field is shown as.
fn inside(ty: &TypeInfo) -> (u32, &TypeInfo) {
    match ty {
        TypeInfo::Struct { fields, .. } if fields.len() == 1 && ty.unit().is_none() => {
            let (offset, ty) = inside(&fields[0].ty);
            (fields[0].offset.saturating_add(offset), ty)
        }
        _ => (0, ty),
    }
}

fn field<'a>(ty: &'a TypeInfo, name: &str) -> Result<&'a Field, Problem> {
    let TypeInfo::Struct { fields, .. } = ty else {
        return Err(mismatch(ty, format!("field `{name}`")));
    };
    let found = fields.iter().find(|field| field.name == name);
    found.ok_or_else(|| Problem::NoField {
        name: name.to_owned(),
        known: fields.iter().map(|field| field.name.clone()).collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::super::{Datum, Labels};
    use super::*;
    use hike_format::signature::IntType;
    use proptest::prelude::*;

    const NOW: u64 = 1_000_000_000_000;

    struct Host;

    impl Names for Host {
        fn chain(&self, symbol: &Symbol) -> Option<u32> {
            (symbol.to_string() == "chains.PACKAGE.NAME").then_some(7)
        }

        fn interface(&self, name: &str) -> Option<u32> {
            (name == "eth0").then_some(3)
        }
    }

    impl Labels for Host {
        fn chain(&self, id: u32) -> Option<String> {
            (id == 7).then(|| "chains.PACKAGE.NAME".to_owned())
        }

        fn interface(&self, index: u32) -> Option<String> {
            (index == 3).then(|| "eth0".to_owned())
        }

        fn now(&self) -> Option<u64> {
            None
        }
    }

    const HOST: Context<'static> = Context {
        names: &Host,
        now: NOW,
    };

    fn int(name: &str) -> TypeInfo {
        TypeInfo::Int(IntType::from_name(name).unwrap())
    }

    /// A struct with its fields one behind the other.
    fn structure(name: &str, fields: &[(&str, TypeInfo)]) -> TypeInfo {
        let mut size = 0;
        let fields = fields.iter().map(|(name, ty)| {
            let offset = size;
            size += ty.size();
            Field {
                name: (*name).to_owned(),
                offset,
                ty: ty.clone(),
            }
        });
        let fields = fields.collect();
        TypeInfo::Struct {
            name: name.to_owned(),
            size,
            fields,
        }
    }

    fn unit(name: &str, ty: &str) -> TypeInfo {
        structure(name, &[("__0", int(ty))])
    }

    fn array(element: TypeInfo, count: u32) -> TypeInfo {
        TypeInfo::Array(Box::new(element), count)
    }

    /// A type with everything in it.
    fn policy() -> TypeInfo {
        let window = structure("Window", &[("from", int("u8")), ("to", int("s16"))]);
        structure(
            "Policy",
            &[
                ("rate", unit("PacketsPerSecond", "u32")),
                ("wait", unit("Nanoseconds", "u64")),
                ("seen", unit("NanosecondsSinceBoot", "u64")),
                ("port", TypeInfo::NetworkInt(2)),
                ("hops", array(TypeInfo::Ipv6, 2)),
                ("windows", array(window, 2)),
                ("mac", TypeInfo::Mac),
                ("chain", TypeInfo::Chain),
                ("out", TypeInfo::Interface),
                ("next", TypeInfo::Ipv4),
                ("cookie", array(int("u8"), 3)),
            ],
        )
    }

    fn written(text: &str, ty: &TypeInfo) -> Result<Vec<u8>, EditError> {
        let mut bytes = vec![0; ty.size() as usize];
        put(&Draft::parse(text).unwrap(), ty, &mut bytes, HOST)?;
        Ok(bytes)
    }

    fn shown(bytes: &[u8], ty: &TypeInfo) -> String {
        Datum::decode(bytes, ty, &Host).to_string()
    }

    #[test]
    fn fields_are_written_by_name() {
        let typed = "rate=20 packets/s wait=1.5ms seen=now port=443 hops=[fc01::1, ::2] \
                     windows=[(from=1, to=-1), (from=3, to=4)] mac=2:0:0:0:0:1 \
                     chain=chains.PACKAGE.NAME out=eth0 next=10.0.0.1 cookie=0a0b0c";
        let expected = "rate=20 packets/s, wait=1.5 ms, seen=1000 s after boot, port=443, \
                        hops=[fc01::1, ::2], windows=[(from=1, to=-1), (from=3, to=4)], \
                        mac=02:00:00:00:00:01, chain=chains.PACKAGE.NAME, out=eth0, \
                        next=10.0.0.1, cookie=0a0b0c";
        assert_eq!(
            shown(&written(typed, &policy()).unwrap(), &policy()),
            expected
        );
        let port = written("port=0x1bb", &policy()).unwrap();
        assert_eq!(port[20..22], [0x01, 0xbb], "network order");
    }

    #[test]
    fn what_has_no_name_stays_as_it_is() {
        let ty = policy();
        let mut bytes = written("rate=7 port=1 windows[1].to=5", &ty).unwrap();
        let draft = Draft::parse("hops[1]=::9, windows[0]=(to=6)").unwrap();
        put(&draft, &ty, &mut bytes, HOST).unwrap();
        let text = shown(&bytes, &ty);
        assert!(text.starts_with("rate=7 packets/s,"), "{text}");
        assert!(text.contains("hops=[::, ::9]"), "{text}");
        assert!(text.contains("[(from=0, to=6), (from=0, to=5)]"), "{text}");
    }

    #[test]
    fn json_is_read_as_it_is_shown() {
        let ty = policy();
        let bytes = written(&example::value(&ty), &ty).unwrap();
        let json = Datum::decode(&bytes, &ty, &Host).to_json();
        assert_eq!(written(&json.to_string(), &ty), Ok(bytes));
    }

    #[test]
    fn wrong_input_is_told_with_type_and_example() {
        let check = |text: &str, message: &str, help: &str| {
            let error = written(text, &policy()).unwrap_err();
            assert_eq!((&error.to_string()[..], &error.help()[..]), (message, help));
        };
        check(
            "rate=fast",
            "field `rate`: expected a number of type `u32` (packets/s), found `fast`",
            "for example `20 packets/s`",
        );
        check(
            "rate=5000000000",
            "field `rate`: 5000000000 does not fit into `u32`",
            "for example `20 packets/s`",
        );
        check(
            "hops=[10.0.0.1, ::1]",
            "field `hops[0]`: expected an IPv6 address, found `10.0.0.1`",
            "for example `fc01::1`",
        );
        check(
            "windows[1].too=1",
            "expected one of `from`, `to`, found `too`",
            "did you mean `to`?",
        );
        check(
            "hops[2]=::1",
            "expected an element below 2, found 2",
            "for example `rate=20 packets/s, wait=5 ns, seen=now, port=443, \
             hops=[fc01::1, fc01::1], windows=[(from=1, to=-1), (from=1, to=-1)], \
             mac=02:00:00:00:00:01, chain=chains.PACKAGE.NAME, out=eth0, next=10.0.0.1, \
             cookie=000000`",
        );
        check(
            "hops=[::1]",
            "field `hops`: expected 2 values of type `ipv6`, found 1 value",
            "for example `[fc01::1, fc01::1]`",
        );
        check(
            "out=eth9",
            "field `out`: interface `eth9` is not there",
            "for example `eth0`",
        );
        check(
            "chain=3",
            "field `chain`: expected the name of a chain, found a number",
            "for example `chains.PACKAGE.NAME`",
        );
        check(
            "mac=1:2",
            "field `mac`: expected an Ethernet address, found `1:2`",
            "for example `02:00:00:00:00:01`",
        );
    }

    fn map(map_type: u32, key: TypeInfo, max_entries: u32) -> MapInfo {
        MapInfo {
            name: "map".to_owned(),
            doc: String::new(),
            map_type,
            key,
            value: int("u32"),
            max_entries,
        }
    }

    #[test]
    fn keys_are_complete_and_within_their_map() {
        let flow = structure("Flow", &[("from", TypeInfo::Ipv6), ("to", TypeInfo::Ipv6)]);
        let hash = map(1, flow, 10);
        let both = key("from=::1, to=::2", &hash, HOST).unwrap();
        assert_eq!(key("::1,::2", &hash, HOST), Ok(both));
        let error = key("from=::1", &hash, HOST).unwrap_err();
        assert_eq!(error.to_string(), "field `to` is missing");
        assert_eq!(error.help(), "for example `from=fc01::1, to=fc01::1`");
        let array = map(2, int("u32"), 4);
        assert!(key("3", &array, HOST).is_ok());
        let error = key("4", &array, HOST).unwrap_err();
        let message = "expected a key below 4, the number of entries, found 4";
        assert_eq!(error.to_string(), message);
        let parts = [("prefix_len", int("u32")), ("data", TypeInfo::Ipv6)];
        let trie = map(LPM_TRIE, structure("Key", &parts), 10);
        let bytes = key("fc00::/7", &trie, HOST).unwrap();
        assert_eq!(bytes[..5], [7, 0, 0, 0, 0xfc]);
        let error = key("fc00::/129", &trie, HOST).unwrap_err();
        assert_eq!(error.help(), "for example `fc00::/7`");
        let error = key("fc00", &trie, HOST).unwrap_err();
        let message = "expected a prefix, `ADDRESS/LENGTH`, found `fc00`";
        assert_eq!(error.to_string(), message);
    }

    #[test]
    fn examples_are_taken() {
        let long = structure("Long", &[("all", array(int("u32"), 100))]);
        for ty in [policy(), array(int("u64"), 100), long] {
            let text = example::value(&ty);
            assert!(written(&text, &ty).is_ok(), "{text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_shown_is_what_is_read(mut bytes in prop::collection::vec(any::<u8>(), 81)) {
            let ty = policy();
            prop_assert_eq!(ty.size() as usize, bytes.len());
            // Numbers of chains have no text unless the host knows them.
            let at = 4 + 8 + 8 + 2 + 32 + 6 + 6;
            bytes[at..at + 4].copy_from_slice(&[7, 0, 0, 0]);
            let text = shown(&bytes, &ty);
            prop_assert_eq!(written(&text, &ty), Ok(bytes), "{}", text);
        }
    }
}
