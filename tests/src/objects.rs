//! The objects of the repository, each loaded beside a VM.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hike_abi::vm_maps;
use hike_loader::image::{Image, ImageError};
use hike_loader::kernel::{Kernel, Linux, Result};
use hike_loader::sys::map::Map;
use hike_loader::vm::Vm;

use crate::tools::repository;

/// Every object with a program: the VM's, then the packages', by path.
///
/// # Panics
/// When the repository is not whole.
pub fn shipped() -> Vec<PathBuf> {
    let packages = entries(&repository().join("packages"));
    let folders = packages
        .into_iter()
        .chain([repository().join("hike-ebpf")])
        .map(|folder| folder.join("objects"))
        .filter(|folder| folder.is_dir());
    let objects = folders.flat_map(|folder| entries(&folder));
    let mut objects: Vec<PathBuf> = objects.filter(|path| has_program(path)).collect();
    objects.sort();
    objects
}

/// Not so for functions that others are linked with, and for programs that get the VM's
/// part only when they are linked.
fn has_program(path: &Path) -> bool {
    let bytes = std::fs::read(path).expect("an object");
    let image = Image::parse(&shown(path), None, &bytes);
    !matches!(image, Err(ImageError::NoEntry { .. }))
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).expect("a folder of the repository");
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// What tables call an object: `packages/meter/ip6_sd_meter.o`.
pub fn shown(path: &Path) -> String {
    let path = path.strip_prefix(repository()).unwrap_or(path);
    path.display().to_string().replace("/objects/", "/")
}

/// Reads an object.
///
/// # Panics
/// When it is none: the repository's are.
pub fn image(path: &Path) -> Image {
    let bytes = std::fs::read(path).expect("an object");
    Image::parse(&shown(path), None, &bytes).expect("a program")
}

/// Loads an object with a VM's maps and maps of its own.
///
/// # Errors
/// When the kernel refuses it.
pub fn load(image: &Image, vm: &Vm<Linux>) -> Result<<Linux as Kernel>::Program> {
    let mut kernel = Linux;
    let types = kernel.load_types(image)?;
    let own = own_maps(&mut kernel, image, &types)?;
    let maps = vm.maps().map(|(name, map)| (name.to_owned(), map));
    let own = own.iter().map(|(name, map)| (name.clone(), map));
    kernel.load_program(image, &maps.chain(own).collect(), &types)
}

fn own_maps(
    kernel: &mut Linux,
    image: &Image,
    types: &<Linux as Kernel>::Types,
) -> Result<BTreeMap<String, Map>> {
    let mut maps = BTreeMap::new();
    for (name, spec) in image.maps() {
        if !vm_maps::ALL.contains(&name.as_str()) {
            maps.insert(name.clone(), kernel.create_map(spec, types)?);
        }
    }
    for (name, data) in image.data() {
        let map = kernel.create_map(&data.spec, types)?;
        kernel.update(&map, &[0; 4], &data.bytes)?;
        kernel.freeze(&map)?;
        maps.insert(name.clone(), map);
    }
    Ok(maps)
}
