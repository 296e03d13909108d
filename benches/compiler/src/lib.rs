//! What the measurements of the compiler share: the stages of a compilation, one after the
//! other, with the processor time each takes.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use eclatc::analyse::{self, Options};
use eclatc::budget::Meter;
use eclatc::codegen::{ChainCode, Generator};
use eclatc::diagnostic::Diagnostic;
use eclatc::ir::passes::{self, Workspace};
use eclatc::lower::Lowering;
use eclatc::packages::folders::Folders;
use eclatc::source::{SourceFile, Sources};
use eclatc::syntax::Arena;
use eclatc::{codegen, hir, lex, parse};
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

/// Chains that go through a stage of the back half between two looks at the clock.
const BATCH: usize = 32;

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
    drop(tokens);
    clock.lap();
    let options = Options {
        package: "bench",
        defines: &BTreeMap::new(),
        packages,
    };
    let (mut script, problems) = analyse::analyse(&tree, file, options);
    sound(name, &problems);
    drop(tree);
    drop(arena);
    clock.lap();
    let codes = clock.back_half(&mut script);
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
        let time = self.since_last();
        if let Some(sum) = self.times.next() {
            *sum += time;
        }
    }

    fn since_last(&mut self) -> Duration {
        let now = processor_time();
        now - std::mem::replace(&mut self.last, now)
    }

    /// The stages between the typed tree and the object. The compiler takes chain after chain
    /// through them; here it is a few at a time, for the clock to be read less often. Chains
    /// are not put in place of their calls. As there, what a stage no longer needs ends in it.
    fn back_half(&mut self, script: &mut hir::Script) -> Vec<ChainCode> {
        let mut times = [Duration::ZERO; 4];
        let mut lowering = Lowering::default();
        let mut workspace = Workspace::default();
        let mut generator = Generator::default();
        let mut meter = Meter::default();
        let mut codes = Vec::new();
        for chains in script.chains.chunks_mut(BATCH) {
            let lowered = chains.iter().map(|chain| lowering.chain(chain));
            let mut functions: Vec<_> = lowered.collect();
            let bodies = chains.iter_mut().map(|chain| &mut chain.body);
            bodies.for_each(|body| drop(std::mem::take(body)));
            times[0] += self.since_last();
            for function in &mut functions {
                passes::optimize_function(function, &mut workspace);
            }
            times[1] += self.since_last();
            let first = codes.len();
            codes.extend(functions.iter().map(|function| {
                let code = generator.chain(function);
                code.expect("a chain the VM has room for")
            }));
            times[2] += self.since_last();
            for (place, function) in (first..).zip(&functions) {
                meter.add(place, function, &codes[place]);
            }
            times[3] += self.since_last();
        }
        std::hint::black_box(meter.finish());
        times[3] += self.since_last();
        for time in times {
            if let Some(sum) = self.times.next() {
                *sum += time;
            }
        }
        codes
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
