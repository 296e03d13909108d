//! Linking with the packages of the repository, and with damaged objects.

#[path = "../format/tests/common/mod.rs"]
mod common;

use std::path::{Path, PathBuf};

use common::chains::{ChainBuilder, EXIT, Step};
use hike_format::package::Item;
use hike_format::program::ProgramObject;
use hike_format::script::{AttachMode, Attachment, Device, Script};
use hike_format::signature::ObjectKind;
use hike_format::{Bundle, PackagePath};
use hike_ld::{Input, Options, link};
use proptest::prelude::*;

fn packages() -> PackagePath {
    let folder: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../packages");
    PackagePath::new(vec![folder])
}

/// The symbols that packages define, programs and loaders apart.
fn symbols() -> (Vec<String>, Vec<String>) {
    let packages = packages();
    let (mut programs, mut loaders) = (Vec::new(), Vec::new());
    for package in packages.packages() {
        for name in packages.names(Item::Object, &package).unwrap() {
            let found = packages.find(Item::Object, &package, &name).unwrap();
            if found.package != package {
                continue;
            }
            let object = ProgramObject::parse(found.bytes).unwrap();
            match object.signature.kind {
                ObjectKind::Program => programs.push(format!("programs.{package}.{name}")),
                ObjectKind::Loader => loaders.push(format!("loaders.{package}.{name}")),
            }
        }
    }
    (programs, loaders)
}

/// A chain that calls every program, and a script that attaches every loader.
fn everything() -> Vec<u8> {
    let (programs, loaders) = symbols();
    let mut steps: Vec<_> = programs.iter().map(|symbol| Step::Call(symbol)).collect();
    steps.push(EXIT);
    let attach = loaders.iter().map(|loader| Attachment {
        loader: loader.parse().unwrap(),
        device: Device::Name(loader.clone()),
        mode: AttachMode::Xdp,
        place: None,
    });
    let script = Script {
        package: "all".into(),
        attach: attach.collect(),
        ..Script::default()
    };
    let object = ChainBuilder::new().chain("chains.all.main", &[], "all.eclat", 1, &steps);
    object.script(script).build()
}

fn input(bytes: Vec<u8>) -> [Input; 1] {
    let path = "all.o".into();
    [Input { path, bytes }]
}

#[test]
fn every_program_and_loader_links() {
    let linked = link(&input(everything()), &packages(), &Options::default()).unwrap();
    let (programs, loaders) = symbols();
    assert!(!programs.is_empty() && !loaders.is_empty());
    let manifest = linked.bundle.manifest();
    assert_eq!(manifest.programs.len(), programs.len());
    assert_eq!(manifest.loaders.len(), loaders.len());
    let read = Bundle::read(&linked.bundle.write().unwrap()).unwrap();
    assert_eq!(read, linked.bundle);
    read.check_objects().unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// A damaged object is an error or links; it never panics, and what links can be read.
    #[test]
    fn no_damaged_object_panics(changes in prop::collection::vec((any::<usize>(), any::<u8>()), 1..4)) {
        let calls = [Step::Call("programs.hike_default.monitor"), EXIT];
        let mut bytes = ChainBuilder::new().chain("chains.a.main", &[], "a", 1, &calls).build();
        let len = bytes.len();
        for (place, value) in changes {
            bytes[place % len] = value;
        }
        if let Ok(linked) = link(&input(bytes), &packages(), &Options::default()) {
            prop_assert!(Bundle::read(&linked.bundle.write().unwrap()).is_ok());
        }
    }
}
