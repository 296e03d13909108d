//! Objects on their way into the kernel: configured, with their maps made.

use std::collections::BTreeMap;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use hike_format::{ProgramObject, Symbol, SymbolKind};
use hike_ld::complete::complete;
use hike_loader::image::{Data, Image};
use hike_loader::sys::map::Map;
use hike_loader::sys::{btf, program};
use hike_loader::vm::Executor;

use super::Setting;
use crate::tools::repository;

/// An object of the repository, its variables set.
pub struct Object {
    /// Where it comes from, for messages.
    name: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// What is loaded of it.
    image: Image,
    /// Its types in the kernel.
    types: OwnedFd,
    /// Its data sections by name.
    pub data: BTreeMap<String, Map>,
}

impl Object {
    /// Reads an object and sets those of the variables that it has; its maps are those of
    /// the same name, or new ones.
    ///
    /// # Panics
    /// When it is not there or the kernel does not take its types and maps.
    pub fn open(path: &str, settings: &[Setting<'_>], maps: &mut BTreeMap<String, Map>) -> Self {
        let file = repository().join(path);
        let bytes = std::fs::read(file).unwrap_or_else(|error| panic!("{path}: {error}"));
        let bytes = completed(bytes);
        let mut image = Image::parse(path, None, &bytes).expect("a program object");
        configure(&mut image, &bytes, settings);
        let types = btf::load(image.types()).expect("type information");
        for (name, spec) in image.maps() {
            maps.entry(name.clone())
                .or_insert_with(|| Map::create(spec, Some(types.as_fd())).expect("a map"));
        }
        Self {
            name: path.to_owned(),
            data: image.data().iter().map(create_data).collect(),
            bytes,
            image,
            types,
        }
    }

    /// The names of its maps.
    pub fn map_names(&self) -> impl Iterator<Item = &String> {
        self.image.maps().keys()
    }

    /// Loads its entry for the VM.
    ///
    /// # Panics
    /// When the kernel does not take it: the message has the verifier's words.
    pub fn load(&self, maps: &BTreeMap<String, Map>) -> OwnedFd {
        let loaded = self.try_load(maps);
        loaded.unwrap_or_else(|refusal| panic!("{}: {}\n{}", self.name, refusal.error, refusal.log))
    }

    fn try_load(&self, maps: &BTreeMap<String, Map>) -> Result<OwnedFd, program::Refusal> {
        let used = self.map_names().map(|name| (name, &maps[name]));
        let fds = used
            .chain(&self.data)
            .map(|(name, map)| (name.clone(), map.as_fd().as_raw_fd()));
        let linked = self.image.link(&fds.collect()).expect("a linked program");
        let code = program::Code {
            name: self.image.entry(),
            instructions: &linked.instructions,
            license: &linked.license,
            functions: program::Records {
                bytes: &linked.functions.0,
                size: linked.functions.1,
            },
            lines: program::Records {
                bytes: &linked.lines.0,
                size: linked.lines.1,
            },
        };
        program::load(&code, Some(self.types.as_fd()))
    }
}

/// Loads the first executor that the kernel takes; its maps, the VM's, are among those made.
pub fn load_executor(maps: &mut BTreeMap<String, Map>) -> OwnedFd {
    let mut executors = Executor::ALL.iter().map(|executor| {
        let path = format!("hike-ebpf/objects/{}.o", executor.name());
        Object::open(&path, &[], maps).try_load(maps)
    });
    let taken = executors.find_map(Result::ok);
    taken.expect("an executor that the kernel takes")
}

/// The object's file of a program or loader, `package/name`.
pub fn path(name: &str) -> String {
    let (package, program) = split(name);
    format!("packages/{package}/objects/{program}.o")
}

/// The symbol of a program or loader, `package/name`.
pub fn symbol(kind: SymbolKind, name: &str) -> Symbol {
    let (package, program) = split(name);
    Symbol::new(kind, package, program).expect("a symbol")
}

fn split(name: &str) -> (&str, &str) {
    name.split_once('/').expect("package/program")
}

/// A program with its function for the VM, which one in C gets from the linker.
fn completed(bytes: Vec<u8>) -> Vec<u8> {
    if !ProgramObject::is_one(&bytes) {
        return bytes;
    }
    let object = ProgramObject::parse(bytes).expect("a HIKe object");
    complete(object).expect("a complete object").bytes
}

fn configure(image: &mut Image, bytes: &[u8], settings: &[Setting<'_>]) {
    if settings.is_empty() {
        return;
    }
    let object = ProgramObject::parse(bytes.to_vec()).expect("a HIKe object");
    for (name, value) in settings {
        let Some(variable) = object.signature.config_var(name) else {
            continue;
        };
        let value = &value.to_ne_bytes()[..usize::from(variable.ty.bits / 8)];
        image
            .set(&variable.section, variable.offset, value)
            .expect("a variable");
    }
}

fn create_data((name, data): (&String, &Data)) -> (String, Map) {
    let map = Map::create(&data.spec, None).expect("a data section");
    map.update(&0_u32.to_ne_bytes(), &data.bytes)
        .expect("its bytes");
    if data.read_only {
        map.freeze().expect("a frozen map");
    }
    (name.clone(), map)
}
