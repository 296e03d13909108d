//! What an object must be like before `aya-obj` sees it.

use hike_format::elf::Elf;

use super::ImageError;

/// Checks what `aya-obj` trusts: an unknown linkage of a variable is undefined behaviour
/// there, and it gives memory for whatever size a section claims.
pub(super) fn check(name: &str, bytes: &[u8]) -> Result<(), ImageError> {
    if !has_fair_sizes(bytes) {
        return Err(ImageError::Malformed(name.to_owned()));
    }
    let elf = Elf::parse(bytes).map_err(|error| ImageError::Elf {
        object: name.to_owned(),
        error: Box::new(error),
    })?;
    let no_types = || ImageError::NoTypes(name.to_owned());
    let types = elf.section(".BTF").ok_or_else(no_types)?.data;
    let checked = hike_format::btf::Btf::parse(types).and_then(|_| {
        let lines = elf.section(".BTF.ext");
        let lines = lines.map(|lines| hike_format::btf::BtfExt::parse(lines.data, types));
        lines.transpose()
    });
    checked.map(drop).map_err(|error| ImageError::Btf {
        object: name.to_owned(),
        error: Box::new(error),
    })
}

/// Largest section, in bytes.
const SECTION_LIMIT: u64 = 16 << 20;

/// Whether no section claims more memory than it may.
fn has_fair_sizes(bytes: &[u8]) -> bool {
    use object::read::{Object as _, ObjectSection as _};
    let file = object::read::elf::ElfFile64::<object::LittleEndian>::parse(bytes);
    file.is_ok_and(|file| {
        let mut sections = file.sections();
        sections.all(|section| section.size() <= SECTION_LIMIT)
    })
}
