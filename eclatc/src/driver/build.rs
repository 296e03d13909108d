//! `eclatc build FILE|DIR -o OUT.hike`

use super::cli::{BuildArgs, Cli};
use super::report::Report;
use super::siblings::Siblings;
use super::unit::{Context, Unit, defines};
use super::{Exit, Failure, Output, files, link};
use crate::diagnostic::Diagnostic;
use crate::packages::folders::Folders;
use crate::source::Sources;
use crate::{hir, stdlib};
use hike_format::package::Item;
use hike_format::{PackagePath, Symbol, SymbolKind};
use hike_ld::{Input, LinkError, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

/// Compiles all scripts and what they import, and links them to a bundle.
///
/// # Errors
/// When the command line is wrong, a file cannot be read or written.
pub fn run(args: &BuildArgs, cli: &Cli) -> Result<Output, Failure> {
    let mut report = Report::new(cli)?;
    let package = args.settings.package.as_deref();
    let path = PackagePath::from_env(&args.settings.packages);
    // Read every script.
    let units = scripts(args)?;
    let units = units.iter().map(|file| Unit::open(file, package));
    let units = units.collect::<Result<Vec<_>, _>>()?;
    let name = package.map_or_else(|| units[0].package.clone(), str::to_owned);
    // Compile them, and the scripts of packages whose chains they call.
    let sources = all_sources(&units);
    let objects = compile_all(units, args, &path, &mut report)?;
    if report.has_errors() {
        return Ok(report.output(Vec::new()));
    }
    // Link.
    let options = Options {
        name: Some(name.clone()),
        ..Options::default()
    };
    let linked = match hike_ld::link(&objects, &path, &options) {
        Ok(linked) => linked,
        Err(errors) => {
            report_links(&errors, &sources, &mut report);
            return Ok(report.output(Vec::new()));
        }
    };
    // Write the bundle.
    let bytes = linked
        .bundle
        .write()
        .map_err(|error| Failure::new(Exit::Host, error.to_string()))?;
    let output = args.output.clone();
    let output = output.unwrap_or_else(|| PathBuf::from(format!("{name}.hike")));
    files::write(&output, &bytes)?;
    Ok(report.output(Vec::new()))
}

/// The texts of all scripts of the command, for what the linker says.
fn all_sources(units: &[Unit]) -> Sources {
    let mut all = Sources::default();
    let files = units.iter().flat_map(|unit| unit.sources.iter());
    for (_, file) in files {
        all.add(file.clone());
    }
    all
}

fn report_links(errors: &[LinkError], sources: &Sources, report: &mut Report) {
    let (shown, others): (Vec<_>, Vec<_>) = errors
        .iter()
        .map(|error| link::problem(error, sources).ok_or(error))
        .partition(Result::is_ok);
    let shown: Vec<_> = shown.into_iter().flatten().collect();
    report.add(&shown, sources);
    let others = others.into_iter().filter_map(Result::err);
    others.for_each(|error| report.failure(&link::failure(error)));
}

/// The script, or the scripts of the folder.
fn scripts(args: &BuildArgs) -> Result<Vec<PathBuf>, Failure> {
    if !args.input.is_dir() {
        return Ok(vec![args.input.clone()]);
    }
    let found = files::scripts(&args.input)?;
    match found.is_empty() {
        true => {
            let message = format!(
                "expected scripts, `NAME.eclat`, in {}",
                args.input.display()
            );
            Err(Failure::new(Exit::Input, message))
        }
        false => Ok(found),
    }
}

/// The objects of all scripts, and of those whose chains they import from packages.
fn compile_all(
    units: Vec<Unit>,
    args: &BuildArgs,
    path: &PackagePath,
    report: &mut Report,
) -> Result<Vec<Input>, Failure> {
    let folders = Folders::new(path);
    let siblings = Siblings::new(&units, &folders);
    let context = Context {
        defines: defines(&args.settings),
        packages: &siblings,
    };
    let mut objects = Vec::new();
    let mut waiting: BTreeMap<PathBuf, Unit> = BTreeMap::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut library = Library::new();
    let mut next: Vec<Unit> = units;
    while !next.is_empty() {
        for mut unit in next {
            let mut script = unit.analyse(&context);
            imported(&script, &siblings, path, &mut waiting, &mut library)?;
            objects.extend(object(&mut unit, &mut script, report)?);
        }
        waiting.retain(|file, _| seen.insert(file.clone()));
        next = std::mem::take(&mut waiting).into_values().collect();
    }
    for (module, chains) in library {
        objects.extend(library_object(module, chains, &context, report)?);
    }
    Ok(objects)
}

/// Modules of the standard library, and their chains that scripts call.
type Library = BTreeMap<&'static str, BTreeSet<String>>;

/// The object of a module of the standard library, with nothing in it but what is called.
fn library_object(
    module: &'static str,
    chains: BTreeSet<String>,
    context: &Context<'_>,
    report: &mut Report,
) -> Result<Option<Input>, Failure> {
    let text = stdlib::text(module).unwrap_or_default();
    let path = format!("std/{module}.eclat");
    let mut unit = Unit::new(&path, stdlib::package(module), text.as_bytes());
    unit.only = Some(chains);
    let mut script = unit.analyse(context);
    unit.problems.retain(Diagnostic::is_error);
    object(&mut unit, &mut script, report)
}

/// The object of a script, if nothing is wrong with it.
fn object(
    unit: &mut Unit,
    script: &mut hir::Script,
    report: &mut Report,
) -> Result<Option<Input>, Failure> {
    let bytes = match unit.is_sound() {
        true => unit.object(script)?,
        false => None,
    };
    report.add(&unit.problems, &unit.sources);
    let path = unit.sources.file(unit.file).path().to_owned();
    Ok(bytes.map(|bytes| Input { path, bytes }))
}

/// Adds the scripts of packages whose chains a script calls or hands to a map.
fn imported(
    script: &hir::Script,
    siblings: &Siblings<'_>,
    path: &PackagePath,
    waiting: &mut BTreeMap<PathBuf, Unit>,
    library: &mut Library,
) -> Result<(), Failure> {
    let called = script.externs.iter().map(|callee| &callee.symbol);
    let entries = script.config.maps.iter().flat_map(|map| &map.entries);
    let data = entries.flat_map(|entry| entry.key.iter().chain(&entry.value));
    let given = data.filter_map(|datum| match datum {
        hir::Datum::Chain(symbol) => Some(symbol),
        _ => None,
    });
    for symbol in called.chain(given) {
        let chain = symbol.0.parse::<Symbol>().ok();
        let chain = chain.filter(|symbol| symbol.kind() == SymbolKind::Chain);
        let Some(chain) = chain.filter(|chain| chain.package() != script.package) else {
            continue;
        };
        if let Some(module) = stdlib::module_of(chain.package()) {
            let chains = library.entry(module).or_default();
            chains.insert(chain.name().to_owned());
            continue;
        }
        if siblings.has(chain.package(), chain.name()) {
            continue;
        }
        if let Ok(found) = path.find(Item::ChainScript, chain.package(), chain.name()) {
            let shown = found.path.display().to_string();
            let unit = Unit::new(&shown, found.package, &found.bytes);
            waiting.insert(found.path, unit);
        }
    }
    Ok(())
}
