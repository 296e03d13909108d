//! How short the compiler's code is: every chain of the examples, beside what clang makes of
//! the same chain in C. Prints `docs/benchmarks/density.md`.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

use eclatc::packages::folders::Folders;
use hike_bench_compiler::{compile, packages, repository};
use object::{Object, ObjectSymbol, SymbolKind};

/// Instructions of each chain, by name.
type Sizes = BTreeMap<String, usize>;

const HEAD: &str = "\
# Code density

Made by `make density`: every chain of the scripts in `fixtures/scripts` and of the packages'
examples, and the same chain in C (`benches/compiler/density`), where programs are extern
functions. Numbers are instructions of the object; one that loads 64 bits counts twice, as in
the VM's limit of 256.

- *clang*: compiled with `-O2 -mcpu=v3`. It does not know that some programs end a chain.
- *clang, told*: the same, and programs that end a chain are declared `noreturn`.

Small chains of a script are put in place of their calls, by both compilers; the chains
themselves stay, as maps and other scripts may name them.
";

fn main() {
    let clang = clang();
    println!("{HEAD}\nC compiler: {}\n", clang.version);
    println!("| script | chain | eclatc | clang | clang, told |\n|---|---|---|---|---|");
    let mut totals = [0; 3];
    for script in scripts() {
        for row in rows(&script, &clang) {
            let [ours, plain, told] = row.sizes;
            println!(
                "| {} | {} | {ours} | {plain} | {told} |",
                row.script, row.chain
            );
            totals
                .iter_mut()
                .zip(row.sizes)
                .for_each(|(sum, it)| *sum += it);
        }
    }
    let [ours, plain, told] = totals;
    println!("| all | | {ours} | {plain} | {told} |");
}

struct Row {
    script: String,
    chain: String,
    sizes: [usize; 3],
}

fn rows(script: &Path, clang: &Clang) -> Vec<Row> {
    let name = script.file_stem().unwrap_or_default().to_string_lossy();
    let source = repository().join(format!("benches/compiler/density/{name}.c"));
    let ours = ours(script);
    let plain = clang.sizes(&source, "");
    let told = clang.sizes(&source, "__attribute__((noreturn))");
    let row = |(chain, size): (&String, &usize)| {
        let of = |sizes: &Sizes| {
            let size = sizes.get(chain);
            *size.unwrap_or_else(|| panic!("{}: no `{chain}`", source.display()))
        };
        Row {
            script: name.to_string(),
            chain: chain.clone(),
            sizes: [*size, of(&plain), of(&told)],
        }
    };
    ours.iter().map(row).collect()
}

/// The scripts in `fixtures` and those of every package, in this order.
fn scripts() -> Vec<PathBuf> {
    let packages = files(&repository().join("packages"));
    let examples = packages.iter().map(|package| package.join("examples"));
    let folders = [repository().join("fixtures/scripts")]
        .into_iter()
        .chain(examples);
    folders.flat_map(|folder| files(&folder)).collect()
}

/// What is in a folder, in the order of the names; nothing when there is none.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    let mut paths: Vec<_> = entries
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths
}

fn ours(script: &Path) -> Sizes {
    let text = std::fs::read_to_string(script).expect("an example");
    let codes = compile(
        &script.display().to_string(),
        &text,
        &Folders::new(&packages()),
        &mut Default::default(),
    );
    let size = |code: &eclatc::codegen::ChainCode| {
        let name = code.symbol.0.rsplit('.').next().unwrap_or_default();
        (name.to_owned(), code.slots())
    };
    codes.iter().map(size).collect()
}

struct Clang {
    command: String,
    version: String,
}

/// The newest clang there is.
fn clang() -> Clang {
    let newest = (14..40).rev().map(|version| format!("clang-{version}"));
    for command in newest.chain(["clang".to_owned()]) {
        let Ok(output) = Command::new(&command).arg("--version").output() else {
            continue;
        };
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let version = text.lines().next().unwrap_or_default().to_owned();
        return Clang { command, version };
    }
    eprintln!("expected clang: install one, for instance with `apt-get install clang`");
    std::process::exit(3);
}

impl Clang {
    /// The functions of a C file.
    fn sizes(&self, source: &Path, of_final: &str) -> Sizes {
        let folder = tempfile::tempdir().expect("a folder");
        let object = folder.path().join("chains.o");
        let status = Command::new(&self.command)
            .args(["-O2", "-mcpu=v3", "--target=bpf", "-c", "-o"])
            .arg(&object)
            .arg(format!("-DFINAL={of_final}"))
            .arg(source)
            .status();
        assert!(status.is_ok_and(|it| it.success()), "{}", source.display());
        let bytes = std::fs::read(object).expect("an object");
        let file = object::File::parse(&*bytes).expect("an ELF file");
        let functions = file.symbols();
        functions
            .filter(|symbol| symbol.kind() == SymbolKind::Text && symbol.size() > 0)
            .map(|it| {
                (
                    it.name().unwrap_or_default().to_owned(),
                    it.size() as usize / 8,
                )
            })
            .collect()
    }
}
