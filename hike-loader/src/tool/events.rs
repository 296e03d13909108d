//! `events`.

use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::{Duration, Instant};

use hike_loader::Error;
use hike_loader::events::{self, Stream};
use hike_loader::inspect::{Datum, InspectError};
use hike_loader::lock::Lock;
use serde_json::json;

use super::cli::{Common, EventsArgs};
use super::labels::HostLabels;
use super::report::note;
use super::samples::Samples;
use super::session::{find, look};
use super::watch::{Emit, Screen};

/// Longest time between two looks at the bundle itself.
const PATIENCE: Duration = Duration::from_millis(200);

/// Shows the events of a bundle.
pub fn events(args: &EventsArgs, common: &Common, emit: Emit<'_>) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let record = find(&registry, &args.name)?;
    let maps = events::find(record, args.program.as_deref())?;
    let _lock = lock(&args.name, common)?;
    let streams = maps.iter().map(|map| Stream::open(&layout, record, map));
    let mut streams = streams.collect::<Result<Vec<_>, _>>()?;
    let labels = HostLabels::of_host(&registry).at(None);
    let mut view: Box<dyn View> = match &args.histogram {
        None => Box::new(Lines::new(&streams, common.json)),
        Some(field) => {
            let (stream, samples) = with_field(streams, field)?;
            let heading = format!("{} {field}", stream.name);
            streams = vec![stream];
            Box::new(Drawing::new(heading, samples, args.interval, common))
        }
    };
    let mut reader = Reader {
        left: args.count,
        follow: args.follow || args.count.is_some(),
        pause: PATIENCE.min(args.interval),
        pin: layout.bundle(&args.name),
        labels,
    };
    let end = reader.read(&mut streams, &mut *view, emit)?;
    if let End::Gone = end {
        note("the events are gone: the bundle was uninstalled", common);
    }
    Ok(String::new())
}

/// What one reads is gone for the others, so there is one reader of a bundle's events.
fn lock(name: &str, common: &Common) -> Result<Lock, Error> {
    let mut path = common.lock.clone().into_os_string();
    path.push(format!(".events.{name}"));
    let lock = Lock::take(&PathBuf::from(path), common.timeout(), |holder| {
        note(&format!("waiting for another reader, {holder}"), common);
    })?;
    Ok(lock)
}

/// The first stream that has such a field, for drawing its numbers.
fn with_field(mut streams: Vec<Stream>, field: &str) -> Result<(Stream, Samples), InspectError> {
    let has_field = |stream: &Stream| Samples::new(&stream.ty, field).is_ok();
    let found = streams.iter().position(has_field);
    // There is at least one; where none has the field, the first one says what it has.
    let stream = streams.swap_remove(found.unwrap_or(0));
    let samples = Samples::new(&stream.ty, field)?;
    Ok((stream, samples))
}

/// Why the reading ended.
enum End {
    /// All that was asked for was shown, or nobody reads it.
    Done,
    /// The bundle was taken off.
    Gone,
}

/// How events are shown.
trait View {
    /// Takes an event; gives what is to be printed at once.
    fn event(&mut self, stream: &Stream, event: &Datum) -> Option<String>;

    /// Takes the number of events that a stream, counted from 0, has lost; gives what is to be printed.
    fn lost(&mut self, index: usize, stream: &Stream, lost: u64) -> Option<String>;

    /// What is to be printed now that there are no more events at the moment, or at the end.
    fn pause(&mut self, end: bool) -> Option<String>;
}

struct Reader {
    left: Option<u64>,
    follow: bool,
    pause: Duration,
    pin: PathBuf,
    labels: HostLabels,
}

impl Reader {
    fn read(
        &mut self,
        streams: &mut [Stream],
        view: &mut dyn View,
        emit: Emit<'_>,
    ) -> Result<End, Error> {
        loop {
            if self.drain(streams, view, emit)?.is_break() {
                return Ok(End::Done);
            }
            let (gone, done) = (!self.pin.exists(), self.left == Some(0));
            let last = done || gone || !self.follow;
            if let Some(text) = view.pause(last)
                && emit(&text).is_break()
            {
                return Ok(End::Done);
            }
            match (gone && !done, last) {
                (true, _) => return Ok(End::Gone),
                (false, true) => return Ok(End::Done),
                (false, false) => events::wait(streams, self.pause)?,
            }
        }
    }

    /// Shows the events that are there.
    fn drain(
        &mut self,
        streams: &mut [Stream],
        view: &mut dyn View,
        emit: Emit<'_>,
    ) -> Result<ControlFlow<()>, Error> {
        for (index, stream) in streams.iter_mut().enumerate() {
            while self.left != Some(0) {
                let Some(event) = stream.next_event(&self.labels) else {
                    break;
                };
                self.left = self.left.map(|left| left - 1);
                if let Some(text) = view.event(stream, &event)
                    && emit(&text).is_break()
                {
                    return Ok(ControlFlow::Break(()));
                }
            }
            if let Some(text) = view.lost(index, stream, stream.lost()?)
                && emit(&text).is_break()
            {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(()))
    }
}

/// A line for each event.
struct Lines {
    json: bool,
    lost: Vec<u64>,
}

impl Lines {
    fn new(streams: &[Stream], json: bool) -> Self {
        let lost = vec![0; streams.len()];
        Self { json, lost }
    }
}

impl View for Lines {
    fn event(&mut self, stream: &Stream, event: &Datum) -> Option<String> {
        Some(match self.json {
            true => {
                let event = json!({ "events": stream.name, "event": event.to_json() });
                format!("{event}\n")
            }
            false => format!("{}: {event}\n", stream.name),
        })
    }

    fn lost(&mut self, index: usize, stream: &Stream, lost: u64) -> Option<String> {
        let before = self.lost.get_mut(index)?;
        if std::mem::replace(before, lost) == lost {
            return None;
        }
        Some(match self.json {
            true => format!("{}\n", json!({ "events": stream.name, "lost": lost })),
            false => format!("{}: {lost} lost so far\n", stream.name),
        })
    }

    fn pause(&mut self, _: bool) -> Option<String> {
        None
    }
}

/// A histogram of the numbers of one field.
struct Drawing {
    heading: String,
    samples: Samples,
    lost: u64,
    screen: Screen,
    json: bool,
    interval: Duration,
    next: Instant,
    first: bool,
}

impl Drawing {
    fn new(heading: String, samples: Samples, interval: Duration, common: &Common) -> Self {
        Self {
            heading,
            samples,
            lost: 0,
            screen: Screen::new(common),
            json: common.json,
            interval,
            next: Instant::now() + interval,
            first: true,
        }
    }

    fn block(&self) -> String {
        if self.json {
            let mut json = self.samples.to_json();
            json["lost"] = self.lost.into();
            return format!("{json}\n");
        }
        let drawn = self.samples.text(&self.heading);
        match self.lost {
            0 => drawn,
            lost => format!("{drawn}{lost} lost so far\n"),
        }
    }
}

impl View for Drawing {
    fn event(&mut self, _: &Stream, event: &Datum) -> Option<String> {
        self.samples.add(event);
        None
    }

    fn lost(&mut self, _: usize, _: &Stream, lost: u64) -> Option<String> {
        self.lost = lost;
        None
    }

    fn pause(&mut self, end: bool) -> Option<String> {
        if !end && Instant::now() < self.next {
            return None;
        }
        self.next = Instant::now() + self.interval;
        let first = std::mem::replace(&mut self.first, false);
        let block = self.block();
        Some(self.screen.block(&block, first))
    }
}
