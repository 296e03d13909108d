//! The kernel that runs: `bpf(2)`, netlink and bpffs.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::Path;

use hike_format::btf::{KernelRecords, line_of};
use hike_format::native::{ENTRY_PREFIX, Guard};
use hike_format::script::{AttachMode, Place};
use hike_isa::{Slot, ops};

use super::{Entry, Kernel, KernelError, Pinned, Result};
use crate::image::Image;
use crate::native::{Native, Place as MapPlace};
use crate::sys::link::XdpFlags;
use crate::sys::map::{Map, MapEntry, MapSpec};
use crate::sys::netlink::Interface;
use crate::sys::program::{Code, Records, Refusal};
use crate::sys::{btf, link, netlink, pin, program};
use crate::verifier;

/// `r0 = 0; may_goto +0; exit`: kernels before 6.9 do not know the second instruction.
const MAY_GOTO_PROBE: [Slot; 3] = [
    slot(ops::class::ALU64 | ops::MOV),
    slot(0xe5),
    slot(ops::EXIT),
];

const fn slot(opcode: u8) -> Slot {
    Slot {
        opcode,
        dst: 0,
        src: 0,
        off: 0,
        imm: 0,
    }
}

/// The running kernel.
#[derive(Clone, Copy, Debug, Default)]
pub struct Linux;

/// Says what was to be done when a call fails.
trait During<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T>;
}

impl<T> During<T> for io::Result<T> {
    fn during(self, action: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| KernelError::system(action(), error))
    }
}

fn open(path: &Path) -> Result<OwnedFd> {
    pin::open(path).during(|| format!("open `{}`", path.display()))
}

fn flags(mode: AttachMode) -> XdpFlags {
    match mode {
        AttachMode::Xdp => XdpFlags::Default,
        AttachMode::XdpDrv => XdpFlags::Driver,
        AttachMode::XdpGeneric => XdpFlags::Generic,
        AttachMode::XdpOffload => XdpFlags::Offload,
    }
}

/// A refusal as an error; `lines` and the types they come with tell the place.
fn refused(name: &str, refusal: Refusal, lines: Records<'_>, types: &[u8]) -> KernelError {
    let Some(complaint) = verifier::complaint(&refusal.log) else {
        return KernelError::system(format!("load `{name}`"), refusal.error);
    };
    let instruction = complaint.instruction;
    let line = instruction.and_then(|at| line_of(lines.bytes, lines.size, types, at));
    KernelError::Verifier {
        program: name.to_owned(),
        complaint: complaint.text.to_owned(),
        place: line.map(|line| {
            Box::new(Place {
                file: line.file,
                line: line.line,
                column: line.column,
            })
        }),
        log: refusal.log,
    }
}

fn records((bytes, size): &(Vec<u8>, u32)) -> Records<'_> {
    Records { bytes, size: *size }
}

impl Kernel for Linux {
    type Types = OwnedFd;
    type Map = Map;
    type Program = OwnedFd;
    type Link = OwnedFd;

    fn interfaces(&mut self) -> Result<Vec<Interface>> {
        netlink::interfaces().during(|| "list the interfaces".to_owned())
    }

    fn load_types(&mut self, image: &Image) -> Result<OwnedFd> {
        btf::load(image.types()).during(|| format!("load the types of `{}`", image.name()))
    }

    fn create_map(&mut self, spec: &MapSpec, types: &OwnedFd) -> Result<Map> {
        // Some kernels take no types for some maps; such a map is shown as bytes.
        Map::create(spec, Some(types.as_fd())).or_else(|_| self.create_untyped_map(spec))
    }

    fn create_untyped_map(&mut self, spec: &MapSpec) -> Result<Map> {
        Map::create(spec, None).during(|| format!("create map `{}`", spec.name))
    }

    fn freeze(&mut self, map: &Map) -> Result<()> {
        map.freeze().during(|| "freeze a map".to_owned())
    }

    fn load_program(
        &mut self,
        image: &Image,
        maps: &BTreeMap<String, &Map>,
        types: &OwnedFd,
    ) -> Result<OwnedFd> {
        let fds = maps
            .iter()
            .map(|(name, map)| (name.clone(), map.as_fd().as_raw_fd()))
            .collect();
        let linked = image.link(&fds).map_err(Box::new)?;
        let code = Code {
            name: image.entry().trim_start_matches("hike_vm_"),
            instructions: &linked.instructions,
            license: &linked.license,
            functions: records(&linked.functions),
            lines: records(&linked.lines),
        };
        let loaded = program::load(&code, Some(types.as_fd()));
        loaded.map_err(|refusal| refused(image.name(), refusal, code.lines, image.types()))
    }

    fn verified_instructions(&mut self, program: &OwnedFd) -> Option<u32> {
        program::verified_instructions(program.as_fd()).ok()
    }

    fn has_may_goto(&mut self) -> bool {
        let slots = MAY_GOTO_PROBE.map(Slot::to_bytes);
        let code = Code {
            name: "hike_probe",
            instructions: slots.as_flattened(),
            license: c"GPL",
            ..Code::default()
        };
        program::load(&code, None).is_ok()
    }

    fn load_native(
        &mut self,
        native: &Native,
        guard: Guard,
        maps: &BTreeMap<MapPlace, &Map>,
    ) -> Result<OwnedFd> {
        let descriptor = |place: &MapPlace| maps.get(place).map(|map| map.as_fd().as_raw_fd());
        let instructions = native.link(guard, descriptor).map_err(Box::new)?;
        let debug = native.records(guard);
        let code = Code {
            name: native.entry().trim_start_matches(ENTRY_PREFIX),
            instructions: &instructions,
            license: native.license(),
            functions: Records {
                bytes: &debug.functions,
                size: KernelRecords::FUNCTION_SIZE,
            },
            lines: Records {
                bytes: &debug.lines,
                size: KernelRecords::LINE_SIZE,
            },
        };
        // Lines are for people: a kernel that takes no types runs the program without.
        let types = btf::load(native.types()).ok();
        let loaded = program::load(&code, types.as_ref().map(AsFd::as_fd));
        loaded.map_err(|refusal| refused(native.name(), refusal, code.lines, native.types()))
    }

    fn lookup(&mut self, map: &Map, key: &[u8]) -> Result<Option<Vec<Vec<u8>>>> {
        map.lookup(key).during(|| "read a map".to_owned())
    }

    fn write_part(&mut self, map: &Map, offset: usize, bytes: &[u8]) -> Result<()> {
        map.write_part(offset, bytes)
            .during(|| "write a part of a map".to_owned())
    }

    fn update(&mut self, map: &Map, key: &[u8], value: &[u8]) -> Result<()> {
        map.update(key, value)
            .during(|| "write to a map".to_owned())
    }

    fn write(&mut self, map: &Map, key: &[u8], values: &[Vec<u8>]) -> Result<()> {
        map.write(key, values)
            .during(|| "write to a map".to_owned())
    }

    fn read_all(&mut self, map: &Map) -> Result<Vec<MapEntry>> {
        map.entries()
            .during(|| "read the entries of a map".to_owned())
    }

    fn set_program(&mut self, map: &Map, index: u32, program: &OwnedFd) -> Result<()> {
        let fd = program.as_raw_fd().to_ne_bytes();
        map.update(&index.to_ne_bytes(), &fd)
            .during(|| format!("put a program into slot {index} of a program array"))
    }

    fn delete(&mut self, map: &Map, key: &[u8]) -> Result<bool> {
        map.delete(key).during(|| "delete from a map".to_owned())
    }

    fn attach(
        &mut self,
        program: &OwnedFd,
        interface: &Interface,
        mode: AttachMode,
    ) -> Result<OwnedFd> {
        link::create(program.as_fd(), interface.index, flags(mode))
            .during(|| format!("attach to `{}` as {}", interface.name, mode.name()))
    }

    fn detach(&mut self, attachment: &OwnedFd) -> Result<()> {
        link::detach(attachment.as_fd()).during(|| "detach from an interface".to_owned())
    }

    fn pin(&mut self, object: Pinned<'_, Self>, path: &Path) -> Result<()> {
        let fd: BorrowedFd<'_> = match object {
            Pinned::Map(map) => map.as_fd(),
            Pinned::Program(fd) | Pinned::Link(fd) => fd.as_fd(),
        };
        pin::pin(fd, path).during(|| format!("pin `{}`", path.display()))
    }

    fn unpin(&mut self, path: &Path) -> Result<()> {
        fs::remove_file(path).during(|| format!("remove `{}`", path.display()))
    }

    fn open_map(&mut self, path: &Path) -> Result<Map> {
        let fd = open(path)?;
        Map::from_fd(fd).during(|| format!("read about `{}`", path.display()))
    }

    fn open_link(&mut self, path: &Path) -> Result<OwnedFd> {
        open(path)
    }

    fn create_folder(&mut self, path: &Path) -> Result<()> {
        fs::create_dir(path).during(|| format!("create `{}`", path.display()))
    }

    fn remove_folder(&mut self, path: &Path) -> Result<()> {
        fs::remove_dir(path).during(|| format!("remove `{}`", path.display()))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        fs::rename(from, to).during(|| format!("rename to `{}`", to.display()))
    }

    fn entries(&mut self, path: &Path) -> Result<Option<Vec<Entry>>> {
        let read = match fs::read_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            other => other.during(|| format!("read `{}`", path.display()))?,
        };
        let entry = |entry: io::Result<fs::DirEntry>| {
            let entry = entry?;
            Ok(Entry {
                name: entry.file_name().to_string_lossy().into_owned(),
                folder: entry.file_type()?.is_dir(),
            })
        };
        let mut entries = read
            .map(entry)
            .collect::<io::Result<Vec<_>>>()
            .during(|| format!("read `{}`", path.display()))?;
        entries.sort();
        Ok(Some(entries))
    }
}
