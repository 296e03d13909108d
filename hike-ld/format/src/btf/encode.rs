//! Types and line information to bytes.

use super::ext::{BtfExt, encode_ext};
use super::lines::{LineWriter, encode_ext_of};
use super::reader::{HEADER_LEN, MAGIC};
use super::strings::StringTable;
use super::types::{Btf, EnumType, IntEncoding, Linkage, Modifier, Type, TypeId};

/// The sections `.BTF` and `.BTF.ext`, which share their strings.
pub fn encode(btf: &Btf, ext: &BtfExt) -> (Vec<u8>, Vec<u8>) {
    with_types(btf, |strings| encode_ext(ext, strings))
}

/// The same for an object with one section of code, `section`. Its lines, about `most_lines`,
/// are written by `lines` one after the other, so that nobody has to own their texts.
pub fn encode_section<'a>(
    btf: &Btf,
    section: &str,
    functions: &[(u32, TypeId)],
    most_lines: usize,
    lines: impl FnOnce(&mut LineWriter<'_, 'a>),
) -> (Vec<u8>, Vec<u8>) {
    with_types(btf, |strings| {
        encode_ext_of(section, functions, most_lines, lines, strings)
    })
}

/// The section `.BTF`, and what belongs to `.BTF.ext`, whose strings come behind those of types.
fn with_types(btf: &Btf, ext: impl FnOnce(&mut StringTable) -> Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let mut strings = StringTable::new();
    let mut types = Writer {
        out: Vec::new(),
        strings: &mut strings,
    };
    for (_, ty) in btf.iter() {
        types.one(ty);
    }
    let types = types.out;
    let ext = ext(&mut strings);
    (section(&types, &strings.into_bytes()), ext)
}

fn section(types: &[u8], strings: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(HEADER_LEN + types.len() + strings.len());
    put_preamble(&mut out, HEADER_LEN);
    for word in [0, types.len(), types.len(), strings.len()] {
        put(&mut out, word as u32);
    }
    out.extend_from_slice(types);
    out.extend_from_slice(strings);
    out
}

/// Magic, version 1, no flags, header length.
pub(super) fn put_preamble(out: &mut Vec<u8>, header_len: usize) {
    out.extend_from_slice(&MAGIC.to_le_bytes());
    out.extend_from_slice(&[1, 0]);
    put(out, header_len as u32);
}

/// A little-endian word.
pub(super) fn put(out: &mut Vec<u8>, word: u32) {
    out.extend_from_slice(&word.to_le_bytes());
}

/// Fields of `struct btf_type`.
#[derive(Default)]
struct Head<'a> {
    name: &'a str,
    kind: u32,
    flag: bool,
    count: usize,
    data: u32,
}

struct Writer<'a> {
    out: Vec<u8>,
    strings: &'a mut StringTable,
}

impl Writer<'_> {
    fn one(&mut self, ty: &Type) {
        self.head(&head(ty));
        match ty {
            Type::Int {
                encoding,
                offset,
                bits,
                ..
            } => self.word(int_word(*encoding, *offset, *bits)),
            Type::Array {
                element,
                index,
                count,
            } => self.words([element.0, index.0, *count]),
            Type::Composite { .. } => self.members(ty),
            Type::Enum(ty) => self.enum_values(ty),
            Type::FuncProto { params, .. } => {
                for param in params {
                    self.string(&param.name);
                    self.word(param.ty.0);
                }
            }
            Type::Var { linkage, .. } => self.word(linkage_number(*linkage)),
            Type::Section { vars, .. } => {
                for entry in vars {
                    self.words([entry.var.0, entry.offset, entry.size]);
                }
            }
            Type::DeclTag { component, .. } => self.word(*component as u32),
            Type::Pointer(_)
            | Type::Forward { .. }
            | Type::Modified { .. }
            | Type::Func { .. }
            | Type::Float { .. } => {}
        }
    }

    fn word(&mut self, word: u32) {
        put(&mut self.out, word);
    }

    fn words(&mut self, words: [u32; 3]) {
        words.into_iter().for_each(|word| self.word(word));
    }

    fn string(&mut self, text: &str) {
        let offset = self.strings.intern(text);
        self.word(offset);
    }

    fn head(&mut self, head: &Head<'_>) {
        self.string(head.name);
        let flag = u32::from(head.flag) << 31;
        self.word(flag | head.kind << 24 | head.count as u16 as u32);
        self.word(head.data);
    }

    fn members(&mut self, ty: &Type) {
        let Type::Composite { members, .. } = ty else {
            return;
        };
        let flag = has_bit_fields(ty);
        for member in members {
            self.string(&member.name);
            let bit_size = if flag { member.bit_size } else { 0 };
            let word = member.bit_offset | u32::from(bit_size) << 24;
            self.word(member.ty.0);
            self.word(word);
        }
    }

    fn enum_values(&mut self, ty: &EnumType) {
        for (name, value) in &ty.values {
            self.string(name);
            self.word(*value as u32);
            if ty.wide {
                self.word((value >> 32) as u32);
            }
        }
    }
}

fn has_bit_fields(ty: &Type) -> bool {
    matches!(ty, Type::Composite { members, .. } if members.iter().any(|member| member.bit_size != 0))
}

fn head(ty: &Type) -> Head<'_> {
    let name = ty.name();
    let plain = |kind, data| Head {
        name,
        kind,
        data,
        ..Head::default()
    };
    match ty {
        Type::Int { size, .. } => plain(1, *size),
        Type::Pointer(target) => plain(2, target.0),
        Type::Array { .. } => plain(3, 0),
        Type::Composite {
            union,
            size,
            members,
            ..
        } => Head {
            flag: has_bit_fields(ty),
            count: members.len(),
            ..plain(4 + u32::from(*union), *size)
        },
        Type::Enum(enumeration) => Head {
            flag: enumeration.signed,
            count: enumeration.values.len(),
            ..plain(if enumeration.wide { 19 } else { 6 }, enumeration.size)
        },
        Type::Forward { union, .. } => Head {
            flag: *union,
            ..plain(7, 0)
        },
        Type::Modified {
            modifier, target, ..
        } => plain(modifier_kind(*modifier), target.0),
        Type::Func { proto, linkage, .. } => Head {
            count: linkage_number(*linkage) as usize,
            ..plain(12, proto.0)
        },
        Type::FuncProto { result, params } => Head {
            count: params.len(),
            ..plain(13, result.0)
        },
        Type::Var { ty, .. } => plain(14, ty.0),
        Type::Section { size, vars, .. } => Head {
            count: vars.len(),
            ..plain(15, *size)
        },
        Type::Float { size, .. } => plain(16, *size),
        Type::DeclTag { target, .. } => plain(17, target.0),
    }
}

fn int_word(encoding: IntEncoding, offset: u8, bits: u8) -> u32 {
    let encoding = match encoding {
        IntEncoding::Unsigned => 0,
        IntEncoding::Signed => 1,
        IntEncoding::Char => 2,
        IntEncoding::Bool => 4,
    };
    encoding << 24 | u32::from(offset) << 16 | u32::from(bits)
}

const fn linkage_number(linkage: Linkage) -> u32 {
    match linkage {
        Linkage::Static => 0,
        Linkage::Global => 1,
        Linkage::Extern => 2,
    }
}

const fn modifier_kind(modifier: Modifier) -> u32 {
    match modifier {
        Modifier::Typedef => 8,
        Modifier::Volatile => 9,
        Modifier::Const => 10,
        Modifier::Restrict => 11,
        Modifier::TypeTag => 18,
    }
}
