//! Bytes of `.BTF` to types.

use super::strings::Strings;
use super::types::{
    Btf, EnumType, IntEncoding, Linkage, Member, Modifier, NamedParam, SectionVar, Type, TypeId,
};
use super::{BtfError, Problem};

/// The two bytes every BTF section starts with.
pub(super) const MAGIC: u16 = 0xeb9f;
/// Length of the header this crate writes, `struct btf_header`.
pub(super) const HEADER_LEN: usize = 24;

/// A position in a section.
#[derive(Clone, Copy)]
pub(super) struct Cursor<'a> {
    bytes: &'a [u8],
    section: &'static str,
    /// The next byte.
    pub at: usize,
}

impl<'a> Cursor<'a> {
    /// The start of a section.
    pub fn new(section: &'static str, bytes: &'a [u8]) -> Self {
        Self {
            bytes,
            section,
            at: 0,
        }
    }

    /// An error at the position.
    pub fn error(&self, problem: Problem) -> BtfError {
        self.error_at(self.at, problem)
    }

    /// An error at an offset.
    pub fn error_at(&self, offset: usize, problem: Problem) -> BtfError {
        BtfError {
            section: self.section,
            offset,
            problem,
        }
    }

    /// The next bytes.
    pub fn take(&mut self, len: usize) -> Result<&'a [u8], BtfError> {
        let end = self.at.checked_add(len);
        let taken = end.and_then(|end| self.bytes.get(self.at..end));
        let taken = taken.ok_or(self.error(Problem::Truncated { expected: len }))?;
        self.at += len;
        Ok(taken)
    }

    /// The next `u32`.
    pub fn u32(&mut self) -> Result<u32, BtfError> {
        let mut word = [0; 4];
        word.copy_from_slice(self.take(4)?);
        Ok(u32::from_le_bytes(word))
    }

    fn u16(&mut self) -> Result<u16, BtfError> {
        let mut half = [0; 2];
        half.copy_from_slice(self.take(2)?);
        Ok(u16::from_le_bytes(half))
    }

    fn u8(&mut self) -> Result<u8, BtfError> {
        Ok(self.take(1)?[0])
    }

    /// Magic, version, flags and header length, which start both sections.
    pub fn preamble(&mut self) -> Result<usize, BtfError> {
        let found = self.u16()?;
        if found != MAGIC {
            return Err(self.error_at(0, Problem::Magic { found }));
        }
        let found = self.u8()?;
        if found != 1 {
            return Err(self.error_at(2, Problem::Version { found }));
        }
        self.take(1)?;
        Ok(self.u32()? as usize)
    }

    /// The part that offset and length at the position describe, from `base` on; its
    /// cursor counts from the start of the section.
    pub fn part(&mut self, base: usize, name: &'static str) -> Result<Cursor<'a>, BtfError> {
        let place = self.at;
        let (offset, len) = (self.u32()? as usize, self.u32()? as usize);
        let range = base
            .checked_add(offset)
            .and_then(|start| Some((start, start.checked_add(len)?)))
            .filter(|(_, end)| *end <= self.bytes.len());
        let (start, end) =
            range.ok_or(self.error_at(place, Problem::OutOfSection { part: name }))?;
        Ok(Cursor {
            bytes: &self.bytes[..end],
            section: self.section,
            at: start,
        })
    }

    /// Whether the part is read.
    pub fn is_done(&self) -> bool {
        self.at >= self.bytes.len()
    }

    /// What is left.
    pub fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }
}

/// The strings of a `.BTF` section.
pub(super) fn strings(bytes: &[u8]) -> Result<Strings<'_>, BtfError> {
    parts(bytes).map(|(_, strings)| strings)
}

fn parts(bytes: &[u8]) -> Result<(Cursor<'_>, Strings<'_>), BtfError> {
    let mut header = Cursor::new(".BTF", bytes);
    let base = header.preamble()?;
    let types = header.part(base, "types")?;
    let strings = header.part(base, "strings")?;
    Ok((types, Strings(strings.rest())))
}

impl Btf {
    /// Reads a `.BTF` section.
    ///
    /// # Errors
    /// When the bytes are no BTF of version 1 in little-endian order, or a type names a
    /// type or string that is not there.
    pub fn parse(bytes: &[u8]) -> Result<Self, BtfError> {
        let (types, strings) = parts(bytes)?;
        let mut reader = Reader { types, strings };
        let mut btf = Self::new();
        let mut places = Vec::new();
        while !reader.types.is_done() {
            places.push(reader.types.at);
            btf.add(reader.one()?);
        }
        check_references(&btf, &places, &reader.types)?;
        Ok(btf)
    }
}

fn check_references(btf: &Btf, places: &[usize], at: &Cursor<'_>) -> Result<(), BtfError> {
    let last = btf.len();
    for ((_, ty), place) in btf.iter().zip(places) {
        let mut bad = None;
        ty.references(|id| bad = bad.or((id.0 as usize > last).then_some(id)));
        if let Some(id) = bad {
            return Err(at.error_at(*place, Problem::TypeId { id, last }));
        }
    }
    Ok(())
}

/// `struct btf_type`, its fields apart.
struct Head {
    place: usize,
    name: String,
    kind: u8,
    flag: bool,
    count: u16,
    /// Size in bytes or number of a type.
    data: u32,
}

struct Reader<'a> {
    types: Cursor<'a>,
    strings: Strings<'a>,
}

impl Reader<'_> {
    fn one(&mut self) -> Result<Type, BtfError> {
        let head = self.head()?;
        match head.kind {
            1 => self.int(head),
            2 => Ok(Type::Pointer(TypeId(head.data))),
            3 => self.array(),
            4 | 5 => self.composite(head),
            6 | 19 => self.enumeration(head),
            7 => Ok(Type::Forward {
                name: head.name,
                union: head.flag,
            }),
            8..=11 | 18 => Ok(modified(head)),
            12 => self.func(head),
            13 => self.func_proto(head),
            14 => self.var(head),
            15 => self.section(head),
            16 => Ok(Type::Float {
                name: head.name,
                size: head.data,
            }),
            17 => self.decl_tag(head),
            found => Err(self.types.error_at(head.place, Problem::Kind { found })),
        }
    }

    fn head(&mut self) -> Result<Head, BtfError> {
        let place = self.types.at;
        let name = self.string()?;
        let info = self.types.u32()?;
        Ok(Head {
            place,
            name,
            kind: (info >> 24) as u8 & 0x1f,
            flag: info >> 31 == 1,
            count: info as u16,
            data: self.types.u32()?,
        })
    }

    fn string(&mut self) -> Result<String, BtfError> {
        let place = self.types.at;
        let at = self.types.u32()?;
        let text = self.strings.get(at);
        let text = text.map_err(|problem| self.types.error_at(place, problem))?;
        Ok(text.to_owned())
    }

    fn type_id(&mut self) -> Result<TypeId, BtfError> {
        self.types.u32().map(TypeId)
    }

    fn invalid(&self, what: &'static str, found: u32) -> BtfError {
        self.types.error(Problem::Value { what, found })
    }

    fn int(&mut self, head: Head) -> Result<Type, BtfError> {
        let word = self.types.u32()?;
        let encoding = match word >> 24 & 0xf {
            0 => IntEncoding::Unsigned,
            1 => IntEncoding::Signed,
            2 | 3 => IntEncoding::Char,
            4 => IntEncoding::Bool,
            found => return Err(self.invalid("encoding of an integer", found)),
        };
        // 0 is what compilers of Rust write for `()`.
        if head.data > 16 {
            return Err(self.invalid("size of an integer", head.data));
        }
        Ok(Type::Int {
            name: head.name,
            size: head.data,
            encoding,
            offset: (word >> 16) as u8,
            bits: word as u8,
        })
    }

    fn array(&mut self) -> Result<Type, BtfError> {
        Ok(Type::Array {
            element: self.type_id()?,
            index: self.type_id()?,
            count: self.types.u32()?,
        })
    }

    fn composite(&mut self, head: Head) -> Result<Type, BtfError> {
        let members = (0..head.count)
            .map(|_| self.member(head.flag))
            .collect::<Result<_, _>>()?;
        Ok(Type::Composite {
            name: head.name,
            union: head.kind == 5,
            size: head.data,
            members,
        })
    }

    fn member(&mut self, has_bit_size: bool) -> Result<Member, BtfError> {
        let (name, ty, word) = (self.string()?, self.type_id()?, self.types.u32()?);
        let (bit_offset, bit_size) = if has_bit_size {
            (word & 0xff_ffff, (word >> 24) as u8)
        } else {
            (word, 0)
        };
        Ok(Member {
            name,
            ty,
            bit_offset,
            bit_size,
        })
    }

    fn enumeration(&mut self, head: Head) -> Result<Type, BtfError> {
        let wide = head.kind == 19;
        let values = (0..head.count)
            .map(|_| self.enum_value(wide, head.flag))
            .collect::<Result<_, _>>()?;
        Ok(Type::Enum(EnumType {
            name: head.name,
            size: head.data,
            signed: head.flag,
            wide,
            values,
        }))
    }

    fn enum_value(&mut self, wide: bool, signed: bool) -> Result<(String, u64), BtfError> {
        let name = self.string()?;
        let low = self.types.u32()?;
        let value = match (wide, signed) {
            (true, _) => u64::from(low) | u64::from(self.types.u32()?) << 32,
            (false, true) => low as i32 as i64 as u64,
            (false, false) => low.into(),
        };
        Ok((name, value))
    }

    fn linkage(&self, number: u32) -> Result<Linkage, BtfError> {
        match number {
            0 => Ok(Linkage::Static),
            1 => Ok(Linkage::Global),
            2 => Ok(Linkage::Extern),
            found => Err(self.invalid("linkage", found)),
        }
    }

    fn func(&mut self, head: Head) -> Result<Type, BtfError> {
        Ok(Type::Func {
            linkage: self.linkage(head.count.into())?,
            name: head.name,
            proto: TypeId(head.data),
        })
    }

    fn func_proto(&mut self, head: Head) -> Result<Type, BtfError> {
        let param = |reader: &mut Self| {
            Ok(NamedParam {
                name: reader.string()?,
                ty: reader.type_id()?,
            })
        };
        let params = (0..head.count).map(|_| param(self));
        Ok(Type::FuncProto {
            params: params.collect::<Result<_, _>>()?,
            result: TypeId(head.data),
        })
    }

    fn var(&mut self, head: Head) -> Result<Type, BtfError> {
        let linkage = self.types.u32()?;
        Ok(Type::Var {
            linkage: self.linkage(linkage)?,
            name: head.name,
            ty: TypeId(head.data),
        })
    }

    fn section(&mut self, head: Head) -> Result<Type, BtfError> {
        let entry = |reader: &mut Self| {
            Ok(SectionVar {
                var: reader.type_id()?,
                offset: reader.types.u32()?,
                size: reader.types.u32()?,
            })
        };
        let vars = (0..head.count).map(|_| entry(self));
        Ok(Type::Section {
            vars: vars.collect::<Result<_, _>>()?,
            name: head.name,
            size: head.data,
        })
    }

    fn decl_tag(&mut self, head: Head) -> Result<Type, BtfError> {
        Ok(Type::DeclTag {
            component: self.types.u32()? as i32,
            name: head.name,
            target: TypeId(head.data),
        })
    }
}

fn modified(head: Head) -> Type {
    let modifier = match head.kind {
        8 => Modifier::Typedef,
        9 => Modifier::Volatile,
        10 => Modifier::Const,
        11 => Modifier::Restrict,
        _ => Modifier::TypeTag,
    };
    Type::Modified {
        modifier,
        name: head.name,
        target: TypeId(head.data),
    }
}
