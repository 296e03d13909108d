//! A kernel in memory, for tests: it keeps objects and pins, writes down what it is asked,
//! and fails where it is told to.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::{Rc, Weak};

use hike_format::native::Guard;
use hike_format::script::AttachMode;

use super::{Entry, Kernel, KernelError, Pinned, Result};
use crate::image::Image;
use crate::native::{Native, Place};
use crate::sys::map::{MapEntry, MapSpec};
use crate::sys::netlink::Interface;

/// A map in memory.
pub type FakeMap = Rc<RefCell<BTreeMap<Vec<u8>, Vec<u8>>>>;
/// A program in memory.
pub type FakeProgram = Rc<String>;
/// An attachment in memory.
pub type FakeLink = Rc<RefCell<Attached>>;

/// The state of an attachment.
#[derive(Debug, PartialEq, Eq)]
pub struct Attached {
    /// Index of the interface; none when it was ended.
    pub interface: Option<u32>,
}

#[derive(Debug)]
enum Node {
    Folder,
    Map(FakeMap),
    Program(#[expect(dead_code, reason = "keeps the program alive")] FakeProgram),
    Link(FakeLink),
}

/// A kernel in memory.
#[derive(Debug, Default)]
pub struct Fake {
    /// Its interfaces.
    pub interfaces: Vec<Interface>,
    /// Which step fails, counted from 0.
    pub fail_at: Option<usize>,
    /// From which step on everything fails, counted from 0, as after a process was killed.
    pub dead_from: Option<usize>,
    /// Whether it knows `may_goto`.
    pub may_goto: bool,
    /// Name of a program that the verifier refuses.
    pub refused: Option<String>,
    /// What it was asked for, one line a step.
    pub steps: Vec<String>,
    nodes: BTreeMap<PathBuf, Node>,
    links: Vec<Weak<RefCell<Attached>>>,
}

impl Fake {
    /// A kernel with interfaces of these names, all up and without XDP programs, their
    /// indexes from 1 on.
    pub fn with_interfaces(names: &[&str]) -> Self {
        let interfaces = names.iter().zip(1..).map(|(name, index)| Interface {
            name: (*name).to_owned(),
            index,
            up: true,
            xdp: None,
        });
        Self {
            interfaces: interfaces.collect(),
            ..Self::default()
        }
    }

    /// Everything that can be reached: pins, entries of pinned maps, attachments.
    pub fn state(&self) -> Vec<String> {
        let pins = self.nodes.iter().flat_map(|(path, node)| {
            let line = path.display().to_string();
            let entries = match node {
                Node::Map(map) => entries(&line, &map.borrow()),
                _ => Vec::new(),
            };
            std::iter::once(line).chain(entries)
        });
        let links = self.attached().into_iter();
        pins.chain(links.map(|index| format!("attached to {index}")))
            .collect()
    }

    /// Indexes of the interfaces that something is attached to.
    pub fn attached(&self) -> Vec<u32> {
        let links = self.links.iter().filter_map(Weak::upgrade);
        let mut indexes: Vec<u32> = links.filter_map(|link| link.borrow().interface).collect();
        indexes.sort_unstable();
        indexes
    }

    /// Notes a step; fails when it shall.
    fn step(&mut self, step: String) -> Result<()> {
        let number = self.steps.len();
        self.steps.push(step.clone());
        let dead = self.dead_from.is_some_and(|from| number >= from);
        if dead || self.fail_at == Some(number) {
            return Err(KernelError::system(step, io::Error::other("told to fail")));
        }
        Ok(())
    }

    fn add(&mut self, path: &Path, node: Node) -> Result<()> {
        let parent = path.parent().unwrap_or(path);
        // The root's parent is a folder of the system.
        let orphan = !self.nodes.is_empty() && !self.nodes.contains_key(parent);
        if self.nodes.contains_key(path) || orphan {
            return Err(failure(path, io::ErrorKind::AlreadyExists));
        }
        self.nodes.insert(path.to_owned(), node);
        Ok(())
    }

    fn children(&self, path: &Path) -> Vec<PathBuf> {
        let paths = self.nodes.keys();
        paths
            .filter(|child| child.parent() == Some(path))
            .cloned()
            .collect()
    }
}

/// Entries of a map that are not all zero, which is what arrays start with; without the
/// zeros at the end.
fn entries(path: &str, map: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<String> {
    let set = map.iter().filter_map(|(key, value)| {
        let last = value.iter().rposition(|byte| *byte != 0)?;
        Some(format!("{path} {key:?} -> {:?}", &value[..=last]))
    });
    set.collect()
}

fn failure(path: &Path, kind: io::ErrorKind) -> KernelError {
    KernelError::system(format!("use `{}`", path.display()), io::Error::from(kind))
}

fn told_to_refuse(program: &str) -> KernelError {
    KernelError::Verifier {
        program: program.to_owned(),
        place: None,
        complaint: "told to refuse it".to_owned(),
        log: String::new(),
    }
}

impl Kernel for Fake {
    type Types = ();
    type Map = FakeMap;
    type Program = FakeProgram;
    type Link = FakeLink;

    fn interfaces(&mut self) -> Result<Vec<Interface>> {
        Ok(self.interfaces.clone())
    }

    fn load_types(&mut self, image: &Image) -> Result<()> {
        self.step(format!("load types of {}", image.name()))
    }

    fn create_map(&mut self, spec: &MapSpec, (): &()) -> Result<FakeMap> {
        self.create_untyped_map(spec)
    }

    fn create_untyped_map(&mut self, spec: &MapSpec) -> Result<FakeMap> {
        self.step(format!("create map {}", spec.name))?;
        Ok(FakeMap::default())
    }

    fn freeze(&mut self, _: &FakeMap) -> Result<()> {
        self.step("freeze map".to_owned())
    }

    fn load_program(
        &mut self,
        image: &Image,
        maps: &BTreeMap<String, &FakeMap>,
        (): &(),
    ) -> Result<FakeProgram> {
        self.step(format!("load program {}", image.name()))?;
        if self.refused.as_deref() == Some(image.name()) {
            return Err(told_to_refuse(image.name()));
        }
        let missing = image.maps().keys().find(|name| !maps.contains_key(*name));
        match missing {
            Some(name) => Err(failure(Path::new(name), io::ErrorKind::NotFound)),
            None => Ok(Rc::new(image.name().to_owned())),
        }
    }

    fn verified_instructions(&mut self, program: &FakeProgram) -> Option<u32> {
        // As good a number as any: it verifies nothing.
        u32::try_from(program.len()).ok()
    }

    fn has_may_goto(&mut self) -> bool {
        self.may_goto
    }

    fn load_native(
        &mut self,
        native: &Native,
        guard: Guard,
        maps: &BTreeMap<Place, &FakeMap>,
    ) -> Result<FakeProgram> {
        self.step(format!("load program {}", native.name()))?;
        if self.refused.as_deref() == Some(native.name()) {
            return Err(told_to_refuse(native.name()));
        }
        let known = |place: &Place| maps.get(place).map(|_| 0);
        native.link(guard, known).map_err(Box::new)?;
        Ok(Rc::new(native.name().to_owned()))
    }

    fn lookup(&mut self, map: &FakeMap, key: &[u8]) -> Result<Option<Vec<Vec<u8>>>> {
        self.step("look up".to_owned())?;
        Ok(map.borrow().get(key).map(|value| vec![value.clone()]))
    }

    fn write_part(&mut self, map: &FakeMap, offset: usize, bytes: &[u8]) -> Result<()> {
        self.step(format!("write {} bytes at {offset}", bytes.len()))?;
        let mut entries = map.borrow_mut();
        let value = entries.entry(0u32.to_ne_bytes().to_vec()).or_default();
        let end = offset + bytes.len();
        value.resize(value.len().max(end), 0);
        value[offset..end].copy_from_slice(bytes);
        Ok(())
    }

    fn update(&mut self, map: &FakeMap, key: &[u8], value: &[u8]) -> Result<()> {
        self.step(format!("write {} bytes", value.len()))?;
        map.borrow_mut().insert(key.to_vec(), value.to_vec());
        Ok(())
    }

    fn write(&mut self, map: &FakeMap, key: &[u8], values: &[Vec<u8>]) -> Result<()> {
        // It has one CPU.
        self.update(map, key, &values.concat())
    }

    fn read_all(&mut self, map: &FakeMap) -> Result<Vec<MapEntry>> {
        self.step("read all entries".to_owned())?;
        let map = map.borrow();
        let entries = map.iter();
        Ok(entries
            .map(|(key, value)| (key.clone(), vec![value.clone()]))
            .collect())
    }

    fn set_program(&mut self, map: &FakeMap, index: u32, program: &FakeProgram) -> Result<()> {
        self.step(format!("put {program} into slot {index}"))?;
        let key = index.to_ne_bytes().to_vec();
        map.borrow_mut().insert(key, program.as_bytes().to_vec());
        Ok(())
    }

    fn delete(&mut self, map: &FakeMap, key: &[u8]) -> Result<bool> {
        self.step("delete an entry".to_owned())?;
        Ok(map.borrow_mut().remove(key).is_some())
    }

    fn attach(
        &mut self,
        program: &FakeProgram,
        interface: &Interface,
        mode: AttachMode,
    ) -> Result<FakeLink> {
        let (name, mode) = (&interface.name, mode.name());
        self.step(format!("attach {program} to {name} as {mode}"))?;
        let interface = Some(interface.index);
        let link = Rc::new(RefCell::new(Attached { interface }));
        self.links.push(Rc::downgrade(&link));
        Ok(link)
    }

    fn detach(&mut self, link: &FakeLink) -> Result<()> {
        self.step("detach".to_owned())?;
        link.borrow_mut().interface = None;
        Ok(())
    }

    fn pin(&mut self, object: Pinned<'_, Self>, path: &Path) -> Result<()> {
        self.step(format!("pin {}", path.display()))?;
        let node = match object {
            Pinned::Map(map) => Node::Map(map.clone()),
            Pinned::Program(program) => Node::Program(program.clone()),
            Pinned::Link(link) => Node::Link(link.clone()),
        };
        self.add(path, node)
    }

    fn unpin(&mut self, path: &Path) -> Result<()> {
        self.step(format!("unpin {}", path.display()))?;
        let removed = self.nodes.remove(path);
        removed
            .map(drop)
            .ok_or_else(|| failure(path, io::ErrorKind::NotFound))
    }

    fn open_map(&mut self, path: &Path) -> Result<FakeMap> {
        self.step(format!("open {}", path.display()))?;
        match self.nodes.get(path) {
            Some(Node::Map(map)) => Ok(map.clone()),
            _ => Err(failure(path, io::ErrorKind::NotFound)),
        }
    }

    fn open_link(&mut self, path: &Path) -> Result<FakeLink> {
        self.step(format!("open {}", path.display()))?;
        match self.nodes.get(path) {
            Some(Node::Link(link)) => Ok(link.clone()),
            _ => Err(failure(path, io::ErrorKind::NotFound)),
        }
    }

    fn create_folder(&mut self, path: &Path) -> Result<()> {
        self.step(format!("create {}", path.display()))?;
        self.add(path, Node::Folder)
    }

    fn remove_folder(&mut self, path: &Path) -> Result<()> {
        self.step(format!("remove {}", path.display()))?;
        if !self.children(path).is_empty() {
            return Err(failure(path, io::ErrorKind::DirectoryNotEmpty));
        }
        let removed = self.nodes.remove(path);
        removed
            .map(drop)
            .ok_or_else(|| failure(path, io::ErrorKind::NotFound))
    }

    fn rename(&mut self, from: &Path, to: &Path) -> Result<()> {
        self.step(format!("rename {} to {}", from.display(), to.display()))?;
        if self.nodes.contains_key(to) {
            return Err(failure(to, io::ErrorKind::AlreadyExists));
        }
        let nodes = std::mem::take(&mut self.nodes).into_iter();
        self.nodes = nodes
            .map(|(path, node)| match path.strip_prefix(from) {
                Ok(rest) if rest.as_os_str().is_empty() => (to.to_owned(), node),
                Ok(rest) => (to.join(rest), node),
                Err(_) => (path, node),
            })
            .collect();
        Ok(())
    }

    fn entries(&mut self, path: &Path) -> Result<Option<Vec<Entry>>> {
        self.step(format!("list {}", path.display()))?;
        if !self.nodes.contains_key(path) {
            return Ok(None);
        }
        let children = self.children(path).into_iter();
        let entries = children.map(|child| Entry {
            name: child
                .file_name()
                .map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            folder: matches!(self.nodes.get(&child), Some(Node::Folder)),
        });
        Ok(Some(entries.collect()))
    }
}
