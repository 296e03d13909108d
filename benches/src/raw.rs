//! The hand-written programs in the kernel, `benches/raw`: maps of one name are one map.

use std::collections::BTreeMap;

use hike_loader::image::Image;
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::sys::map::Map;
use hike_tests::tools::repository;

/// A loaded program.
pub type Program = <Linux as Kernel>::Program;
/// The section of configuration variables.
const CONFIG: &str = ".rodata.config";

/// Programs and the maps they share.
#[derive(Default)]
pub struct Raw {
    maps: BTreeMap<String, Map>,
}

impl Raw {
    /// Loads a program; `config` is the value of its configuration variable, if it has one.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn load(&mut self, name: &str, config: Option<u32>) -> Program {
        let path = repository().join(format!("benches/objects/{name}.o"));
        let bytes = std::fs::read(&path).expect("an object");
        let mut image = Image::parse(name, None, &bytes).expect("a program");
        if let Some(value) = config {
            let set = image.set(CONFIG, 0, &value.to_ne_bytes());
            set.expect("a configuration variable");
        }
        self.load_image(&image)
    }

    fn load_image(&mut self, image: &Image) -> Program {
        let mut kernel = Linux;
        let types = kernel.load_types(image).expect("types");
        for (name, spec) in image.maps() {
            self.maps
                .entry(name.clone())
                .or_insert_with(|| kernel.create_map(spec, &types).expect("a map"));
        }
        let data: BTreeMap<String, Map> = image
            .data()
            .iter()
            .map(|(name, data)| {
                let map = kernel.create_map(&data.spec, &types).expect("data");
                map.update(&[0; 4], &data.bytes).expect("its bytes");
                kernel.freeze(&map).expect("constant data");
                (name.clone(), map)
            })
            .collect();
        let maps = self.maps.iter().chain(&data);
        let maps = maps.map(|(name, map)| (name.clone(), map)).collect();
        let program = kernel.load_program(image, &maps, &types);
        program.unwrap_or_else(|error| panic!("{error}\n{}", error.verifier_log().unwrap_or("")))
    }

    /// A map that a loaded program has.
    ///
    /// # Panics
    /// When none has it.
    pub fn map(&self, name: &str) -> &Map {
        &self.maps[name]
    }

    /// Puts a program into an array of programs.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn set(&self, array: &str, index: u32, program: &impl std::os::fd::AsRawFd) {
        let fd = program.as_raw_fd().to_ne_bytes();
        let updated = self.map(array).update(&index.to_ne_bytes(), &fd);
        updated.expect("a program in its array");
    }
}
