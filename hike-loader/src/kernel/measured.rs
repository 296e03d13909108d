//! A kernel whose calls are timed.

use std::collections::BTreeMap;
use std::path::Path;

use hike_format::native::Guard;
use hike_format::script::AttachMode;

use super::{Entry, Kernel, Pinned, Result};
use crate::image::Image;
use crate::native::{Native, Place};
use crate::sys::map::{MapEntry, MapSpec};
use crate::sys::netlink::Interface;
use crate::timings::{Phase, ProgramTime, Timings, timed};
use crate::vm::Executor;

/// Another kernel, and the stopwatch that runs during its calls.
///
/// What is asked for says which phase it is. The VM alone is looked for and loaded by the
/// same calls as a bundle; it comes first, until the types of one of the bundle's objects are
/// loaded.
#[derive(Debug)]
pub struct Measured<'a, K> {
    kernel: &'a mut K,
    timings: &'a mut Timings,
    at_vm: bool,
}

impl<'a, K: Kernel> Measured<'a, K> {
    /// Measures an installation.
    pub fn new(kernel: &'a mut K, timings: &'a mut Timings) -> Self {
        Self {
            kernel,
            timings,
            at_vm: true,
        }
    }

    fn measure<T>(&mut self, phase: Phase, call: impl FnOnce(&mut K) -> T) -> T {
        self.timings.measure(phase, || call(self.kernel))
    }

    /// As [`measure`](Self::measure), for calls that the VM is set up with, too.
    fn measure_load<T>(&mut self, phase: Phase, call: impl FnOnce(&mut K) -> T) -> T {
        self.measure(self.or_vm(phase), call)
    }

    fn measure_program(
        &mut self,
        name: &str,
        load: impl FnOnce(&mut K) -> Result<K::Program>,
    ) -> Result<K::Program> {
        let (loaded, time) = timed(|| load(self.kernel));
        let program = loaded.as_ref().ok();
        self.timings.add_program(ProgramTime {
            name: name.to_owned(),
            phase: self.or_vm(Phase::Programs),
            time,
            verified_instructions: program.and_then(|it| self.kernel.verified_instructions(it)),
        });
        loaded
    }

    fn or_vm(&self, phase: Phase) -> Phase {
        if self.at_vm { Phase::Vm } else { phase }
    }
}

fn is_executor(image: &Image) -> bool {
    let mut names = Executor::ALL.iter().map(|executor| executor.name());
    names.any(|name| name == image.name())
}

impl<K: Kernel> Kernel for Measured<'_, K> {
    type Types = K::Types;
    type Map = K::Map;
    type Program = K::Program;
    type Link = K::Link;

    fn interfaces(&mut self) -> Result<Vec<Interface>> {
        self.measure(Phase::Host, |kernel| kernel.interfaces())
    }

    fn load_types(&mut self, image: &Image) -> Result<K::Types> {
        self.at_vm = is_executor(image);
        self.measure_load(Phase::Maps, |kernel| kernel.load_types(image))
    }

    fn create_map(&mut self, spec: &MapSpec, types: &K::Types) -> Result<K::Map> {
        self.measure_load(Phase::Maps, |kernel| kernel.create_map(spec, types))
    }

    fn create_untyped_map(&mut self, spec: &MapSpec) -> Result<K::Map> {
        self.measure_load(Phase::Maps, |kernel| kernel.create_untyped_map(spec))
    }

    fn freeze(&mut self, map: &K::Map) -> Result<()> {
        self.measure(Phase::Fill, |kernel| kernel.freeze(map))
    }

    fn load_program(
        &mut self,
        image: &Image,
        maps: &BTreeMap<String, &K::Map>,
        types: &K::Types,
    ) -> Result<K::Program> {
        self.measure_program(image.name(), |kernel| {
            kernel.load_program(image, maps, types)
        })
    }

    fn verified_instructions(&mut self, program: &K::Program) -> Option<u32> {
        self.kernel.verified_instructions(program)
    }

    fn has_may_goto(&mut self) -> bool {
        self.measure(Phase::Programs, |kernel| kernel.has_may_goto())
    }

    fn load_native(
        &mut self,
        native: &Native,
        guard: Guard,
        maps: &BTreeMap<Place, &K::Map>,
    ) -> Result<K::Program> {
        self.measure_program(native.name(), |kernel| {
            kernel.load_native(native, guard, maps)
        })
    }

    fn lookup(&mut self, map: &K::Map, key: &[u8]) -> Result<Option<Vec<Vec<u8>>>> {
        self.measure(Phase::Host, |kernel| kernel.lookup(map, key))
    }

    fn write_part(&mut self, map: &K::Map, offset: usize, bytes: &[u8]) -> Result<()> {
        self.measure(Phase::Fill, |kernel| kernel.write_part(map, offset, bytes))
    }

    fn update(&mut self, map: &K::Map, key: &[u8], value: &[u8]) -> Result<()> {
        self.measure(Phase::Fill, |kernel| kernel.update(map, key, value))
    }

    fn write(&mut self, map: &K::Map, key: &[u8], values: &[Vec<u8>]) -> Result<()> {
        self.measure(Phase::Fill, |kernel| kernel.write(map, key, values))
    }

    fn read_all(&mut self, map: &K::Map) -> Result<Vec<MapEntry>> {
        self.measure(Phase::Host, |kernel| kernel.read_all(map))
    }

    fn set_program(&mut self, map: &K::Map, index: u32, program: &K::Program) -> Result<()> {
        self.measure_load(Phase::Fill, |kernel| {
            kernel.set_program(map, index, program)
        })
    }

    fn delete(&mut self, map: &K::Map, key: &[u8]) -> Result<bool> {
        self.measure(Phase::Fill, |kernel| kernel.delete(map, key))
    }

    fn attach(
        &mut self,
        program: &K::Program,
        interface: &Interface,
        mode: AttachMode,
    ) -> Result<K::Link> {
        self.measure(Phase::Attach, |kernel| {
            kernel.attach(program, interface, mode)
        })
    }

    fn detach(&mut self, link: &K::Link) -> Result<()> {
        self.measure(Phase::Attach, |kernel| kernel.detach(link))
    }

    fn pin(&mut self, object: Pinned<'_, Self>, path: &Path) -> Result<()> {
        let object = match object {
            Pinned::Map(map) => Pinned::Map(map),
            Pinned::Program(program) => Pinned::Program(program),
            Pinned::Link(link) => Pinned::Link(link),
        };
        self.measure(Phase::Pins, |kernel| kernel.pin(object, path))
    }

    fn unpin(&mut self, path: &Path) -> Result<()> {
        self.measure(Phase::Pins, |kernel| kernel.unpin(path))
    }

    fn open_map(&mut self, path: &Path) -> Result<K::Map> {
        self.measure_load(Phase::Pins, |kernel| kernel.open_map(path))
    }

    fn open_link(&mut self, path: &Path) -> Result<K::Link> {
        self.measure(Phase::Pins, |kernel| kernel.open_link(path))
    }

    fn create_folder(&mut self, path: &Path) -> Result<()> {
        self.measure(Phase::Pins, |kernel| kernel.create_folder(path))
    }

    fn remove_folder(&mut self, path: &Path) -> Result<()> {
        self.measure(Phase::Pins, |kernel| kernel.remove_folder(path))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        self.measure(Phase::Pins, |kernel| kernel.rename(from, to))
    }

    fn entries(&mut self, path: &Path) -> Result<Option<Vec<Entry>>> {
        self.measure_load(Phase::Pins, |kernel| kernel.entries(path))
    }
}
