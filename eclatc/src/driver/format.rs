//! `eclatc fmt [--check] FILE|DIR...`

use super::cli::{Cli, FormatArgs};
use super::report::Report;
use super::unit::Unit;
use super::{Exit, Failure, Output, files};
use crate::format::{Refusal, format};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// Brings scripts into their usual form, or says which are not in it.
///
/// A file is written whole or not at all, and only when it changes. `-` is standard input,
/// the result of which goes to standard output.
///
/// # Errors
/// When the command line is wrong or a file cannot be read or written.
pub fn run(args: &FormatArgs, cli: &Cli) -> Result<Output, Failure> {
    let mut report = Report::new(cli)?;
    let mut stdout = String::new();
    let mut would_change = false;
    for path in scripts(args)? {
        let before = read(&path)?;
        let Some(after) = formatted(&path, &before, &mut report)? else {
            continue;
        };
        let changes = after.as_bytes() != before;
        match path == Path::new("-") {
            _ if args.check && changes => {
                would_change = true;
                stdout += &format!("{}\n", path.display());
            }
            _ if args.check => {}
            true => stdout += &after,
            false if changes => files::rewrite(&path, after.as_bytes())?,
            false => {}
        }
    }
    let mut output = report.output(stdout.into_bytes());
    if would_change {
        output.exit = Exit::Input;
    }
    Ok(output)
}

/// The files, and the scripts in the folders.
fn scripts(args: &FormatArgs) -> Result<Vec<PathBuf>, Failure> {
    let mut scripts = Vec::new();
    for path in &args.files {
        match path.is_dir() {
            true => scripts.extend(files::scripts(path)?),
            false => scripts.push(path.clone()),
        }
    }
    Ok(scripts)
}

fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    if path != Path::new("-") {
        return files::read(path);
    }
    let mut bytes = Vec::new();
    let failure = |error: io::Error| {
        let message = format!("cannot read standard input: {}", files::in_words(&error));
        Failure::new(Exit::Host, message)
    };
    io::stdin().read_to_end(&mut bytes).map_err(failure)?;
    Ok(bytes)
}

/// The text in its usual form; `None` when it has syntax errors, which are reported.
fn formatted(path: &Path, bytes: &[u8], report: &mut Report) -> Result<Option<String>, Failure> {
    let mut unit = Unit::new(&path.display().to_string(), String::new(), bytes);
    if unit.is_sound() {
        match format(unit.sources.file(unit.file).text(), unit.file) {
            Ok(text) => return Ok(Some(text)),
            Err(Refusal::Syntax(problems)) => unit.problems = problems,
            Err(Refusal::Defect) => return Err(defect(path)),
        }
    }
    report.add(&unit.problems, &unit.sources);
    Ok(None)
}

fn defect(path: &Path) -> Failure {
    let path = path.display();
    let message =
        format!("the usual form of {path} would mean something else, it is left as it was");
    Failure::new(Exit::Bug, message).help("this is a bug of ours, please report it")
}
