//! `map list`, `map dump` and `map get`.

use hike_loader::Error;
use hike_loader::inspect::{self, InspectError, Row, TypedMap, Values};
use hike_loader::registry::{Layout, MapRecord, Record, Registry};
use hike_loader::sys::map::map_type;
use serde_json::{Value, json};

use super::cli::{Common, MapDumpArgs, MapGetArgs, MapListArgs};
use super::labels::HostLabels;
use super::session::{find, look};
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
            let typed = inspect::open(&layout, &record.name, map)?;
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
    let shape = typed.info.shape;
    json!({
        "bundle": record.name,
        "package": map.package,
        "map": map.name,
        "type": map_type::name(shape.map_type),
        "key": typed.key.to_string(),
        "value": typed.value.to_string(),
        "entries": shape.max_entries,
    })
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

struct Opened {
    typed: TypedMap,
    labels: HostLabels,
}

fn open(layout: &Layout, registry: &Registry, bundle: &str, map: &str) -> Result<Opened, Error> {
    let record = find(registry, bundle)?;
    let map = inspect::find(record, map)?;
    let mut typed = inspect::open(layout, bundle, map)?;
    // The kernel keeps only the start of a name.
    typed.info.name.clone_from(&map.name);
    let chains = registry.bundles.iter().flat_map(|record| &record.chains);
    let chains = chains.map(|chain| (chain.symbol.clone(), chain.id));
    let labels = HostLabels::new(chains);
    Ok(Opened { typed, labels })
}

/// Shows every entry of a map.
pub fn dump(args: &MapDumpArgs, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let opened = open(&layout, &registry, &args.name, &args.map)?;
    let rows = inspect::rows(&opened.typed, &opened.labels)?;
    if common.json {
        let rows: Value = rows.iter().map(row_json).collect();
        return Ok(format!("{rows:#}\n"));
    }
    Ok(rows_text(&rows, args.per_cpu))
}

/// Shows one entry of a map.
pub fn get(args: &MapGetArgs, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let opened = open(&layout, &registry, &args.name, &args.map)?;
    let key = inspect::parse_key(&opened.typed, &args.key, &opened.labels);
    let key = key.map_err(|error| InspectError::Key {
        key: args.key.clone(),
        map: args.map.clone(),
        error,
    })?;
    let row = inspect::lookup(&opened.typed, &key, &opened.labels)?;
    let row = row.ok_or_else(|| InspectError::NoEntry {
        key: args.key.clone(),
        map: args.map.clone(),
    })?;
    if common.json {
        return Ok(format!("{:#}\n", row_json(&row)));
    }
    Ok(values_lines(&row.values, args.per_cpu).join("\n") + "\n")
}

/// Entries as a table; an empty map says so.
pub fn rows_text(rows: &[Row], per_cpu: bool) -> String {
    if rows.is_empty() {
        return "empty\n".to_owned();
    }
    let mut table = Table::new(&["key", "value"]);
    for row in rows {
        let mut key = row.key.to_string();
        for line in values_lines(&row.values, per_cpu) {
            table.line([std::mem::take(&mut key), line]);
        }
    }
    table.render()
}

/// The sum, or the value of each CPU where there is none or it is asked for.
fn values_lines(values: &Values, per_cpu: bool) -> Vec<String> {
    match values.total() {
        Some(total) if !per_cpu || values.per_cpu().is_empty() => vec![total.to_string()],
        _ => {
            let values = values.per_cpu().iter().enumerate();
            values
                .map(|(cpu, value)| format!("cpu {cpu}: {value}"))
                .collect()
        }
    }
}

/// An entry as JSON.
pub fn row_json(row: &Row) -> Value {
    let mut object = json!({
        "key": row.key.to_json(),
        "value": row.values.total().map(|total| total.to_json()),
    });
    let per_cpu = row.values.per_cpu();
    if !per_cpu.is_empty() {
        object["per_cpu"] = per_cpu.iter().map(|value| value.to_json()).collect();
    }
    object
}
