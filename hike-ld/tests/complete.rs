//! Logic that was compiled without the VM gets its function for it.

use std::path::Path;

use hike_format::ProgramObject;
use hike_format::btf::{Btf, BtfExt, Type};
use hike_format::elf::Elf;
use hike_ld::complete::{CompleteError, complete};
use proptest::prelude::*;

fn logic() -> Vec<u8> {
    let packages = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages");
    std::fs::read(packages.join("dpi/objects/dpi.o")).unwrap()
}

fn completed(bytes: Vec<u8>) -> Result<ProgramObject, CompleteError> {
    complete(ProgramObject::parse(bytes).unwrap())
}

#[test]
fn the_function_is_added_and_nothing_else_changes() {
    let before = ProgramObject::parse(logic()).unwrap();
    assert!(!before.complete);
    let after = completed(logic()).unwrap();
    assert!(after.complete);
    assert_eq!(after.signature, before.signature);
    let (old, new) = (
        Elf::parse(&before.bytes).unwrap(),
        Elf::parse(&after.bytes).unwrap(),
    );
    for section in [".text", ".rodata.config", ".hike.doc", "license"] {
        let data = |elf: &Elf<'_>| elf.section(section).unwrap().data.to_vec();
        assert_eq!(data(&old), data(&new), "{section}");
    }
    let entry = new.symbol("hike_vm_dpi").unwrap();
    assert_eq!(entry.section.as_deref(), Some("xdp"));
    assert_eq!(
        new.symbol_data("hike_vm_dpi"),
        new.section("xdp").map(|it| it.data)
    );
}

#[test]
fn the_same_logic_gives_the_same_bytes() {
    let first = completed(logic()).unwrap();
    assert_eq!(first.bytes, completed(logic()).unwrap().bytes);
    let again = complete(first.clone()).unwrap();
    assert_eq!(again, first, "what is complete stays as it is");
}

/// Lines start with the function and ascend, the VM's maps are declared.
#[test]
fn types_and_lines_are_as_the_kernel_wants_them() {
    let object = completed(logic()).unwrap();
    let elf = Elf::parse(&object.bytes).unwrap();
    let section = |name| elf.section(name).unwrap().data;
    let btf = Btf::parse(section(".BTF")).unwrap();
    let ext = BtfExt::parse(section(".BTF.ext"), section(".BTF")).unwrap();
    let function = ext.functions.iter().find(|it| it.section == "xdp").unwrap();
    assert_eq!(function.offset, 0);
    assert!(matches!(btf.get(function.ty), Some(Type::Func { name, .. }) if name == "hike_vm_dpi"));
    let lines = ext.lines.iter().filter(|line| line.section == "xdp");
    let offsets: Vec<u32> = lines.map(|line| line.offset).collect();
    assert_eq!(offsets[0], 0);
    assert!(offsets.is_sorted_by(|a, b| a < b), "{offsets:?}");
    let maps = btf.section_vars(".maps");
    let maps: Vec<&str> = maps.iter().map(|(name, ..)| *name).collect();
    let vm = [
        "hike_chains",
        "hike_executor",
        "hike_faults",
        "hike_programs",
        "hike_state",
    ];
    assert_eq!(maps[0], "dpi_patterns");
    assert_eq!(maps[1..], vm);
}

#[test]
fn relocations_by_the_kernels_types_are_refused() {
    let mut bytes = logic();
    let elf = Elf::parse(&bytes).unwrap();
    let ext = elf.section(".BTF.ext").unwrap().data;
    let start = ext.as_ptr() as usize - bytes.as_ptr() as usize;
    // The length of the relocations' part, the last word of the header.
    bytes[start + 28] = 16;
    let error = completed(bytes).unwrap_err();
    assert_eq!(error, CompleteError::CoreRelocations);
    assert!(error.to_string().contains("instead of `vmlinux.h`"));
}

proptest! {
    /// Whatever is in the object: a completed one or an error.
    #[test]
    fn damage_is_no_panic(place in 0usize..12_000, byte in any::<u8>()) {
        let mut bytes = logic();
        let place = place % bytes.len();
        bytes[place] = byte;
        if let Ok(object) = ProgramObject::parse(bytes) {
            let _ = complete(object);
        }
    }
}
