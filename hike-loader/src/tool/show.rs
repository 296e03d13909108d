//! `show`.

use std::collections::BTreeMap;

use hike_abi::vm_maps;
use hike_format::Symbol;
use hike_loader::Error;
use hike_loader::faults::{Counts, read_counts};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::registry::{ChainRecord, Layout, Record};
use serde_json::{Value, json};

use super::cli::Common;
use super::session::{find, look};
use super::table::Table;

/// Faults by chain; chains without any are left out.
pub type Faults = BTreeMap<Symbol, Counts>;

/// Shows an installed bundle.
pub fn show(name: &str, common: &Common) -> Result<String, Error> {
    let (layout, registry) = look(common)?;
    let record = find(&registry, name)?;
    let faults = read_faults(&layout, record)?;
    if common.json {
        let faults = faults_json(&record.chains, &faults);
        return Ok(format!(
            "{:#}\n",
            json!({ "bundle": record, "faults": faults })
        ));
    }
    let mut out = head(record);
    out += &format!("\n{}", objects(record).render());
    if !record.maps.is_empty() {
        out += &format!("\n{}", maps(record).render());
    }
    out += &format!("\n{}", faults_text(&record.chains, &faults));
    Ok(out)
}

fn read_faults(layout: &Layout, record: &Record) -> Result<Faults, Error> {
    let map = Linux.open_map(&layout.vm().join(vm_maps::FAULTS))?;
    let mut faults = Faults::new();
    for chain in &record.chains {
        if let Some(counts) = read_counts(&mut Linux, &map, chain.id.0)? {
            faults.insert(chain.symbol.clone(), counts);
        }
    }
    Ok(faults)
}

fn head(record: &Record) -> String {
    let mut out = format!(
        "bundle   {} {}\ndigest   {}\nvm abi   {}\ntier     {}\n",
        record.name,
        record.version,
        record.digest,
        record.vm_abi,
        record.tier.name()
    );
    for attachment in &record.attachments {
        out += &format!(
            "attached {} to {} (index {}) as {}\n",
            attachment.loader,
            attachment.device,
            attachment.index,
            attachment.mode.name()
        );
    }
    for setting in &record.config {
        out += &format!(
            "set      {} {} = {}\n",
            setting.owner, setting.name, setting.value
        );
    }
    out
}

fn objects(record: &Record) -> Table {
    let mut table = Table::new(&["kind", "symbol", "id", "slots"]);
    for program in &record.programs {
        let symbol = program.symbol.to_string();
        table.line(["program".to_owned(), symbol, program.id.to_string()]);
    }
    for loader in &record.loaders {
        table.line(["loader".to_owned(), loader.to_string()]);
    }
    for chain in &record.chains {
        let (symbol, id) = (chain.symbol.to_string(), chain.id.to_string());
        table.line(["chain".to_owned(), symbol, id, chain.slots.to_string()]);
    }
    table
}

fn maps(record: &Record) -> Table {
    let mut table = Table::new(&["package", "map", "used by"]);
    for map in &record.maps {
        let users: Vec<&str> = map.users.iter().map(Symbol::name).collect();
        table.line([map.package.clone(), map.name.clone(), users.join(", ")]);
    }
    table
}

/// Faults as lines, with the last place of each chain.
pub fn faults_text(chains: &[ChainRecord], faults: &Faults) -> String {
    if faults.is_empty() {
        return "no faults\n".to_owned();
    }
    let mut out = String::new();
    for chain in chains {
        let Some(counts) = faults.get(&chain.symbol) else {
            continue;
        };
        let kinds = counts.kinds();
        let kinds: Vec<String> = kinds
            .map(|(fault, count)| format!("{count} {}", fault.name()))
            .collect();
        out += &format!("faults in {}: {}\n", chain.symbol, kinds.join(", "));
        out += &last_place(chain, counts);
    }
    out
}

fn last_place(chain: &ChainRecord, counts: &Counts) -> String {
    let Some((fault, slot)) = counts.last else {
        return String::new();
    };
    let name = fault.name();
    match chain.place(slot) {
        Some(found) if found.text.is_empty() => {
            format!("  last: {name} at {}\n", found.place)
        }
        Some(found) => format!("  last: {name} at {}: {}\n", found.place, found.text),
        None => format!("  last: {name} at slot {slot}\n"),
    }
}

/// Faults as JSON.
pub fn faults_json(chains: &[ChainRecord], faults: &Faults) -> Value {
    let found = chains.iter().filter_map(|chain| {
        let counts = faults.get(&chain.symbol)?;
        let kinds: BTreeMap<&str, u64> = counts
            .kinds()
            .map(|(fault, count)| (fault.name(), count))
            .collect();
        let last = counts.last.map(|(fault, slot)| {
            json!({ "kind": fault.name(), "slot": slot, "place": chain.place(slot) })
        });
        Some(json!({ "chain": chain.symbol, "counts": kinds, "last": last }))
    });
    found.collect()
}
