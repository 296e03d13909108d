//! Program and loader objects: an eBPF object and the signature its BTF holds.

mod config;
mod error;
mod map;
mod sig;

pub use error::{ConfigProblem, MapProblem, ObjectError, SignatureProblem};

use crate::btf::Btf;
use crate::elf::Elf;
use crate::signature::{ObjectKind, Signature};

/// Sections whose variable `hike_sig_NAME` is the signature.
const SIGNATURE_SECTIONS: [(&str, ObjectKind); 2] = [
    (".hike.program", ObjectKind::Program),
    (".hike.loader", ObjectKind::Loader),
];
const SIGNATURE_PREFIX: &str = "hike_sig_";
/// What precedes a name in the name of the variable with its documentation.
const DOC_PREFIX: &str = "hike_doc_";
/// The section of the logic alone.
pub const LOGIC_SECTION: &str = ".text";
/// The section of the functions that the kernel loads.
pub const XDP_SECTION: &str = "xdp";
/// What precedes a program's name in the name of its function for the VM.
pub const VM_PREFIX: &str = "hike_vm_";

/// An object with one program or loader.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProgramObject {
    /// Its interface.
    pub signature: Signature,
    /// The licence the kernel is told.
    pub license: String,
    /// Whether it has the function for the VM. A compiler that knows nothing of the VM makes
    /// the logic alone, and the linker completes it.
    pub complete: bool,
    /// The ELF file.
    pub bytes: Vec<u8>,
}

impl ProgramObject {
    /// Reads an object.
    ///
    /// # Errors
    /// When the bytes are no eBPF object, or its BTF does not describe one program or loader.
    pub fn parse(bytes: impl Into<Vec<u8>>) -> Result<Self, ObjectError> {
        let bytes = bytes.into();
        let elf = Elf::parse(&bytes)?;
        let btf = elf.section(".BTF").ok_or(ObjectError::NoSection(".BTF"))?;
        let btf = Btf::parse(btf.data)?;
        let signature = signature(&elf, &btf)?;
        let complete = is_complete(&elf, &signature)?;
        let license = elf.section("license").map(|section| text(section.data));
        Ok(Self {
            license: license.transpose()?.unwrap_or_default(),
            complete,
            signature,
            bytes,
        })
    }

    /// Whether bytes are an eBPF object with a section of program or loader signatures.
    pub fn is_one(bytes: &[u8]) -> bool {
        let Ok(elf) = Elf::parse(bytes) else {
            return false;
        };
        SIGNATURE_SECTIONS
            .iter()
            .any(|(section, _)| elf.section(section).is_some())
    }
}

fn signature(elf: &Elf<'_>, btf: &Btf) -> Result<Signature, ObjectError> {
    let found = SIGNATURE_SECTIONS.iter().flat_map(|(section, kind)| {
        let vars = btf.section_vars(section).into_iter();
        vars.filter_map(move |(name, ty, _)| {
            Some((name.strip_prefix(SIGNATURE_PREFIX)?, ty, *kind))
        })
    });
    let found: Vec<_> = found.collect();
    let [(name, ty, kind)] = found[..] else {
        let names = found.iter().map(|(name, _, _)| format!("`{name}`"));
        return Err(ObjectError::Signatures(names.collect()));
    };
    let (result, params) = sig::read(btf, name, ty)?;
    Ok(Signature {
        kind,
        name: name.to_owned(),
        doc: doc(elf, name)?,
        params,
        result,
        config: config::read(elf, btf)?,
        maps: map::read(elf, btf)?,
    })
}

/// Whether the function that the kernel loads is there; if not, the logic must be.
fn is_complete(elf: &Elf<'_>, signature: &Signature) -> Result<bool, ObjectError> {
    let mut functions = elf
        .symbols()
        .iter()
        .filter(|symbol| symbol.function && symbol.section.as_deref() == Some(XDP_SECTION));
    let expected = match signature.kind {
        ObjectKind::Loader if functions.next().is_some() => return Ok(true),
        ObjectKind::Loader => signature.name.clone(),
        ObjectKind::Program => format!("{VM_PREFIX}{}", signature.name),
    };
    if functions.any(|symbol| symbol.name == expected) {
        return Ok(true);
    }
    let logic = elf.symbol(&signature.name).filter(|logic| logic.function);
    match logic.and_then(|logic| logic.section.as_deref()) {
        Some(LOGIC_SECTION) => Ok(false),
        _ => Err(ObjectError::NoEntry(expected)),
    }
}

/// The documentation of a program or loader, of `config_NAME` or of `map_NAME`.
fn doc(elf: &Elf<'_>, name: &str) -> Result<String, ObjectError> {
    let data = elf.symbol_data(&format!("{DOC_PREFIX}{name}"));
    Ok(data.map(text).transpose()?.unwrap_or_default())
}

/// A text that may end with a zero byte.
fn text(bytes: &[u8]) -> Result<String, ObjectError> {
    let end = bytes.iter().position(|byte| *byte == 0);
    let bytes = &bytes[..end.unwrap_or(bytes.len())];
    let text = std::str::from_utf8(bytes).map_err(|_| ObjectError::Text)?;
    Ok(text.to_owned())
}
