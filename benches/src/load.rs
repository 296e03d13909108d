//! What loading each object takes.

use std::os::fd::AsFd;
use std::path::Path;
use std::time::Instant;

use hike_loader::kernel::Linux;
use hike_loader::sys::program::verified_instructions;
use hike_loader::vm::Vm;
use hike_tests::objects::{image, load, shipped, shown};

use crate::report::Report;

/// Loads of each object.
const LOADS: usize = 5;

/// Reports a row an object.
pub fn table(report: &mut Report) {
    report.heading("Loading");
    report.line(
        "Each object by itself, VM tier; the verifier gives up beyond a million instructions.\n",
    );
    report.table(&["object", "verified instructions", "load, ms"]);
    let vm = Vm::create(&mut Linux).expect("the VM").vm;
    let mut longest: f64 = 0.0;
    for path in shipped() {
        let (instructions, milliseconds) = measure(&path, &vm);
        let name = shown(&path);
        if name.starts_with("packages/") {
            longest = longest.max(milliseconds);
        }
        let cells = [instructions.to_string(), format!("{milliseconds:.2}")];
        report.row(&[&name, &cells[0], &cells[1]]);
    }
    report.goal(
        "loading a program of a package, the longest",
        15.0,
        longest,
        "ms",
    );
}

/// Verified instructions, and the median time from parsed object to loaded program.
fn measure(path: &Path, vm: &Vm<Linux>) -> (u32, f64) {
    let image = image(path);
    let mut times = Vec::new();
    let mut instructions = 0;
    for _ in 0..LOADS {
        let start = Instant::now();
        let program = load(&image, vm).expect("a program");
        times.push(start.elapsed().as_secs_f64() * 1e3);
        instructions = verified_instructions(program.as_fd()).expect("program information");
    }
    times.sort_by(f64::total_cmp);
    (instructions, times[LOADS / 2])
}
