//! Type and line information of a fused program: what the kernel shows of it when it is
//! dumped or refused.

use hike_format::btf::{
    Btf, BtfExt, FuncInfo, IntEncoding, LineInfo, Linkage, NamedParam, Type, TypeId, encode,
};

use crate::fuse::asm::{Code, Origin, Span};

/// The largest line and column BTF has room for.
const MAX_LINE: u32 = (1 << 22) - 1;
const MAX_COLUMN: u32 = (1 << 10) - 1;

/// The sections `.BTF` and `.BTF.ext`.
pub fn sections(forms: &[(&str, Code)]) -> (Vec<u8>, Vec<u8>) {
    let mut btf = Btf::new();
    let mut ext = BtfExt::default();
    let proto = prototype(&mut btf);
    for (section, code) in forms {
        for span in &code.functions {
            ext.functions.push(FuncInfo {
                section: (*section).to_owned(),
                offset: span.start as u32 * 8,
                ty: function(&mut btf, span, proto),
            });
        }
        ext.lines.extend(lines(section, code));
    }
    encode(&btf, &ext)
}

/// What all functions of fused programs are like for the kernel, which looks at static
/// functions only where they are called.
fn prototype(btf: &mut Btf) -> TypeId {
    let int = btf.add_int("int", 4, IntEncoding::Signed);
    let pointer = btf.add(Type::Pointer(TypeId::VOID));
    let param = |name: &str| NamedParam {
        name: name.to_owned(),
        ty: pointer,
    };
    btf.add(Type::FuncProto {
        result: int,
        params: vec![param("ctx"), param("call")],
    })
}

fn function(btf: &mut Btf, span: &Span, proto: TypeId) -> TypeId {
    btf.add(Type::Func {
        name: span.name.clone(),
        proto,
        linkage: Linkage::Static,
    })
}

/// One record where the line changes, and one at the start of each function: the kernel
/// wants to know where every function comes from.
fn lines(section: &str, code: &Code) -> Vec<LineInfo> {
    let mut places: Vec<(usize, Option<&Origin>)> = Vec::new();
    let origins = code.origins.iter();
    places.extend(origins.map(|(slot, origin)| (*slot, Some(&**origin))));
    let starts = code.functions.iter().map(|span| span.start);
    places.extend(starts.map(|start| (start, None)));
    // Where a function starts with a line of its own, that one comes first.
    places.sort_by_key(|(slot, origin)| (*slot, origin.is_none()));
    places.dedup_by_key(|(slot, _)| *slot);
    let mut last = None;
    let lines = places.into_iter().map(|(slot, origin)| {
        last = origin.or(last);
        line(section, slot, last)
    });
    lines.collect()
}

fn line(section: &str, slot: usize, origin: Option<&Origin>) -> LineInfo {
    let place = origin.map(|origin| &origin.place);
    // Sources of programs are seldom at hand where their objects are built, and kernels
    // before 6.9 show nothing but the text.
    let text = origin.map_or_else(String::new, |origin| match &*origin.text {
        "" => format!("{}:{}", origin.place.file, origin.place.line),
        text => text.to_owned(),
    });
    LineInfo {
        section: section.to_owned(),
        offset: slot as u32 * 8,
        file: place.map_or_else(String::new, |place| place.file.clone()),
        text,
        line: place.map_or(0, |place| place.line.min(MAX_LINE)),
        column: place.map_or(0, |place| place.column.min(MAX_COLUMN)),
    }
}
