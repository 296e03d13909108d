//! The types of BTF as values.

use std::fmt;

/// Number of a type; 0 is `void`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TypeId(pub u32);

impl TypeId {
    /// No type.
    pub const VOID: Self = Self(0);
}

impl fmt::Display for TypeId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}]", self.0)
    }
}

/// Every type of an object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Btf {
    types: Vec<Type>,
}

/// How the bits of an integer are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IntEncoding {
    /// Unsigned.
    Unsigned,
    /// Two's complement.
    Signed,
    /// A character.
    Char,
    /// 0 or 1.
    Bool,
}

/// What wraps another type without changing its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Modifier {
    /// `typedef`, named.
    Typedef,
    /// `volatile`
    Volatile,
    /// `const`
    Const,
    /// `restrict`
    Restrict,
    /// A tag, named.
    TypeTag,
}

/// Who sees a function or variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Linkage {
    /// Its object.
    Static,
    /// Every object.
    Global,
    /// Defined elsewhere.
    Extern,
}

/// A member of a struct or union.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Its name, empty for anonymous ones.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
    /// Offset from the start of the struct, in bits.
    pub bit_offset: u32,
    /// Width in bits of a bit field, else 0.
    pub bit_size: u8,
}

/// A parameter of a function.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedParam {
    /// Its name, empty for anonymous ones.
    pub name: String,
    /// Its type.
    pub ty: TypeId,
}

/// A variable in a section.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SectionVar {
    /// The variable's type, a [`Type::Var`].
    pub var: TypeId,
    /// Its offset in the section; compilers leave 0, the ELF symbol knows.
    pub offset: u32,
    /// Its size in bytes.
    pub size: u32,
}

/// An enumeration; `values` are of 32 bits, or of 64 when `wide`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnumType {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub size: u32,
    /// Whether its values are signed.
    pub signed: bool,
    /// `BTF_KIND_ENUM64` instead of `BTF_KIND_ENUM`.
    pub wide: bool,
    /// Names and values, as bits.
    pub values: Vec<(String, u64)>,
}

/// One type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Type {
    /// An integer.
    Int {
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: u32,
        /// How it is read.
        encoding: IntEncoding,
        /// First bit used.
        offset: u8,
        /// Number of bits used.
        bits: u8,
    },
    /// A pointer.
    Pointer(TypeId),
    /// An array.
    Array {
        /// Type of its elements.
        element: TypeId,
        /// Type of its index.
        index: TypeId,
        /// Number of its elements.
        count: u32,
    },
    /// A struct or union.
    Composite {
        /// Its name.
        name: String,
        /// Members share their place.
        union: bool,
        /// Its size in bytes.
        size: u32,
        /// Its members in order.
        members: Vec<Member>,
    },
    /// An enumeration.
    Enum(EnumType),
    /// A struct or union declared only.
    Forward {
        /// Its name.
        name: String,
        /// It is a union.
        union: bool,
    },
    /// Another type, with a name or qualifier.
    Modified {
        /// How.
        modifier: Modifier,
        /// Name of a typedef or tag, else empty.
        name: String,
        /// The other type.
        target: TypeId,
    },
    /// A function.
    Func {
        /// Its name.
        name: String,
        /// Its prototype.
        proto: TypeId,
        /// Who sees it.
        linkage: Linkage,
    },
    /// A prototype.
    FuncProto {
        /// What it gives.
        result: TypeId,
        /// Its parameters in order.
        params: Vec<NamedParam>,
    },
    /// A variable.
    Var {
        /// Its name.
        name: String,
        /// Its type.
        ty: TypeId,
        /// Who sees it.
        linkage: Linkage,
    },
    /// A section of variables.
    Section {
        /// Its name.
        name: String,
        /// Its size in bytes; compilers leave 0, the ELF section knows.
        size: u32,
        /// Its variables in order.
        vars: Vec<SectionVar>,
    },
    /// A floating-point number.
    Float {
        /// Its name.
        name: String,
        /// Its size in bytes.
        size: u32,
    },
    /// A tag on a declaration.
    DeclTag {
        /// The tag.
        name: String,
        /// What it is on.
        target: TypeId,
        /// Index of the member or parameter, -1 for the whole.
        component: i32,
    },
}

impl Btf {
    /// No types.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a type and gives its number.
    pub fn add(&mut self, ty: Type) -> TypeId {
        self.types.push(ty);
        TypeId(self.types.len() as u32)
    }

    /// Adds an integer type that uses all its bytes.
    pub fn add_int(&mut self, name: &str, bytes: u8, encoding: IntEncoding) -> TypeId {
        self.add(Type::Int {
            name: name.to_owned(),
            size: bytes.into(),
            encoding,
            offset: 0,
            bits: bytes.saturating_mul(8),
        })
    }

    /// The type of this number; none for `void` and for numbers beyond the last.
    pub fn get(&self, id: TypeId) -> Option<&Type> {
        self.types.get((id.0 as usize).checked_sub(1)?)
    }

    /// Every type with its number, in order.
    pub fn iter(&self) -> impl Iterator<Item = (TypeId, &Type)> {
        (1..).map(TypeId).zip(&self.types)
    }

    pub(super) fn types_mut(&mut self) -> &mut [Type] {
        &mut self.types
    }

    /// Number of types, `void` not counted.
    pub fn len(&self) -> usize {
        self.types.len()
    }

    /// Whether there is no type.
    pub fn is_empty(&self) -> bool {
        self.types.is_empty()
    }

    /// The type below typedefs, qualifiers and tags; none at `void` or in a cycle.
    pub fn peel(&self, mut id: TypeId) -> Option<(TypeId, &Type)> {
        for _ in 0..=self.types.len() {
            match self.get(id)? {
                Type::Modified { target, .. } => id = *target,
                ty => return Some((id, ty)),
            }
        }
        None
    }

    /// The variables of a section, as `(name, type, entry)`.
    pub fn section_vars(&self, section: &str) -> Vec<(&str, TypeId, SectionVar)> {
        let vars = self.types.iter().filter_map(|ty| match ty {
            Type::Section { name, vars, .. } if name == section => Some(vars),
            _ => None,
        });
        vars.flatten()
            .filter_map(|entry| self.var(*entry))
            .collect()
    }

    fn var(&self, entry: SectionVar) -> Option<(&str, TypeId, SectionVar)> {
        match self.get(entry.var)? {
            Type::Var { name, ty, .. } => Some((name, *ty, entry)),
            _ => None,
        }
    }

    /// The function of this name: its number and its prototype.
    pub fn function(&self, name: &str) -> Option<(TypeId, &Type)> {
        self.iter().find_map(|(id, ty)| match ty {
            Type::Func {
                name: found, proto, ..
            } if found == name => Some((id, self.get(*proto)?)),
            _ => None,
        })
    }
}

impl Type {
    /// Its name; empty for types without one.
    pub fn name(&self) -> &str {
        match self {
            Self::Int { name, .. }
            | Self::Composite { name, .. }
            | Self::Forward { name, .. }
            | Self::Modified { name, .. }
            | Self::Func { name, .. }
            | Self::Var { name, .. }
            | Self::Section { name, .. }
            | Self::Float { name, .. }
            | Self::DeclTag { name, .. } => name,
            Self::Enum(ty) => &ty.name,
            Self::Pointer(_) | Self::Array { .. } | Self::FuncProto { .. } => "",
        }
    }

    /// Calls `visit` with every type number it holds.
    pub(crate) fn references(&self, mut visit: impl FnMut(TypeId)) {
        match self {
            Self::Pointer(target)
            | Self::Modified { target, .. }
            | Self::DeclTag { target, .. }
            | Self::Func { proto: target, .. }
            | Self::Var { ty: target, .. } => visit(*target),
            Self::Array { element, index, .. } => [*element, *index].into_iter().for_each(visit),
            Self::Composite { members, .. } => members.iter().for_each(|member| visit(member.ty)),
            Self::FuncProto { result, params } => {
                visit(*result);
                params.iter().for_each(|param| visit(param.ty));
            }
            Self::Section { vars, .. } => vars.iter().for_each(|entry| visit(entry.var)),
            Self::Int { .. } | Self::Enum(_) | Self::Forward { .. } | Self::Float { .. } => {}
        }
    }

    /// Calls `visit` with every type number it holds, to change it.
    pub(super) fn references_mut(&mut self, mut visit: impl FnMut(&mut TypeId)) {
        match self {
            Self::Pointer(target)
            | Self::Modified { target, .. }
            | Self::DeclTag { target, .. }
            | Self::Func { proto: target, .. }
            | Self::Var { ty: target, .. } => visit(target),
            Self::Array { element, index, .. } => [element, index].into_iter().for_each(visit),
            Self::Composite { members, .. } => {
                members.iter_mut().for_each(|member| visit(&mut member.ty));
            }
            Self::FuncProto { result, params } => {
                visit(result);
                params.iter_mut().for_each(|param| visit(&mut param.ty));
            }
            Self::Section { vars, .. } => vars.iter_mut().for_each(|entry| visit(&mut entry.var)),
            Self::Int { .. } | Self::Enum(_) | Self::Forward { .. } | Self::Float { .. } => {}
        }
    }
}
