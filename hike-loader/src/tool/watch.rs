//! `map watch`: a map again and again.

use std::io::IsTerminal;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hike_loader::Error;
use hike_loader::inspect::{self, InspectError, Rate, Row};
use hike_loader::kernel::Linux;
use hike_loader::sys::clock;
use serde_json::{Value, json};

use super::cli::{Common, MapWatchArgs, Pace};
use super::maps::{self, Opened};
use super::report::note;
use super::rows::{self, Style};
use super::samples::Samples;
use super::session::look;

/// Takes a text to print; says whether there is somebody to read more.
pub type Emit<'a> = &'a mut dyn FnMut(&str) -> ControlFlow<()>;

/// Shows a map once an interval.
pub fn watch(args: &MapWatchArgs, common: &Common, emit: Emit<'_>) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let opened = maps::open(&layout, &registry, &args.which)?;
    let found = inspect::find(&opened.record, &args.which.map)?;
    let mut watch = Watch {
        style: maps::style(&opened.typed, args.per_cpu, args.all),
        key: args.key.as_deref().map(|key| opened.key(key)).transpose()?,
        pin: inspect::path(&layout, &args.which.name, &found),
        histogram: args.histogram.as_deref(),
        before: None,
        opened,
    };
    let screen = Screen::new(common);
    let mut clock = Ticks::new(args.pace);
    while clock.next() {
        let Some(look) = watch.look()? else {
            note("the map is gone: its bundle was uninstalled", common);
            break;
        };
        let block = watch.block(&look, common.json)?;
        watch.before = Some(look);
        if emit(&screen.block(&block, clock.is_first())).is_break() {
            break;
        }
    }
    Ok(String::new())
}

/// One look after the other, an interval apart.
pub struct Ticks {
    pace: Pace,
    done: u64,
    next: Instant,
}

impl Ticks {
    /// Nothing seen yet; the first look is at once.
    pub fn new(pace: Pace) -> Self {
        let next = Instant::now();
        Self {
            pace,
            done: 0,
            next,
        }
    }

    /// Waits for the next look; false when there is none.
    pub fn next(&mut self) -> bool {
        if self.pace.count.is_some_and(|count| self.done >= count) {
            return false;
        }
        std::thread::sleep(self.next.saturating_duration_since(Instant::now()));
        self.next = Instant::now() + self.pace.interval;
        self.done += 1;
        true
    }

    /// Whether the look is the first one.
    pub fn is_first(&self) -> bool {
        self.done == 1
    }
}

/// Where blocks go: on a terminal each takes the place of the one before.
pub struct Screen {
    terminal: bool,
    json: bool,
}

impl Screen {
    /// Standard output.
    pub fn new(common: &Common) -> Self {
        Self {
            terminal: std::io::stdout().is_terminal(),
            json: common.json,
        }
    }

    /// A block with what divides it from the one before: JSON is one line each.
    pub fn block(&self, block: &str, first: bool) -> String {
        match (self.json, self.terminal) {
            (true, _) => block.to_owned(),
            (false, true) => format!("\x1b[H\x1b[2J{block}"),
            (false, false) if first => block.to_owned(),
            (false, false) => format!("\n{block}"),
        }
    }
}

/// The entries at one moment.
struct Look {
    rows: Vec<Row>,
    time: Instant,
}

struct Watch<'a> {
    opened: Opened,
    style: Style,
    key: Option<Vec<u8>>,
    pin: PathBuf,
    histogram: Option<&'a str>,
    before: Option<Look>,
}

impl Watch<'_> {
    /// The entries now; none when the bundle was taken off.
    fn look(&mut self) -> Result<Option<Look>, InspectError> {
        if !self.pin.exists() {
            return Ok(None);
        }
        self.opened.labels = std::mem::take(&mut self.opened.labels).at(Some(clock::since_boot()));
        let (typed, labels) = (&self.opened.typed, &self.opened.labels);
        let rows = match &self.key {
            None => inspect::rows(&mut Linux, typed, labels)?,
            Some(key) => Vec::from_iter(inspect::lookup(&mut Linux, typed, key, labels)?),
        };
        let time = Instant::now();
        Ok(Some(Look { rows, time }))
    }

    fn block(&self, look: &Look, json: bool) -> Result<String, InspectError> {
        match (self.histogram, json) {
            (Some(field), json) => self.histogram(look, field, json),
            (None, true) => Ok(self.json(look)),
            (None, false) => Ok(self.table(look)),
        }
    }

    fn table(&self, look: &Look) -> String {
        match self.rates(look) {
            None => rows::table(&look.rows, self.style),
            Some(rates) => {
                let rates: Vec<String> = rates.iter().map(Rate::text).collect();
                rows::table_with(&look.rows, self.style, Some(("per second", &rates)))
            }
        }
    }

    fn json(&self, look: &Look) -> String {
        let rates = self.rates(look).unwrap_or_default();
        let rates = rates.iter().map(Rate::to_json);
        let rates = rates.chain(std::iter::repeat(Value::Null));
        let entries = look.rows.iter().zip(rates).map(|(row, rate)| {
            let mut entry = rows::to_json(row);
            entry["per_second"] = rate;
            entry
        });
        let entries: Value = entries.collect();
        format!("{}\n", json!({ "entries": entries }))
    }

    /// The changes of each entry since the last look.
    fn rates(&self, look: &Look) -> Option<Vec<Rate>> {
        let before = self.before.as_ref()?;
        let time: Duration = look.time - before.time;
        let rows = look.rows.iter();
        Some(
            rows.map(|row| Rate::of_row(row, &before.rows, time))
                .collect(),
        )
    }

    fn histogram(&self, look: &Look, field: &str, json: bool) -> Result<String, InspectError> {
        let typed = &self.opened.typed;
        let mut samples = Samples::new(&typed.value, field)?;
        for row in &look.rows {
            match row.values.total() {
                Some(total) => samples.add(total),
                None => row.values.per_cpu().iter().for_each(|it| samples.add(it)),
            }
        }
        Ok(match json {
            true => format!("{}\n", samples.to_json()),
            false => samples.text(&format!("{} {field}", typed.name)),
        })
    }
}
