//! What the measurements of the compiler share: the stages of a compilation, one after the
//! other, with the processor time each takes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use eclatc::analyse::{self, Options};
use eclatc::codegen::ChainCode;
use eclatc::diagnostic::Diagnostic;
use eclatc::ir::passes;
use eclatc::packages::folders::Folders;
use eclatc::source::{SourceFile, Sources};
use eclatc::syntax::Arena;
use eclatc::{budget, codegen, lex, lower, parse};
use hike_format::PackagePath;

/// The stages, in order.
pub const STAGES: [&str; 8] = [
    "words and lines",
    "form",
    "names and types",
    "intermediate code",
    "passes",
    "bytecode",
    "budgets",
    "object",
];

/// The repository this was built from.
pub fn repository() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
}

/// Where the packages of the repository are.
pub fn packages() -> PackagePath {
    PackagePath::from_env(&[repository().join("packages")])
}

/// Compiles a script as far as an object; gives its code and adds what each stage took.
///
/// # Panics
/// When the script is wrong: it is one of ours.
pub fn compile(
    name: &str,
    text: &str,
    packages: &Folders<'_>,
    times: &mut [Duration; STAGES.len()],
) -> Vec<ChainCode> {
    let mut clock = Clock::new(times);
    let mut sources = Sources::default();
    let file = sources.add(SourceFile::new(name, text));
    let (tokens, problems) = lex::lex(sources.file(file).text(), file);
    sound(name, &problems);
    clock.lap();
    let arena = Arena::new();
    let (tree, problems) = parse::parse(&tokens, &arena);
    sound(name, &problems);
    clock.lap();
    let options = Options {
        package: "bench",
        defines: &BTreeMap::new(),
        packages,
    };
    let (script, problems) = analyse::analyse(&tree, file, options);
    sound(name, &problems);
    clock.lap();
    let mut module = lower::lower(&script);
    clock.lap();
    passes::optimize(&mut module);
    clock.lap();
    let codes = codegen::generate(&module).expect("chains the VM has room for");
    clock.lap();
    std::hint::black_box(budget::budgets(&module, &codes));
    clock.lap();
    let object = codegen::object_of(&codes, &script, &sources);
    std::hint::black_box(object.expect("an object"));
    clock.lap();
    codes
}

fn sound(name: &str, problems: &[Diagnostic]) {
    let error = problems.iter().find(|problem| problem.is_error());
    assert!(error.is_none(), "{name}: {error:?}");
}

/// Adds the time since the last lap to one stage after the other.
struct Clock<'t> {
    times: std::slice::IterMut<'t, Duration>,
    last: Duration,
}

impl<'t> Clock<'t> {
    fn new(times: &'t mut [Duration]) -> Self {
        Self {
            times: times.iter_mut(),
            last: processor_time(),
        }
    }

    fn lap(&mut self) {
        let now = processor_time();
        if let Some(time) = self.times.next() {
            *time += now - self.last;
        }
        self.last = now;
    }
}

/// Processor time of this process. Unlike time on the wall it counts nothing that others on
/// the machine do, and there is one thread only.
pub fn processor_time() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the pointer is to a valid `timespec` that lives through the call.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_PROCESS_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0, "the clock of this process");
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}
