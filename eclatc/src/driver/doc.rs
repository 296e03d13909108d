//! `eclatc doc [FILE|DIR...]`

use super::cli::{Cli, DocArgs};
use super::report::Report;
use super::siblings::Siblings;
use super::unit::{Context, Unit};
use super::{Exit, Failure, Output, files, folder};
use crate::doc::{self, Catalogue, Object, Package, Script, ScriptKind};
use crate::packages::Packages;
use crate::packages::folders::Folders;
use crate::source::FileId;
use crate::stdlib;
use crate::syntax::{Arena, Import, StmtKind};
use crate::{lex, parse};
use hike_format::package::{Item, LookupError};
use hike_format::{PackagePath, ProgramObject, SymbolKind};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

/// Writes the catalogue of all packages and the scripts that are named.
///
/// # Errors
/// When a file cannot be read, an object is none, or the folder cannot be written.
pub fn run(args: &DocArgs, cli: &Cli) -> Result<Output, Failure> {
    let mut report = Report::new(cli)?;
    let path = PackagePath::from_env(&args.packages);
    let mut catalogue = Catalogue::default();
    let mut drafts = Vec::new();
    for name in path.packages() {
        let (package, folder) = package(&path, &name)?;
        drafts.extend(scripts_of(&name, &folder)?);
        catalogue.packages.push(package);
    }
    drafts.extend(named(&args.files)?);
    drafts.extend(library());
    catalogue.scripts = analysed(drafts, &path, &mut report);
    if report.has_errors() {
        return Ok(report.output(Vec::new()));
    }
    let site = doc::site(&catalogue);
    folder::replace(&args.output, &site, doc::site::MARK)?;
    let index = args.output.join("index.html");
    let line = format!("wrote {} pages, {}\n", site.len(), index.display());
    Ok(report.output(line.into_bytes()))
}

/// A script on its way into the catalogue.
struct Draft {
    kind: ScriptKind,
    key: String,
    unit: Unit,
}

fn package(path: &PackagePath, name: &str) -> Result<(Package, PathBuf), Failure> {
    let wrong = |error: LookupError| Failure::new(Exit::Input, error.to_string());
    let (manifest, folder) = path.package(name).map_err(wrong)?;
    let mut objects = Vec::new();
    for object in path.names(Item::Object, name).map_err(wrong)? {
        let found = path.find(Item::Object, name, &object).map_err(wrong)?;
        if found.package != name {
            continue;
        }
        let length = found.bytes.len();
        let parsed = ProgramObject::parse(found.bytes);
        let wrong = |what: String| {
            let message = format!("{}: {what}", found.path.display());
            Failure::new(Exit::Input, message)
        };
        let parsed = parsed.map_err(|error| wrong(error.to_string()))?;
        let holds = &parsed.signature.name;
        // The name becomes that of a file: no other than the package's lookup has allowed.
        if *holds != object {
            let what = format!("expected the object of `{object}`, found that of `{holds}`");
            return Err(wrong(what));
        }
        objects.push(Object {
            package: found.package,
            signature: parsed.signature,
            license: parsed.license,
            length,
        });
    }
    Ok((Package { manifest, objects }, folder))
}

/// The chains and the examples that lie in a package.
fn scripts_of(package: &str, folder: &Path) -> Result<Vec<Draft>, Failure> {
    let mut drafts = Vec::new();
    for script in scripts_in(&folder.join("chains"))? {
        let mut draft = draft(&script, Some(package))?;
        draft.kind = ScriptKind::Chains(package.to_owned());
        draft.key = format!("{package}.{}", draft.key);
        drafts.push(draft);
    }
    for script in scripts_in(&folder.join("examples"))? {
        let mut draft = draft(&script, None)?;
        draft.kind = ScriptKind::Example(package.to_owned());
        draft.key = format!("{package}.{}", draft.key);
        drafts.push(draft);
    }
    Ok(drafts)
}

/// The scripts in a folder that need not be there.
fn scripts_in(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    match folder.is_dir() {
        true => files::scripts(folder),
        false => Ok(Vec::new()),
    }
}

fn draft(path: &Path, package: Option<&str>) -> Result<Draft, Failure> {
    let key = path.file_stem().unwrap_or_default();
    Ok(Draft {
        kind: ScriptKind::Named,
        key: key.to_string_lossy().into_owned(),
        unit: Unit::open(path, package)?,
    })
}

/// The scripts of the command line, and those in its folders.
fn named(paths: &[PathBuf]) -> Result<Vec<Draft>, Failure> {
    let mut drafts = Vec::new();
    for path in paths {
        let scripts = match path.is_dir() {
            true => files::scripts(path)?,
            false => vec![path.clone()],
        };
        for script in scripts {
            drafts.push(draft(&script, None)?);
        }
    }
    Ok(drafts)
}

fn library() -> Vec<Draft> {
    let modules = stdlib::modules();
    let draft = |module| {
        let path = format!("std/{module}.eclat");
        let text = stdlib::text(module).unwrap_or_default();
        Draft {
            kind: ScriptKind::Library,
            key: format!("std.{module}"),
            unit: Unit::new(&path, stdlib::package(module), text.as_bytes()),
        }
    };
    modules.map(draft).collect()
}

/// The scripts without errors; what is wrong goes to the report.
fn analysed(drafts: Vec<Draft>, path: &PackagePath, report: &mut Report) -> Vec<Script> {
    let folders = Folders::new(path);
    let mut keys = BTreeSet::new();
    let mut scripts = Vec::new();
    for mut draft in drafts {
        // Scripts of a package see each other; examples may be alike.
        let siblings = Siblings::new(std::slice::from_ref(&draft.unit), &folders);
        let context = Context {
            defines: BTreeMap::new(),
            packages: &siblings,
        };
        let tree = draft.unit.analyse(&context);
        draft.unit.problems.retain(|problem| problem.is_error());
        report.add(&draft.unit.problems, &draft.unit.sources);
        let source = draft.unit.sources.file(draft.unit.file).clone();
        scripts.push(Script {
            key: unused(&mut keys, &draft.key),
            kind: draft.kind,
            names: names(source.text(), &siblings),
            signatures: doc::model::signatures(source.text()),
            source,
            tree,
        });
    }
    scripts
}

/// A key that no other script has.
fn unused(keys: &mut BTreeSet<String>, wanted: &str) -> String {
    let more = (2..).map(|number| format!("{wanted}-{number}"));
    let mut candidates = std::iter::once(wanted.to_owned()).chain(more);
    let key = candidates.find(|key| !keys.contains(key));
    let key = key.unwrap_or_else(|| wanted.to_owned());
    keys.insert(key.clone());
    key
}

/// What the imported names of a script are.
fn names(text: &str, packages: &dyn Packages) -> Vec<(String, String)> {
    let (tokens, _) = lex::lex(text, FileId(0));
    let arena = Arena::new();
    let (tree, _) = parse::parse(&tokens, &arena);
    let imports = tree.items.iter().filter_map(|item| match &item.kind {
        StmtKind::Import(import) => Some(import),
        _ => None,
    });
    let names = imports.flat_map(|import| {
        let names = import.names.iter();
        names.filter_map(|name| {
            let known = name.alias.as_ref().unwrap_or(&name.name);
            let symbol = symbol(import, name.name.text, packages)?;
            Some((known.text.to_owned(), symbol))
        })
    });
    names.collect()
}

/// The symbol of an imported name.
fn symbol(import: &Import<'_>, name: &str, packages: &dyn Packages) -> Option<String> {
    let package: Vec<_> = import.package.iter().map(|part| part.text).collect();
    let package = package.join(".");
    let (kind, folder) = match import.kind.text {
        "programs" | "prog" => (SymbolKind::Program, "programs"),
        "loaders" => (SymbolKind::Loader, "loaders"),
        "std" => return Some(format!("chains.{}.{name}", stdlib::package(&package))),
        _ => (SymbolKind::Chain, "chains"),
    };
    let found = packages.find(kind, &package, name).ok()?;
    Some(format!("{folder}.{}.{name}", found.package))
}
