//! The workloads with real traffic: frames through a veth pair into the router, and out of
//! another one.
//!
//! ```text
//!  CPU 0                      CPU 1, one thread of the kernel
//! generator --> bench-gen0 == bench-in0 --> the program --> out0 == end0 --> sink
//! ```
//!
//! The generator is a program that the kernel runs on frames of its own, as fast as it can;
//! each is redirected into `bench-gen0`. The receiving end polls (NAPI) in a thread of the
//! kernel, which is kept on another CPU than the generator's. Whatever the thread forwards,
//! it takes at the far end too, where a program counts and drops it. What comes faster than
//! the thread takes it is lost before it gets there, so the thread sets the rate.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::time::Duration;

use hike_loader::sys::link::{self, XdpFlags};
use hike_loader::sys::program::run_live;
use hike_tests::cpu;
use hike_tests::net::{Namespace, join};

use crate::measure::{Figure, figure};
use crate::raw::{Program, Raw};
use crate::report::Report;
use crate::router::{END, Router};
use crate::workload::{self, RAW, Variant, Workload, packet};

/// Workloads that are measured with traffic.
const WORKLOADS: [Workload; 2] = [workload::MMLF, workload::ENCAPSULATION];
/// Rounds over all variants.
const ROUNDS: usize = 31;
/// Frames that the generator sends to a variant in a round, and before it is measured.
const FRAMES: u32 = 400_000;
const WARM_UP: u32 = 20_000;
/// Frames that it hands over at once: as many as a ring of veth holds.
const BATCH: u32 = 256;
/// Where the generator runs, and where the receiving thread.
const GENERATOR: usize = 0;
const RECEIVER: usize = 1;

/// The receiving interface; its name is the thread's too, so no other may have it.
const INPUT: &str = "bench-in0";
const INPUT_INDEX: u32 = 6;
/// Its Ethernet address, as `benches/raw` has it.
const ADDRESS: &str = "02:00:00:00:00:10";
const OUTPUT: &str = "bench-gen0";
const OUTPUT_INDEX: u32 = 2;

/// Reports what a receiving CPU takes a second.
pub fn tables(report: &mut Report) {
    report.heading("Real traffic");
    if std::thread::available_parallelism().map_or(1, usize::from) <= RECEIVER {
        report.line("Not measured: one CPU has to send, and another one to receive.");
        return;
    }
    report.line(
        "Packets that one CPU receives, works on and forwards while another one sends more than \
         it takes; *ns* is its time for one. A ratio above 1 is faster.",
    );
    WORKLOADS.iter().for_each(|it| table(it, report));
}

fn table(workload: &Workload, report: &mut Report) {
    let router = Router::new();
    let mut ways = router.measure(|| workload.start());
    let lane = Lane::new(&router, &mut ways.raw);
    let redirect = ways.raw.load("raw_redirect", Some(Router::OUT));
    let pass = ways.raw.load("raw_empty", None);
    let mut variants = vec![
        Variant::new("no work: dropped", &lane.sink),
        Variant::new("no work: redirected", &redirect),
        Variant::new("no program: passed to the kernel, which forwards", &pass),
    ];
    let first = variants.len();
    variants.extend(ways.variants());
    let mut samples = vec![Vec::with_capacity(ROUNDS); variants.len()];
    for _ in 0..ROUNDS {
        for (variant, samples) in variants.iter().zip(&mut samples) {
            samples.push(lane.run(variant.program, &ways.raw));
        }
    }
    report.line(&format!("\n### {}\n", workload.title));
    report.table(&[
        "",
        "thousands a second",
        "spread",
        "ratio",
        "ns",
        "receiver busy",
    ]);
    let raw = figure_of(&samples[first + RAW], Sample::rate).median;
    for (variant, samples) in variants.iter().zip(&samples) {
        print(report, variant.name, samples, raw);
    }
}

/// Prints the row of a variant; ratios are to the rate `raw`.
fn print(report: &mut Report, name: &str, samples: &[Sample], raw: f64) {
    let Figure { median, spread } = figure_of(samples, Sample::rate);
    let time = figure_of(samples, Sample::nanoseconds).median;
    let busy = figure_of(samples, Sample::busy).median;
    let numbers = [
        (median / 1e3, 0),
        (spread / 1e3, 0),
        (median / raw, 2),
        (time, 0),
        (busy, 2),
    ];
    let cells = numbers.map(|(value, digits)| format!("{value:.digits$}"));
    let mut row = vec![name];
    row.extend(cells.iter().map(String::as_str));
    report.row(&row);
}

fn figure_of(samples: &[Sample], part: fn(&Sample) -> f64) -> Figure {
    figure(&mut samples.iter().map(part).collect::<Vec<f64>>())
}

/// What the receiving thread did in a span of time.
#[derive(Clone, Copy)]
struct Sample {
    packets: u64,
    /// The time that went by.
    elapsed: Duration,
    /// The time that the thread was running.
    running: Duration,
}

impl Sample {
    /// Packets a second.
    fn rate(&self) -> f64 {
        self.packets as f64 / self.elapsed.as_secs_f64()
    }

    /// Time of the receiving CPU for one packet.
    fn nanoseconds(&self) -> f64 {
        self.running.as_secs_f64() * 1e9 / self.packets as f64
    }

    /// The part of the time that it was at work.
    fn busy(&self) -> f64 {
        self.running.as_secs_f64() / self.elapsed.as_secs_f64()
    }
}

/// The way of the packets.
struct Lane<'a> {
    router: &'a Router,
    source: Namespace,
    generator: Program,
    sink: Program,
    _end: OwnedFd,
}

impl<'a> Lane<'a> {
    /// Joins a source to the router, and puts the sink at the far end.
    fn new(router: &'a Router, raw: &mut Raw) -> Self {
        let source = Namespace::new("hike-bench-source");
        source.ip("link set lo up");
        join(
            (&source, OUTPUT, OUTPUT_INDEX),
            (&router.namespace, INPUT, INPUT_INDEX),
        );
        let here = &router.namespace;
        here.ip(&format!("link set {INPUT} address {ADDRESS}"));
        here.sysctl("net.ipv6.conf.bench-in0.disable_ipv6", "0");
        let generator = raw.load("raw_generate", Some(OUTPUT_INDEX));
        let sink = raw.load("raw_sink", None);
        // An interface that polls not yet would not take it; it keeps it.
        let polling = attach(here, sink.as_fd(), INPUT_INDEX);
        here.sysfs(&format!("class/net/{INPUT}/threaded"), "1");
        drop(polling);
        let end = attach(&router.next, sink.as_fd(), END);
        Self {
            router,
            source,
            generator,
            sink,
            _end: end,
        }
    }

    /// Sends for a while to a program that receives.
    fn run(&self, program: BorrowedFd<'_>, raw: &Raw) -> Sample {
        let _attached = attach(&self.router.namespace, program, INPUT_INDEX);
        let thread = receiver();
        cpu::keep(thread, RECEIVER).expect("the receiving CPU");
        cpu::keep(0, GENERATOR).expect("the sending CPU");
        // Other work on the machine would be measured too; where the kernel keeps real time
        // for others it is.
        let _ = [thread, 0].map(|thread| cpu::hurry(thread, true));
        let sample = self.source.enter(|| {
            self.send(WARM_UP);
            let (packets, running) = (received(raw), time_of(thread));
            let elapsed = self.send(FRAMES);
            Sample {
                packets: received(raw) - packets,
                elapsed,
                running: time_of(thread) - running,
            }
        });
        let _ = cpu::hurry(0, false);
        sample
    }

    /// Sends frames; gives the time from the first to the last.
    fn send(&self, frames: u32) -> Duration {
        let each = run_live(self.generator.as_fd(), &packet(), frames, BATCH);
        let each = each.expect("frames that go their way: Linux 5.18");
        Duration::from_nanos(each.into()) * frames
    }
}

/// Attaches a program to an interface of a namespace, before the kernel makes anything else
/// of a frame.
fn attach(namespace: &Namespace, program: BorrowedFd<'_>, index: u32) -> OwnedFd {
    let attached = namespace.enter(|| link::create(program, index, XdpFlags::Driver));
    attached.expect("native XDP on a veth interface")
}

/// The kernel's thread that polls the receiving interface.
fn receiver() -> i32 {
    let name = format!("napi/{INPUT}-");
    let threads = fs::read_dir("/proc").expect("the processes").flatten();
    let mut threads = threads.filter(|thread| {
        let found = fs::read_to_string(thread.path().join("comm"));
        found.is_ok_and(|found| found.starts_with(&name))
    });
    let thread = threads.next().expect("a thread that polls");
    let number = thread.file_name().to_string_lossy().parse();
    number.expect("the number of a process")
}

/// How long a thread has been running.
fn time_of(thread: i32) -> Duration {
    let times = fs::read_to_string(format!("/proc/{thread}/schedstat")).expect("its times");
    let running = times.split_whitespace().next().map(str::parse);
    Duration::from_nanos(running.expect("a number").expect("nanoseconds"))
}

/// Packets that the sink counted, on all CPUs.
fn received(raw: &Raw) -> u64 {
    let counts = raw.map("raw_received").lookup(&[0; 4]).expect("a look-up");
    let counts = counts.expect("a count").into_iter();
    let counts = counts.map(|it| u64::from_ne_bytes(it.try_into().expect("64 bits")));
    counts.sum()
}
