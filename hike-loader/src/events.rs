//! Events that the programs of a bundle hand to user space, read by the types they declare.

use std::time::Duration;

use hike_format::nearest;
use hike_format::signature::TypeInfo;

use crate::error::plain;
use crate::inspect::{self, Datum, Found, InspectError, Labels, TypedMap};
use crate::kernel::{Kernel, KernelError, Linux};
use crate::registry::{Layout, MapRecord, Record};
use crate::sys::map::Map;
use crate::sys::ring::{self, Ring};

/// What the name of a ring buffer's counter of lost events ends with.
const LOST: &str = "_lost";

/// Why there are no events to read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EventError {
    /// No program of the bundle declares events.
    #[error("bundle `{0}` has no events")]
    NoEvents(String),
    /// The bundle has no such program.
    #[error("bundle `{bundle}` has no program `{program}`")]
    NoProgram {
        /// The bundle.
        bundle: String,
        /// The program.
        program: String,
        /// The programs and loaders it has.
        known: Vec<String>,
    },
    /// A program that declares no events.
    #[error("`{program}` has no events")]
    Silent {
        /// The program.
        program: String,
        /// Those that have.
        known: Vec<String>,
    },
    /// The ring buffer cannot be read.
    #[error("read events `{name}`: {}", plain(error))]
    Read {
        /// Its name.
        name: String,
        /// What the kernel says.
        error: std::io::Error,
    },
    /// A map of the bundle cannot be read.
    #[error(transparent)]
    Map(#[from] InspectError),
}

impl EventError {
    /// Whether the host stands in the way.
    pub fn is_host(&self) -> bool {
        match self {
            Self::Read { .. } => true,
            Self::Map(error) => error.is_host(),
            _ => false,
        }
    }

    /// What to do about it, when there is something.
    pub fn help(&self) -> Option<String> {
        match self {
            Self::NoEvents(_) => {
                Some("programs that declare some, such as `show_pkt_info`, have them".to_owned())
            }
            Self::NoProgram { program, known, .. } => {
                Some(match nearest(program, known.iter().map(String::as_str)) {
                    Some(near) => format!("did you mean `{near}`?"),
                    None => format!("it has: {}", known.join(", ")),
                })
            }
            Self::Silent { known, .. } if !known.is_empty() => {
                Some(format!("events are told by: {}", known.join(", ")))
            }
            Self::Map(error) => error.help(),
            _ => None,
        }
    }
}

/// The events of one ring buffer.
pub struct Stream {
    /// The package that declares it.
    pub package: String,
    /// Its name.
    pub name: String,
    /// The type of an event.
    pub ty: TypeInfo,
    ring: Ring,
    lost: Option<Map>,
}

/// The maps of a bundle with events: of one program or loader, or of all.
///
/// # Errors
/// When there are none.
pub fn find<'a>(
    record: &'a Record,
    program: Option<&str>,
) -> Result<Vec<&'a MapRecord>, EventError> {
    let all = record.maps.iter().filter(|map| map.event.is_some());
    let Some(program) = program else {
        let found: Vec<&MapRecord> = all.collect();
        return match found.is_empty() {
            true => Err(EventError::NoEvents(record.name.clone())),
            false => Ok(found),
        };
    };
    check_program(record, program)?;
    let users = |map: &MapRecord| -> Vec<String> {
        let users = map.users.iter();
        users.map(|user| user.name().to_owned()).collect()
    };
    let known: Vec<String> = all.clone().flat_map(users).collect();
    let is_user = |map: &&MapRecord| {
        let mut users = map.users.iter();
        users.any(|user| user.name() == program || user.to_string() == program)
    };
    let found: Vec<&MapRecord> = all.filter(is_user).collect();
    match found.is_empty() {
        true => Err(EventError::Silent {
            program: program.to_owned(),
            known,
        }),
        false => Ok(found),
    }
}

fn check_program(record: &Record, program: &str) -> Result<(), EventError> {
    let programs = record.programs.iter().map(|program| &program.symbol);
    let mut all = programs.chain(&record.loaders);
    let known = all.clone().map(|symbol| symbol.name().to_owned()).collect();
    if all.any(|symbol| symbol.name() == program || symbol.to_string() == program) {
        return Ok(());
    }
    Err(EventError::NoProgram {
        bundle: record.name.clone(),
        program: program.to_owned(),
        known,
    })
}

impl Stream {
    /// Opens the events of an installed bundle; nobody else may read them meanwhile.
    ///
    /// # Errors
    /// When a pin is not there, or the kernel refuses.
    pub fn open(layout: &Layout, record: &Record, map: &MapRecord) -> Result<Self, EventError> {
        let open = |map: &MapRecord| inspect::open(layout, &record.name, &Found::Bundle(map));
        let lost = record.maps.iter().find(|it| is_lost(map, it));
        let lost = lost.map(open).transpose()?;
        let TypedMap { map: ring, .. } = open(map)?;
        let ty = map.event.clone();
        Self::new(map, ty, &ring, lost.map(|lost| lost.map))
    }

    /// The events in a ring buffer, and the counter of those that were lost.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn new(
        map: &MapRecord,
        ty: Option<TypeInfo>,
        ring: &Map,
        lost: Option<Map>,
    ) -> Result<Self, EventError> {
        let ring = Ring::open(ring).map_err(|error| EventError::Read {
            name: map.name.clone(),
            error,
        })?;
        Ok(Self {
            package: map.package.clone(),
            name: map.name.clone(),
            ty: ty.unwrap_or_else(|| TypeInfo::Array(Box::new(TypeInfo::byte()), 0)),
            ring,
            lost,
        })
    }

    /// The next event; none when there is none now. One that is shorter than its type is
    /// shown as bytes.
    pub fn next_event(&mut self, labels: &dyn Labels) -> Option<Datum> {
        let bytes = self.ring.next_event()?;
        Some(Datum::decode(&bytes, &self.ty, labels))
    }

    /// Events that found no room since the bundle was installed.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn lost(&self) -> Result<u64, KernelError> {
        let Some(lost) = &self.lost else {
            return Ok(0);
        };
        let counts = Linux.lookup(lost, &0u32.to_ne_bytes())?.unwrap_or_default();
        let numbers = counts.iter().filter_map(|count| count.first_chunk());
        Ok(numbers.map(|count| u64::from_ne_bytes(*count)).sum())
    }
}

/// Whether a map counts the lost events of another one.
pub fn is_lost(events: &MapRecord, other: &MapRecord) -> bool {
    other.package == events.package
        && other.name.strip_suffix(LOST) == Some(&events.name)
        && other.event.is_none()
}

/// Waits until one of the streams may have an event, or the time is over.
///
/// # Errors
/// When the kernel refuses.
pub fn wait(streams: &[Stream], time: Duration) -> Result<(), EventError> {
    let rings = streams.iter().map(|stream| &stream.ring);
    ring::wait(rings, time).map_err(|error| EventError::Read {
        name: streams
            .iter()
            .map(|it| &it.name[..])
            .collect::<Vec<_>>()
            .join(", "),
        error,
    })
}
