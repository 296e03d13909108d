//! `map list`, `map dump`, `map get`, `map set` and `map clear`.

use hike_format::encode::LPM_TRIE;
use hike_format::signature::TypeInfo;
use hike_loader::Error;
use hike_loader::inspect::{self, Context, Found, InspectError, TypedMap};
use hike_loader::kernel::Linux;
use hike_loader::registry::{Layout, MapRecord, Record, Registry};
use hike_loader::sys::clock;
use hike_loader::sys::map::map_type;
use serde_json::{Value, json};

use super::cli::{
    Common, MapClearArgs, MapDumpArgs, MapGetArgs, MapListArgs, MapSetArgs, MapWhich,
};
use super::labels::HostLabels;
use super::rows::{self, Style};
use super::session::{Session, find, look};
use super::table::Table;

/// Lists maps.
pub fn list(args: &MapListArgs, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let records = match &args.name {
        Some(name) => vec![find(&registry, name)?],
        None => registry.bundles.iter().collect(),
    };
    let mut lines = Vec::new();
    for record in records {
        for map in &record.maps {
            let typed = inspect::open(&layout, &record.name, &Found::Bundle(map))?;
            lines.push(line(record, map, &typed));
        }
    }
    if common.json {
        return Ok(format!("{:#}\n", Value::Array(lines)));
    }
    Ok(list_table(&lines))
}

const COLUMNS: [&str; 7] = [
    "bundle", "package", "map", "type", "key", "value", "entries",
];

fn line(record: &Record, map: &MapRecord, typed: &TypedMap) -> Value {
    let shape = typed.shape;
    json!({
        "bundle": record.name,
        "package": map.package,
        "map": map.name,
        "type": map_type::name(shape.map_type),
        "key": key_type(typed),
        "value": map.event.as_ref().unwrap_or(&typed.value).to_string(),
        "entries": shape.max_entries,
    })
}

/// The type of the keys; of longest-prefix maps they are prefixes.
fn key_type(typed: &TypedMap) -> String {
    match (&typed.key, typed.shape.map_type) {
        (TypeInfo::Struct { fields, .. }, LPM_TRIE) if fields.len() == 2 => {
            format!("{} prefix", fields[1].ty)
        }
        (key, _) => key.to_string(),
    }
}

fn list_table(lines: &[Value]) -> String {
    let mut table = Table::new(&COLUMNS);
    for line in lines {
        let cell = |column: &&str| match &line[*column] {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        table.line(COLUMNS.iter().map(cell));
    }
    table.render()
}

/// A map of an installed bundle, and the names of this host.
pub struct Opened {
    /// The map.
    pub typed: TypedMap,
    /// The bundle.
    pub record: Record,
    /// What its entries are shown with.
    pub labels: HostLabels,
}

/// Opens a map by its name.
pub fn open(layout: &Layout, registry: &Registry, which: &MapWhich) -> Result<Opened, Error> {
    let record = find(registry, &which.name)?;
    let map = inspect::find(record, &which.map)?;
    Ok(Opened {
        typed: inspect::open(layout, &which.name, &map)?,
        record: record.clone(),
        labels: HostLabels::of_host(registry),
    })
}

impl Opened {
    /// The bytes of a key.
    pub fn key(&self, text: &str) -> Result<Vec<u8>, InspectError> {
        self.typed
            .parse_key(text, context(&HostLabels::of_bundle(&self.record)))
    }
}

fn context(names: &HostLabels) -> Context<'_> {
    let now = clock::since_boot();
    Context { names, now }
}

/// Arrays with more entries are shown without those that are zero.
const LONG_ARRAY: u32 = 16;

/// How the entries of a map are shown, unless all of them are asked for.
pub fn style(typed: &TypedMap, per_cpu: bool, all: bool) -> Style {
    let long = typed.shape.is_array() && typed.shape.max_entries > LONG_ARRAY;
    Style {
        per_cpu,
        zeros: all || !long,
    }
}

/// Shows every entry of a map.
pub fn dump(args: &MapDumpArgs, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let opened = open(&layout, &registry, &args.which)?;
    let found = inspect::rows(&mut Linux, &opened.typed, &opened.labels)?;
    if common.json {
        let rows: Value = found.iter().map(rows::to_json).collect();
        return Ok(format!("{rows:#}\n"));
    }
    let style = style(&opened.typed, args.per_cpu, args.all);
    Ok(rows::table(&found, style))
}

fn no_entry(key: &str, opened: &Opened) -> InspectError {
    InspectError::NoEntry {
        key: key.to_owned(),
        map: opened.typed.name.clone(),
    }
}

/// Shows one entry of a map.
pub fn get(args: &MapGetArgs, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let opened = open(&layout, &registry, &args.which)?;
    let key = opened.key(&args.key)?;
    let row = inspect::lookup(&mut Linux, &opened.typed, &key, &opened.labels)?;
    let row = row.ok_or_else(|| no_entry(&args.key, &opened))?;
    if common.json {
        return Ok(format!("{:#}\n", rows::to_json(&row)));
    }
    Ok(rows::value(
        &row.values,
        style(&opened.typed, args.per_cpu, true),
    ))
}

/// Sets an entry of a map, or fields of one.
pub fn set(args: &MapSetArgs, common: &Common) -> Result<String, Error> {
    let session = Session::open(common)?;
    let opened = open(&session.layout, &session.registry()?, &args.which)?;
    let (key, names) = (
        opened.key(&args.key)?,
        HostLabels::of_bundle(&opened.record),
    );
    let text = args.value.join(" ");
    let row = inspect::set(
        &mut Linux,
        &opened.typed,
        &key,
        &text,
        context(&names),
        &opened.labels,
    )?;
    // Gone again already: an entry of a map that evicts, or somebody took it out.
    let row = row.ok_or_else(|| no_entry(&args.key, &opened))?;
    if common.json {
        return Ok(format!("{:#}\n", rows::to_json(&row)));
    }
    let (name, key) = (&opened.typed.name, &row.key);
    Ok(match row.values.per_cpu() {
        [] => format!(
            "{name}: {key} is {}",
            rows::value(&row.values, Style::default())
        ),
        [value, ..] => format!("{name}: {key} is {value} on every CPU\n"),
    })
}

/// Takes out an entry of a map, or all of them.
pub fn clear(args: &MapClearArgs, common: &Common) -> Result<String, Error> {
    let session = Session::open(common)?;
    let opened = open(&session.layout, &session.registry()?, &args.which)?;
    let cleared = match &args.key {
        None => inspect::clear_all(&mut Linux, &opened.typed)?,
        Some(text) => {
            let key = opened.key(text)?;
            let cleared = inspect::clear(&mut Linux, &opened.typed, &key)?;
            cleared
                .then_some(1)
                .ok_or_else(|| no_entry(text, &opened))?
        }
    };
    if common.json {
        return Ok(format!("{}\n", json!({ "cleared": cleared })));
    }
    let entries = match cleared {
        1 => "1 entry".to_owned(),
        _ => format!("{cleared} entries"),
    };
    Ok(format!("{}: cleared {entries}\n", opened.typed.name))
}
