//! What loading each object takes.

use std::collections::BTreeMap;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use hike_abi::vm_maps;
use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::sys::map::Map;
use hike_loader::sys::program::verified_instructions;
use hike_loader::vm::Vm;
use hike_tests::tools::repository;

/// Loads of each object.
const LOADS: usize = 5;

/// Prints a row an object.
pub fn table() {
    println!("| object | verified instructions | load, ms |");
    println!("|---|---:|---:|");
    let vm = Vm::create(&mut Linux).expect("the VM");
    for path in objects() {
        let bytes = std::fs::read(&path).expect("an object");
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        let (instructions, milliseconds) = load(&name, &bytes, &vm.vm);
        println!("| {} | {instructions} | {milliseconds:.2} |", shown(&path));
    }
    println!();
}

fn shown(path: &Path) -> String {
    let path = path.strip_prefix(repository()).unwrap_or(path);
    path.display().to_string().replace("/objects/", "/")
}

/// The objects of the VM and of all packages, by path.
fn objects() -> Vec<PathBuf> {
    let packages = std::fs::read_dir(repository().join("packages")).expect("the packages");
    let mut folders: Vec<PathBuf> = packages
        .map(|entry| entry.expect("an entry").path())
        .collect();
    folders.push(repository().join("hike-ebpf"));
    let mut objects: Vec<PathBuf> = folders
        .iter()
        .flat_map(|folder| files(&folder.join("objects")))
        .collect();
    objects.sort();
    objects
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries
        .map(|entry| entry.expect("an entry").path())
        .collect()
}

/// Verified instructions, and the median time from parsed object to loaded program.
fn load(name: &str, bytes: &[u8], vm: &Vm<Linux>) -> (u32, f64) {
    let mut kernel = Linux;
    let image = Image::parse(name, None, bytes).expect("an object");
    let mut times = Vec::new();
    let mut instructions = 0;
    for _ in 0..LOADS {
        let start = Instant::now();
        let types = kernel.load_types(&image).expect("types");
        let own = own_maps(&mut kernel, &image, &types);
        let maps = vm.maps().map(|(name, map)| (name.to_owned(), map));
        let maps = maps
            .chain(own.iter().map(|(name, map)| (name.clone(), map)))
            .collect();
        let program = kernel
            .load_program(&image, &maps, &types)
            .expect("a program");
        times.push(start.elapsed().as_secs_f64() * 1e3);
        instructions = verified_instructions(program.as_fd()).expect("program information");
    }
    times.sort_by(f64::total_cmp);
    (instructions, times[LOADS / 2])
}

fn own_maps(
    kernel: &mut Linux,
    image: &Image,
    types: &<Linux as Kernel>::Types,
) -> BTreeMap<String, Map> {
    let own = image
        .maps()
        .iter()
        .filter(|(name, _)| !vm_maps::ALL.contains(&name.as_str()));
    let mut maps: BTreeMap<String, Map> = own
        .map(|(name, spec)| (name.clone(), kernel.create_map(spec, types).expect("a map")))
        .collect();
    for (name, data) in image.data() {
        let map = kernel.create_map(&data.spec, types).expect("a map of data");
        map.update(&[0; 4], &data.bytes).expect("data");
        kernel.freeze(&map).expect("constant data");
        maps.insert(name.clone(), map);
    }
    maps
}
