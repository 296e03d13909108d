//! The laws of the JSON formats: scripts and manifests come back as they were.

use hike_format::manifest::{ChainEntry, MemberEntry, MemberKind};
use hike_format::script::{
    AttachMode, Attachment, ConfigSetting, Device, MapAssignment, MapEntry, Number, Place, Script,
    ScriptChain, SourceDigest, Value,
};
use hike_format::signature::{IntType, Param};
use hike_format::{Digest, Manifest, Symbol, SymbolKind};
use proptest::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

fn check<T: Serialize + DeserializeOwned + PartialEq + std::fmt::Debug>(value: &T) {
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value);
}

fn symbol() -> impl Strategy<Value = Symbol> {
    let kind = (0usize..3).prop_map(|index| SymbolKind::ALL[index]);
    (kind, "[a-z0-9][a-z-]{0,5}", "[a-z_][a-z0-9]{0,5}")
        .prop_map(|(kind, package, name)| Symbol::new(kind, &package, &name).unwrap())
}

fn number() -> impl Strategy<Value = Number> {
    prop_oneof![
        any::<u128>().prop_map(Number::unsigned),
        any::<i64>().prop_map(Number::signed)
    ]
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        number().prop_map(Value::Number),
        ".{0,8}".prop_map(Value::Text),
        symbol().prop_map(Value::Chain)
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop::collection::vec(inner, 0..4).prop_map(Value::List)
    })
}

fn place() -> impl Strategy<Value = Option<Place>> {
    let place = (".{0,8}", any::<u32>(), any::<u32>());
    prop::option::of(place.prop_map(|(file, line, column)| Place { file, line, column }))
}

fn params() -> impl Strategy<Value = Vec<Param>> {
    let param = ("[a-z]{1,5}", 0usize..8).prop_map(|(name, index)| Param {
        name,
        ty: IntType::ALL[index].1,
    });
    prop::collection::vec(param, 0..5)
}

fn assignment() -> impl Strategy<Value = MapAssignment> {
    let entry = (value(), value()).prop_map(|(key, value)| MapEntry { key, value });
    let entries = prop::collection::vec(entry, 0..3);
    (symbol(), "[a-z]{1,5}", entries, place()).prop_map(|(owner, map, entries, place)| {
        MapAssignment {
            owner,
            map,
            entries,
            place,
        }
    })
}

fn attachment() -> impl Strategy<Value = Attachment> {
    let device = prop_oneof![
        ".{1,8}".prop_map(Device::Name),
        ".{1,8}".prop_map(Device::Variable)
    ];
    let mode = (0usize..4).prop_map(|index| AttachMode::ALL[index]);
    (symbol(), device, mode, place()).prop_map(|(loader, device, mode, place)| Attachment {
        loader,
        device,
        mode,
        place,
    })
}

fn setting() -> impl Strategy<Value = ConfigSetting> {
    (symbol(), "[A-Z]{1,5}", number(), place()).prop_map(|(owner, name, value, place)| {
        ConfigSetting {
            owner,
            name,
            value,
            place,
        }
    })
}

fn script() -> impl Strategy<Value = Script> {
    let chain = (symbol(), params(), ".{0,8}").prop_map(|(symbol, params, doc)| ScriptChain {
        symbol,
        params,
        doc,
    });
    let source = (".{0,8}", any::<Vec<u8>>()).prop_map(|(path, bytes)| SourceDigest {
        path,
        sha256: Digest::of(&bytes),
    });
    (
        "[a-z]{1,8}",
        prop::option::of(".{0,8}"),
        ".{0,8}",
        prop::collection::vec(chain, 0..3),
        prop::collection::vec(assignment(), 0..3),
        prop::collection::vec(setting(), 0..3),
        prop::collection::vec(attachment(), 0..3),
        prop::collection::vec(source, 0..3),
    )
        .prop_map(
            |(package, version, doc, chains, maps, config, attach, sources)| Script {
                package,
                version,
                doc,
                chains,
                maps,
                config,
                attach,
                sources,
            },
        )
}

proptest! {
    #[test]
    fn scripts_come_back(script in script()) {
        check(&script);
    }

    #[test]
    fn manifests_come_back(script in script(), bytes: Vec<u8>, params in params()) {
        let Script { package, doc, chains, maps, config, attach, .. } = script;
        let chains = chains.into_iter().map(|chain| ChainEntry {
            symbol: chain.symbol,
            object: chain.doc,
            params: params.clone(),
            instructions: 7,
        });
        check(&Manifest {
            format: 1,
            name: package,
            version: doc,
            vm_abi: 1,
            kernel_features: vec!["xdp".into()],
            chains: chains.collect(),
            programs: Vec::new(),
            loaders: Vec::new(),
            maps,
            config,
            attach,
            members: vec![MemberEntry {
                path: "x".into(),
                kind: MemberKind::SourceMap,
                length: bytes.len() as u64,
                sha256: Digest::of(&bytes),
            }],
        });
    }
}

#[test]
fn values_read_as_documented() {
    #[track_caller]
    fn reads(json: &str, value: Value) {
        assert_eq!(serde_json::from_str::<Value>(json).unwrap(), value);
        assert_eq!(serde_json::to_string(&value).unwrap(), json);
    }
    reads(r#"{"number":-1}"#, Value::Number(Number::signed(-1)));
    reads(
        r#"{"number":"0xfc010000000000000000000000000002"}"#,
        Value::Number(Number::unsigned(0xfc01 << 112 | 2)),
    );
    reads(r#"{"text":"fc01::2"}"#, Value::Text("fc01::2".into()));
    reads(
        r#"{"list":[{"number":1},{"chain":"chains.a.b"}]}"#,
        Value::List(vec![
            Value::Number(Number::unsigned(1)),
            Value::Chain("chains.a.b".parse().unwrap()),
        ]),
    );
}

/// Nesting without end is an error of the reader, no overflow of its stack.
#[test]
fn deep_lists_are_refused() {
    let json = format!("{}{}", "{\"list\":[".repeat(100_000), "]}".repeat(100_000));
    assert!(serde_json::from_str::<Value>(&json).is_err());
}
