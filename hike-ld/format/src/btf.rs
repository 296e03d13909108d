//! BPF Type Format: types and line information of an object.
//!
//! The format is the kernel's, `Documentation/bpf/btf.rst`. [`Btf::parse`] and
//! [`BtfExt::parse`] read the two sections, [`encode()`] writes both; what is read is
//! checked, so that every [`TypeId`] in a [`Btf`] has a type.

mod encode;
mod error;
mod ext;
mod layout;
mod lines;
mod merge;
mod reader;
mod strings;
mod types;

pub use encode::{encode, encode_section};
pub use error::{BtfError, Problem};
pub use ext::{BtfExt, FuncInfo, KernelRecords, LineInfo, has_core_relocations, line_of};
pub use layout::{LayoutError, layout};
pub use lines::{Line, LineWriter};
pub use types::{
    Btf, EnumType, IntEncoding, Linkage, Member, Modifier, NamedParam, SectionVar, Type, TypeId,
};
