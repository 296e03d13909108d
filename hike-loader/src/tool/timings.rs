//! What `install --timings` shows.

use std::time::Duration;

use hike_loader::timings::{ProgramTime, Timings};
use serde_json::{Value, json};

use super::table::Table;

/// One line a phase, below it one a program, and the total, in milliseconds.
pub fn text(timings: &Timings) -> String {
    let total = timings.total();
    let mut table = Table::new(&["phase", "      ms", "verified instructions"]);
    for (phase, time) in timings.phases() {
        table.line([phase.name().to_owned(), short(time), String::new()]);
        for program in timings.programs(phase) {
            let instructions = program.verified_instructions;
            let instructions = instructions.map_or_else(String::new, |it| format!("{it:>21}"));
            table.line([
                format!("  {}", program.name),
                short(program.time),
                instructions,
            ]);
        }
    }
    table.line(["total".to_owned(), short(total), String::new()]);
    table.render()
}

fn short(time: Duration) -> String {
    format!("{:8.1}", milliseconds(time))
}

/// The same, with times to a thousandth.
pub fn json(timings: &Timings) -> Value {
    let total = exact(timings.total());
    let phases = timings.phases().map(|(phase, time)| {
        let programs: Vec<Value> = timings.programs(phase).map(program).collect();
        json!({ "phase": phase.name(), "ms": exact(time), "programs": programs })
    });
    json!({ "phases": phases.collect::<Vec<_>>(), "total_ms": total })
}

fn program(program: &ProgramTime) -> Value {
    json!({
        "program": program.name,
        "ms": exact(program.time),
        "verified_instructions": program.verified_instructions,
    })
}

fn exact(time: Duration) -> f64 {
    (milliseconds(time) * 1000.0).round() / 1000.0
}

fn milliseconds(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
