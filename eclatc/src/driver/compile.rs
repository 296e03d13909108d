//! `eclatc compile FILE -o OUT.o`

use super::cli::{Cli, CompileArgs, Stage};
use super::report::Report;
use super::unit::{Context, Unit, defines};
use super::{Failure, Output, dependencies, files};
use crate::packages::folders::Folders;
use hike_format::PackagePath;
use std::path::{Path, PathBuf};

/// Compiles a script to an object, or to the text of an earlier stage.
///
/// # Errors
/// When the command line is wrong, a file cannot be read or written.
pub fn run(args: &CompileArgs, cli: &Cli) -> Result<Output, Failure> {
    let mut report = Report::new(cli)?;
    let mut unit = Unit::open(&args.file, args.settings.package.as_deref())?;
    let path = PackagePath::from_env(&args.settings.packages);
    let packages = Folders::new(&path);
    let context = Context {
        defines: defines(&args.settings),
        packages: &packages,
    };
    let made = make(&mut unit, args.emit, &context)?;
    report.add(&unit.problems, &unit.sources);
    if report.has_errors() {
        // The early stages can be looked at even when something is wrong.
        let shown = if args.emit <= Stage::Ast { made } else { None };
        return Ok(report.output(shown.unwrap_or_default()));
    }
    let stdout = deliver(args, made.unwrap_or_default())?;
    if let Some(dep_file) = &args.dep_file {
        let rule = dependencies::rule(&target(args), &args.file, &packages.files_read());
        files::write(dep_file, rule.as_bytes())?;
    }
    Ok(report.output(stdout))
}

/// What the stage makes of the script.
fn make(unit: &mut Unit, stage: Stage, context: &Context<'_>) -> Result<Option<Vec<u8>>, Failure> {
    if stage != Stage::Obj {
        return Ok(Some(unit.text_of(stage, context).into_bytes()));
    }
    let mut script = unit.analyse(context);
    match unit.is_sound() {
        true => unit.object(&mut script),
        false => Ok(None),
    }
}

/// Writes the file; gives what belongs on standard output instead.
fn deliver(args: &CompileArgs, bytes: Vec<u8>) -> Result<Vec<u8>, Failure> {
    match (&args.output, args.emit) {
        (None, stage) if stage != Stage::Obj => Ok(bytes),
        (Some(path), _) if path == Path::new("-") => Ok(bytes),
        _ => files::write(&target(args), &bytes).map(|()| Vec::new()),
    }
}

/// The file that is written: `-o`, or the script's name with another ending.
fn target(args: &CompileArgs) -> PathBuf {
    let name = args.file.file_stem().unwrap_or_default();
    let default = || Path::new(name).with_extension("o");
    args.output.clone().unwrap_or_else(default)
}
