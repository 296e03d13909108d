//! What the objects of all packages say about themselves, as scripts and tools read it.
//! `BLESS=1 cargo test -p hike-tests --test signatures` rewrites the golden file.

use std::fmt::{self, Write};
use std::path::Path;

use hike_format::package::Item;
use hike_format::{PackagePath, ProgramObject, Signature};
use hike_tests::tools::repository;

#[test]
fn signatures_of_every_object() {
    let path = PackagePath::new(vec![repository().join("packages")]);
    let mut text = String::new();
    for package in path.packages() {
        package_signatures(&path, &package, &mut text).expect("a text");
    }
    compare(
        &Path::new(env!("CARGO_MANIFEST_DIR")).join("golden/signatures.txt"),
        &text,
    );
}

fn package_signatures(path: &PackagePath, package: &str, text: &mut String) -> fmt::Result {
    writeln!(text, "== {package}")?;
    for name in path.names(Item::Object, package).expect("a package") {
        let found = path
            .find(Item::Object, package, &name)
            .expect("an object it lists");
        if found.package != package {
            writeln!(text, "{name} of {}", found.package)?;
            continue;
        }
        let object = ProgramObject::parse(found.bytes).expect("a HIKe object");
        assert_eq!(object.signature.name, name, "an object of another name");
        assert_eq!(object.license, "Dual MIT/GPL", "{name}");
        assert!(
            !object.signature.doc.is_empty(),
            "{name} has no documentation"
        );
        describe(&object.signature, text)?;
    }
    writeln!(text)
}

fn describe(signature: &Signature, text: &mut String) -> fmt::Result {
    writeln!(text, "{:?} {signature}", signature.kind)?;
    let summary = signature.doc.lines().next().unwrap_or_default();
    writeln!(text, "    # {summary}")?;
    for variable in &signature.config {
        let unit = variable.unit.as_deref().unwrap_or("no unit");
        let (name, ty, default) = (&variable.name, variable.ty, variable.default);
        writeln!(text, "    config {name}: {ty} = {default} ({unit})")?;
    }
    for map in &signature.maps {
        let (name, kind, entries) = (&map.name, map.map_type, map.max_entries);
        writeln!(
            text,
            "    map {name}: type {kind}, {} -> {}, {entries} entries",
            map.key, map.value
        )?;
    }
    Ok(())
}

fn compare(golden: &Path, found: &str) {
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(golden, found).expect("a golden file");
        return;
    }
    let expected = std::fs::read_to_string(golden).unwrap_or_default();
    let path = golden.display();
    assert_eq!(
        expected, found,
        "{path} differs; if the objects are right, run: BLESS=1 cargo test -p hike-tests --test signatures"
    );
}
