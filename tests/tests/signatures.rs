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
        check_documentation(&object.signature);
        describe(&object.signature, text)?;
    }
    writeln!(text)
}

/// Everything that a script can use must say what it is.
fn check_documentation(signature: &Signature) {
    let name = &signature.name;
    let says = |doc: &str, what: &str| assert!(!doc.trim().is_empty(), "{what} says nothing");
    says(&signature.summary(), name);
    for variable in &signature.config {
        says(
            &variable.doc,
            &format!("variable {} of {name}", variable.name),
        );
    }
    for map in &signature.maps {
        says(&map.doc, &format!("map {} of {name}", map.name));
        let leaves = map.key.leaves().into_iter().chain(map.value.leaves());
        for leaf in leaves {
            let nameless = leaf.path.split('.').any(|part| part.starts_with("__"));
            assert!(!nameless, "map {} of {name} has a nameless field", map.name);
        }
    }
}

fn describe(signature: &Signature, text: &mut String) -> fmt::Result {
    writeln!(text, "{:?} {signature}", signature.kind)?;
    let summary = signature.doc.lines().next().unwrap_or_default();
    writeln!(text, "    # {summary}")?;
    for variable in &signature.config {
        let unit = variable.unit.as_deref().unwrap_or("no unit");
        let doc = hike_format::signature::summary(&variable.doc);
        let (name, ty, default) = (&variable.name, variable.ty, variable.default);
        writeln!(text, "    config {name}: {ty} = {default} ({unit}): {doc}")?;
    }
    for map in &signature.maps {
        let (name, kind, entries) = (&map.name, map.type_name(), map.max_entries);
        let doc = hike_format::signature::summary(&map.doc);
        writeln!(
            text,
            "    map {name}: {kind}, {} -> {}, {entries} entries: {doc}",
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
