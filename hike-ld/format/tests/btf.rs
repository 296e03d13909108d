//! The laws of the BTF codec, and what it does with bytes that are none.

use hike_format::btf::{
    Btf, BtfExt, EnumType, FuncInfo, IntEncoding, LineInfo, Linkage, Member, Modifier, NamedParam,
    SectionVar, Type, TypeId, encode, layout,
};
use proptest::prelude::*;

/// Numbers that are in range whatever the number of types: at most the first.
fn id() -> impl Strategy<Value = TypeId> {
    (0u32..2).prop_map(TypeId)
}

fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z_.][a-zA-Z0-9_.]{0,8}"
}

fn linkage() -> impl Strategy<Value = Linkage> {
    prop_oneof![
        Just(Linkage::Static),
        Just(Linkage::Global),
        Just(Linkage::Extern)
    ]
}

fn encoding() -> impl Strategy<Value = IntEncoding> {
    prop_oneof![
        Just(IntEncoding::Unsigned),
        Just(IntEncoding::Signed),
        Just(IntEncoding::Char),
        Just(IntEncoding::Bool)
    ]
}

fn modifier() -> impl Strategy<Value = Modifier> {
    prop_oneof![
        Just(Modifier::Typedef),
        Just(Modifier::Volatile),
        Just(Modifier::Const),
        Just(Modifier::Restrict),
        Just(Modifier::TypeTag)
    ]
}

fn int() -> impl Strategy<Value = Type> {
    let size = prop_oneof![Just(1u32), Just(2), Just(4), Just(8), Just(16)];
    (name(), size, encoding(), any::<u8>(), any::<u8>()).prop_map(
        |(name, size, encoding, offset, bits)| Type::Int {
            name,
            size,
            encoding,
            offset,
            bits,
        },
    )
}

fn composite() -> impl Strategy<Value = Type> {
    let member = (name(), id(), 0u32..0x100_0000, any::<u8>()).prop_map(
        |(name, ty, bit_offset, bit_size)| Member {
            name,
            ty,
            bit_offset,
            bit_size,
        },
    );
    let members = prop::collection::vec(member, 0..4);
    (name(), any::<bool>(), any::<u32>(), members).prop_map(|(name, union, size, members)| {
        Type::Composite {
            name,
            union,
            size,
            members,
        }
    })
}

fn enumeration() -> impl Strategy<Value = Type> {
    let values = prop::collection::vec((name(), any::<u64>()), 0..4);
    (name(), any::<u32>(), any::<bool>(), any::<bool>(), values).prop_map(
        |(name, size, signed, wide, mut values)| {
            for (_, value) in values.iter_mut().filter(|_| !wide) {
                let low = *value as u32;
                *value = if signed {
                    low as i32 as u64
                } else {
                    low.into()
                };
            }
            Type::Enum(EnumType {
                name,
                size,
                signed,
                wide,
                values,
            })
        },
    )
}

fn ty() -> impl Strategy<Value = Type> {
    let param = (name(), id()).prop_map(|(name, ty)| NamedParam { name, ty });
    let var = (id(), any::<u32>(), any::<u32>()).prop_map(|(var, offset, size)| SectionVar {
        var,
        offset,
        size,
    });
    prop_oneof![
        int(),
        composite(),
        enumeration(),
        id().prop_map(Type::Pointer),
        (id(), id(), any::<u32>()).prop_map(|(element, index, count)| Type::Array {
            element,
            index,
            count
        }),
        (name(), any::<bool>()).prop_map(|(name, union)| Type::Forward { name, union }),
        (modifier(), name(), id()).prop_map(|(modifier, name, target)| Type::Modified {
            modifier,
            name,
            target
        }),
        (name(), id(), linkage()).prop_map(|(name, proto, linkage)| Type::Func {
            name,
            proto,
            linkage
        }),
        (id(), prop::collection::vec(param, 0..4))
            .prop_map(|(result, params)| Type::FuncProto { result, params }),
        (name(), id(), linkage()).prop_map(|(name, ty, linkage)| Type::Var { name, ty, linkage }),
        (name(), any::<u32>(), prop::collection::vec(var, 0..4))
            .prop_map(|(name, size, vars)| Type::Section { name, size, vars }),
        (name(), any::<u32>()).prop_map(|(name, size)| Type::Float { name, size }),
        (name(), id(), any::<i32>()).prop_map(|(name, target, component)| Type::DeclTag {
            name,
            target,
            component
        }),
    ]
}

fn btf() -> impl Strategy<Value = Btf> {
    prop::collection::vec(ty(), 1..12).prop_map(|types| {
        let mut btf = Btf::new();
        for ty in types {
            btf.add(ty);
        }
        btf
    })
}

fn ext() -> impl Strategy<Value = BtfExt> {
    let function = (name(), any::<u32>(), id()).prop_map(|(section, offset, ty)| FuncInfo {
        section,
        offset,
        ty,
    });
    let line = (
        name(),
        any::<u32>(),
        name(),
        ".{0,20}",
        0u32..1 << 22,
        0u32..1 << 10,
    )
        .prop_map(|(section, offset, file, text, line, column)| LineInfo {
            section,
            offset,
            file,
            text: text.replace('\0', ""),
            line,
            column,
        });
    let functions = prop::collection::vec(function, 0..4);
    (functions, prop::collection::vec(line, 0..4))
        .prop_map(|(functions, lines)| BtfExt { functions, lines })
}

/// Whatever parses can be looked at everywhere.
fn look(bytes: &[u8], ext: &[u8]) {
    let Ok(btf) = Btf::parse(bytes) else {
        return;
    };
    for (id, _) in btf.iter() {
        let _ = layout(&btf, id);
        let _ = btf.peel(id);
    }
    let _ = BtfExt::parse(ext, bytes);
}

proptest! {
    #[test]
    fn what_is_written_is_read_again(btf in btf(), ext in ext()) {
        let (bytes, ext_bytes) = encode(&btf, &ext);
        prop_assert_eq!(Btf::parse(&bytes).unwrap(), btf);
        prop_assert_eq!(BtfExt::parse(&ext_bytes, &bytes).unwrap(), ext);
    }

    #[test]
    fn no_prefix_panics_and_every_one_is_refused(btf in btf()) {
        let (bytes, ext) = encode(&btf, &BtfExt::default());
        for len in 0..bytes.len() {
            prop_assert!(Btf::parse(&bytes[..len]).is_err());
        }
        for len in 0..ext.len() {
            prop_assert!(BtfExt::parse(&ext[..len], &bytes).is_err());
        }
    }

    #[test]
    fn no_changed_byte_panics(btf in btf(), ext in ext(), place: usize, value: u8) {
        let (mut bytes, mut ext) = encode(&btf, &ext);
        let len = bytes.len();
        bytes[place % len] = value;
        look(&bytes, &ext);
        let len = ext.len();
        ext[place % len] = value;
        look(&bytes, &ext);
    }

    #[test]
    fn no_bytes_panic(bytes: Vec<u8>, ext: Vec<u8>) {
        look(&bytes, &ext);
    }
}

#[test]
fn types_in_circles_have_no_layout() {
    let mut btf = Btf::new();
    let member = |ty| Member {
        name: "x".into(),
        ty,
        bit_offset: 0,
        bit_size: 0,
    };
    let own = TypeId(1);
    btf.add(Type::Composite {
        name: "s".into(),
        union: false,
        size: 8,
        members: vec![member(own), member(own)],
    });
    let circle = TypeId(2);
    btf.add(Type::Modified {
        modifier: Modifier::Typedef,
        name: "t".into(),
        target: circle,
    });
    assert!(layout(&btf, own).is_err());
    assert!(layout(&btf, circle).is_err());
    assert_eq!(btf.peel(circle), None);
}

#[test]
fn errors_name_section_and_offset() {
    let mut btf = Btf::new();
    btf.add(Type::Pointer(TypeId(7)));
    let (bytes, _) = encode(&btf, &BtfExt::default());
    assert_eq!(
        Btf::parse(&bytes).unwrap_err().to_string(),
        ".BTF at byte 24: type [7] is not there, the last is [1]"
    );
    assert_eq!(
        Btf::parse(&[0x9f, 0xeb]).unwrap_err().to_string(),
        ".BTF at byte 2: expected 1 more bytes, found the end"
    );
    assert_eq!(
        Btf::parse(&[0xeb, 0x9f]).unwrap_err().to_string(),
        ".BTF at byte 0: expected magic 0xeb9f in little-endian order, found 0x9feb"
    );
}
