//! How fast the compiler is: a script of a million lines, many small scripts, and the whole
//! process of `eclatc build` for the DDoS script. Prints Markdown tables.
//!
//! `hike-bench-compiler LINES [RUNS]` measures a script of so many lines alone and gives the
//! least of the runs: for use while the compiler is changed.

use std::process::Command;
use std::time::{Duration, Instant};

use eclatc::allocator::Allocator;
use eclatc::packages::folders::Folders;
use hike_bench_compiler::{STAGES, compile, packages, repository};

#[path = "../../src/host.rs"]
mod host;
mod script;

/// The allocator of the tool.
#[global_allocator]
static ALLOCATOR: Allocator = Allocator;

/// Lines of the large script.
const LINES: usize = 1_000_000;
/// Copies of each example that stand for many small scripts.
const COPIES: usize = 1_000;
/// Runs of the whole process.
const RUNS: usize = 200;

fn main() {
    let numbers = std::env::args().skip(1).map(|it| it.parse::<usize>());
    let numbers: Result<Vec<_>, _> = numbers.collect();
    match numbers.expect("numbers").as_slice() {
        [] => all(),
        [lines] => large(*lines, 1),
        [lines, runs, ..] => large(*lines, *runs),
    }
}

fn all() {
    println!("## The machine\n\n{}\n", host::describe());
    large(LINES, 1);
    small();
    whole_process();
}

/// The least processor time of some runs, by stage.
fn large(lines: usize, runs: usize) {
    let text = script::large(lines);
    let path = packages();
    let packages = Folders::new(&path);
    let mut least = [Duration::MAX; STAGES.len()];
    let mut chains = 0;
    for _ in 0..runs {
        let mut times = Default::default();
        chains = compile("large.eclat", &text, &packages, &mut times).len();
        for (least, time) in least.iter_mut().zip(times) {
            *least = time.min(*least);
        }
    }
    println!("## A script of {lines} lines\n");
    println!(
        "{} MB, {chains} chains; peak memory {} MB.\n",
        text.len() / 1_000_000,
        peak_memory() / 1000
    );
    table(lines, &least);
}

fn small() {
    let scripts: Vec<String> = script::examples();
    let mut times = Default::default();
    let mut lines = 0;
    let path = packages();
    let packages = Folders::new(&path);
    for _ in 0..COPIES {
        for text in &scripts {
            compile("small.eclat", text, &packages, &mut times);
            lines += text.lines().count();
        }
    }
    println!("## {} small scripts\n", COPIES * scripts.len());
    println!("{lines} lines in one run; what is read of packages is kept.\n");
    table(lines, &times);
}

fn table(lines: usize, times: &[Duration; STAGES.len()]) {
    println!("| stage | ns a line | million lines a second |\n|---|---|---|");
    for (stage, time) in STAGES.iter().zip(times) {
        row(stage, lines, *time);
    }
    row(
        "front half: the first three",
        lines,
        times[..3].iter().sum(),
    );
    row("all", lines, times.iter().sum());
    println!();
}

fn row(stage: &str, lines: usize, time: Duration) {
    let nanoseconds = time.as_nanos() as f64 / lines as f64;
    println!(
        "| {stage} | {nanoseconds:.0} | {:.2} |",
        1000.0 / nanoseconds
    );
}

/// The most memory this process has had, in kB.
fn peak_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let number = line.and_then(|line| line.split_whitespace().next());
    number.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// Runs the tool, which lies beside this program.
fn whole_process() {
    let tool = std::env::current_exe().expect("the path of this program");
    let tool = tool.with_file_name("eclatc");
    let folder = tempfile::tempdir().expect("a folder");
    let mut walls = Vec::with_capacity(RUNS);
    let before = children_time();
    for _ in 0..RUNS {
        let start = Instant::now();
        let status = Command::new(&tool)
            .arg("build")
            .arg(repository().join("fixtures/scripts/ddos_tb_2_lev.eclat"))
            .arg("-L")
            .arg(repository().join("packages"))
            .arg("-o")
            .arg(folder.path().join("ddos.hike"))
            .status();
        let status = status.unwrap_or_else(|error| panic!("{}: {error}", tool.display()));
        assert!(status.success(), "{} fails", tool.display());
        walls.push(start.elapsed());
    }
    let processor = (children_time() - before) / RUNS as u32;
    walls.sort();
    println!("## `eclatc build` of the DDoS script, the whole process\n");
    println!("| | ms |\n|---|---|");
    println!(
        "| processor time, mean of {RUNS} runs | {:.1} |",
        ms(processor)
    );
    println!("| time on the wall, median | {:.1} |", ms(walls[RUNS / 2]));
    println!("| time on the wall, least | {:.1} |", ms(walls[0]));
}

fn ms(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}

/// Processor time of the processes that were started and have ended.
fn children_time() -> Duration {
    // SAFETY: all zeros is a valid `rusage`.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: the pointer is to a valid `rusage` that lives through the call.
    let status = unsafe { libc::getrusage(libc::RUSAGE_CHILDREN, &raw mut usage) };
    assert_eq!(status, 0, "the usage of children");
    let time = |time: libc::timeval| {
        Duration::from_secs(time.tv_sec as u64) + Duration::from_micros(time.tv_usec as u64)
    };
    time(usage.ru_utime) + time(usage.ru_stime)
}
