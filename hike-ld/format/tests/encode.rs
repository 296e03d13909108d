//! Keys and values of scripts as bytes.

use hike_format::Symbol;
use hike_format::encode::{Names, encode, encode_key};
use hike_format::script::{Number, Value};
use hike_format::signature::{Field, IntType, MapInfo, TypeInfo};

struct Host;

impl Names for Host {
    fn chain(&self, symbol: &Symbol) -> Option<u32> {
        (symbol.name() == "main").then_some(7)
    }

    fn interface(&self, name: &str) -> Option<u32> {
        (name == "eth0").then_some(2)
    }
}

fn number(value: u128) -> Value {
    Value::Number(Number::unsigned(value))
}

fn text(text: &str) -> Value {
    Value::Text(text.into())
}

fn chain(name: &str) -> Value {
    Value::Chain(name.parse().unwrap())
}

fn u(bits: u8) -> TypeInfo {
    TypeInfo::Int(IntType::unsigned(bits))
}

fn structure(fields: &[(&str, u32, TypeInfo)], size: u32) -> TypeInfo {
    let fields = fields.iter().map(|(name, offset, ty)| Field {
        name: (*name).into(),
        offset: *offset,
        ty: ty.clone(),
    });
    TypeInfo::Struct {
        name: "s".into(),
        size,
        fields: fields.collect(),
    }
}

#[track_caller]
fn check(value: Value, ty: &TypeInfo, bytes: &[u8]) {
    assert_eq!(encode(&value, ty, &Host).unwrap(), bytes);
}

#[track_caller]
fn refuse(value: Value, ty: &TypeInfo, message: &str) {
    let error = encode(&value, ty, &Host).unwrap_err();
    assert_eq!(error.to_string(), message);
}

#[test]
fn numbers() {
    check(number(258), &u(32), &[2, 1, 0, 0]);
    check(number(258), &TypeInfo::NetworkInt(4), &[0, 0, 1, 2]);
    let minus = Value::Number(Number::signed(-2));
    check(
        minus.clone(),
        &TypeInfo::Int(IntType::signed(16)),
        &[0xfe, 0xff],
    );
    refuse(minus, &u(16), "-2 does not fit into `u16`");
    refuse(number(256), &u(8), "256 does not fit into `u8`");
    check(number(0), &TypeInfo::Chain, &[0; 4]);
    refuse(
        number(3),
        &TypeInfo::Chain,
        "expected the name of a chain, found a number",
    );
}

#[test]
fn addresses() {
    let mut address = [0; 16];
    (address[0], address[1], address[15]) = (0xfc, 1, 2);
    check(text("fc01::2"), &TypeInfo::Ipv6, &address);
    check(number(0xfc01 << 112 | 2), &TypeInfo::Ipv6, &address);
    let wrapped = structure(&[("address", 0, TypeInfo::Ipv6)], 16);
    check(text("fc01::2"), &wrapped, &address);
    check(text("10.0.0.1"), &TypeInfo::Ipv4, &[10, 0, 0, 1]);
    check(
        text("0:11:22:33:44:ff"),
        &TypeInfo::Mac,
        &[0, 0x11, 0x22, 0x33, 0x44, 0xff],
    );
    refuse(
        text("0:11"),
        &TypeInfo::Mac,
        "expected an Ethernet address, found `0:11`",
    );
    refuse(
        text("10.0.0.1"),
        &u(32),
        "expected a number of type `u32`, found `10.0.0.1`",
    );
    check(text("eth0"), &TypeInfo::Interface, &[2, 0, 0, 0]);
    refuse(
        text("eth9"),
        &TypeInfo::Interface,
        "interface `eth9` is not there",
    );
}

#[test]
fn chains() {
    check(chain("chains.a.main"), &TypeInfo::Chain, &[7, 0, 0, 0]);
    check(chain("chains.a.main"), &u(32), &[7, 0, 0, 0]);
    refuse(
        chain("chains.a.b"),
        &TypeInfo::Chain,
        "chain `chains.a.b` is not there",
    );
    refuse(
        chain("chains.a.main"),
        &u(8),
        "expected a number of type `u8`, found a chain",
    );
}

#[test]
fn lists() {
    let pair = structure(&[("a", 0, u(8)), ("b", 4, u(32))], 8);
    let list = |values: &[u128]| Value::List(values.iter().copied().map(number).collect());
    check(list(&[1, 2]), &pair, &[1, 0, 0, 0, 2, 0, 0, 0]);
    refuse(
        list(&[1]),
        &pair,
        "expected 2 values for `{a: u8, b: u32}`, found 1",
    );
    refuse(
        number(1),
        &pair,
        "expected 2 values, `{a: u8, b: u32}`, found a number",
    );
    check(
        list(&[1, 2]),
        &TypeInfo::Array(Box::new(u(16)), 2),
        &[1, 0, 2, 0],
    );
    check(list(&[1]), &u(8), &[1]);
    refuse(
        list(&[1, 2]),
        &u(8),
        "expected a number of type `u8`, found several values",
    );
}

fn map(map_type: u32, key: TypeInfo) -> MapInfo {
    MapInfo {
        name: "m".into(),
        doc: String::new(),
        map_type,
        key,
        value: u(32),
        max_entries: 2,
    }
}

#[test]
fn keys() {
    let array = map(2, u(32));
    assert_eq!(encode_key(&number(1), &array, &Host).unwrap(), [1, 0, 0, 0]);
    assert_eq!(
        encode_key(&number(2), &array, &Host)
            .unwrap_err()
            .to_string(),
        "expected a key below 2, the number of entries, found 2"
    );
    let prefixes = map(
        11,
        structure(&[("len", 0, u(32)), ("data", 4, TypeInfo::Ipv4)], 8),
    );
    let key = |address: &str| encode_key(&text(address), &prefixes, &Host);
    assert_eq!(key("10.0.0.0/8").unwrap(), [8, 0, 0, 0, 10, 0, 0, 0]);
    assert_eq!(key("10.0.0.1").unwrap(), [32, 0, 0, 0, 10, 0, 0, 1]);
    assert!(key("10.0.0.0/33").is_err());
    assert!(key("fc00::/8").is_err());
}
