//! What a kernel makes of everything that is shipped: `make kernels` runs this under each
//! kernel, `tests/kernels.sh` tells how.
//!
//! `hike-kernels probe BUNDLE...` prints a row a thing, its name and what became of it,
//! with a tab between them; `hike-kernels table FILE...` makes one Markdown table of such
//! rows from several kernels, and fails when one of them refused something it should take.

use std::collections::{BTreeMap, BTreeSet};
use std::os::fd::AsFd;
use std::path::Path;
use std::process::ExitCode;

use hike_format::{Bundle, Symbol, SymbolKind};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::plan::{self, Host, Options, Tier};
use hike_loader::run::{Session, choose_loader};
use hike_loader::sys::program::verified_instructions;
use hike_loader::vm::{Executor, Vm};
use hike_tests::kernel_vm::{NO_MAY_GOTO, TOO_COMPLEX, other_form};
use hike_tests::objects::{image, load, shipped, shown};

/// Name of the row that names the kernel.
const KERNEL: &str = "kernel";
/// What a row says of something that the kernel must take and does not.
const REFUSED: &str = "refused: ";

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words[..] {
        ["probe", ref bundles @ ..] => probe(bundles),
        ["table", ref files @ ..] if !files.is_empty() => return table(files),
        _ => {
            eprintln!("usage: hike-kernels probe BUNDLE... | table FILE...");
            return ExitCode::from(2);
        }
    }
    ExitCode::SUCCESS
}

/// Prints a row a thing.
fn probe(bundles: &[&str]) {
    let release = std::fs::read_to_string("/proc/sys/kernel/osrelease");
    row(KERNEL, release.expect("the kernel's release").trim());
    let vm = Vm::create(&mut Linux).expect("the VM").vm;
    for path in shipped() {
        row(&shown(&path), &object(&path, &vm));
    }
    for path in bundles {
        bundle(Path::new(path));
    }
}

fn row(name: &str, result: &str) {
    println!("{name}\t{result}");
}

/// How many instructions the verifier walked, or what it says against a program.
fn object(path: &Path, vm: &Vm<Linux>) -> String {
    let error = match load(&image(path), vm) {
        Ok(program) => return verified(&program),
        Err(error) => error,
    };
    let executor = format!("{}.o", Executor::MayGoto.name());
    if let Some(reason) = other_form(&error).filter(|_| path.ends_with(executor)) {
        return reason.to_owned();
    }
    eprintln!("{}", error.verifier_log().unwrap_or_default());
    refused(&error)
}

fn verified(program: &impl AsFd) -> String {
    let count = verified_instructions(program.as_fd());
    count.expect("the program's information").to_string()
}

fn refused(error: &impl ToString) -> String {
    format!("{REFUSED}{}", error.to_string().replace(['\t', '\n'], " "))
}

/// Loads a bundle in both tiers; each has rows of its own.
fn bundle(path: &Path) {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let bytes = std::fs::read(path).expect("a bundle");
    let bundle = Bundle::read(&bytes).expect("a bundle");
    for (tier, tier_name) in [(Tier::Vm, "vm"), (Tier::Native, "native")] {
        let result = match start(&bundle, tier) {
            Ok((session, loader)) => {
                linked(&session);
                verified(&session.loaded.programs[&loader])
            }
            Err(error) => refused(&error),
        };
        row(&format!("{name}, {tier_name} tier"), &result);
    }
}

/// Rows of the programs in C: an object of theirs is whole only once it is linked.
fn linked(session: &Session) {
    let whole: BTreeSet<String> = shipped().iter().map(|path| shown(path)).collect();
    for (symbol, program) in &session.loaded.programs {
        let name = format!("packages/{}/{}.o", symbol.package(), symbol.name());
        if symbol.kind() == SymbolKind::Program && !whole.contains(&name) {
            row(&format!("{name}, linked"), &verified(program));
        }
    }
}

/// Loads a bundle in a tier; gives it and its loader.
fn start(bundle: &Bundle, tier: Tier) -> Result<(Session, Symbol), Failure> {
    let host = Host {
        interfaces: Linux.interfaces()?,
        ..Host::default()
    };
    let options = Options {
        tier,
        ..Options::default()
    };
    let loader = choose_loader(bundle.manifest(), None)?;
    let plan = plan::run(bundle, &options, &host)?;
    let session = Session::start(&plan, loader.clone())?;
    Ok((session, loader))
}

/// Rows by name, in the order of the first kernel that has them.
struct Table {
    kernels: Vec<String>,
    rows: Vec<(String, Vec<Option<String>>)>,
}

/// Prints what several kernels made of everything, a column a kernel.
fn table(files: &[&str]) -> ExitCode {
    let table = Table::read(files);
    print!("{}", table.markdown());
    let wrong = table.wrong();
    for problem in &wrong {
        eprintln!("{problem}");
    }
    if wrong.is_empty() {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

impl Table {
    fn read(files: &[&str]) -> Self {
        let mut table = Self {
            kernels: vec![String::new(); files.len()],
            rows: Vec::new(),
        };
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        for (column, file) in files.iter().enumerate() {
            let text = std::fs::read_to_string(file).expect("a file of rows");
            let rows = text.lines().filter_map(|line| line.split_once('\t'));
            for (name, result) in rows {
                if name == KERNEL {
                    result.clone_into(&mut table.kernels[column]);
                    continue;
                }
                let place = *places.entry(name.to_owned()).or_insert(table.rows.len());
                if place == table.rows.len() {
                    table.rows.push((name.to_owned(), vec![None; files.len()]));
                }
                table.rows[place].1[column] = Some(result.to_owned());
            }
        }
        table
    }

    fn markdown(&self) -> String {
        let heads: String = self
            .kernels
            .iter()
            .map(|kernel| format!(" {kernel} |"))
            .collect();
        let mut text = format!("| |{heads}\n|---|{}\n", "---:|".repeat(self.kernels.len()));
        for (name, results) in &self.rows {
            let cells = results.iter().map(|result| {
                let result = result.as_deref().unwrap_or("-");
                format!(" {} |", result.replace('|', "\\|"))
            });
            text += &format!("| {name} |{}\n", cells.collect::<String>());
        }
        text
    }

    /// What was refused, what failed, and what is missing.
    fn wrong(&self) -> Vec<String> {
        let mut wrong = Vec::new();
        for (name, results) in &self.rows {
            for (kernel, result) in self.kernels.iter().zip(results) {
                let result = result.as_deref().unwrap_or("missing");
                let number = result.chars().all(|digit| digit.is_ascii_digit());
                if !(number || [NO_MAY_GOTO, TOO_COMPLEX, "passed"].contains(&result)) {
                    wrong.push(format!("Linux {kernel}: {name}: {result}"));
                }
            }
        }
        if self.rows.is_empty() || self.kernels.iter().any(String::is_empty) {
            wrong.push("a kernel gave no rows".to_owned());
        }
        wrong
    }
}
