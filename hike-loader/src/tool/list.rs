//! `list`.

use hike_loader::Error;
use hike_loader::registry::Record;
use serde_json::json;

use super::cli::Common;
use super::session::look;
use super::table::Table;

/// Lists the installed bundles.
pub fn list(common: &Common) -> Result<String, Error> {
    let (_, registry) = look(common)?;
    if common.json {
        return Ok(format!("{:#}\n", json!(registry.bundles)));
    }
    if registry.bundles.is_empty() {
        return Ok("no bundle is installed\n".to_owned());
    }
    let headings = ["name", "version", "programs", "chains", "devices", "digest"];
    let mut table = Table::new(&headings);
    for record in &registry.bundles {
        table.line(line(record));
    }
    Ok(table.render())
}

fn line(record: &Record) -> [String; 6] {
    let devices = record.attachments.iter().map(|it| it.device.as_str());
    let devices: Vec<&str> = devices.collect();
    let mut digest = record.digest.to_string();
    digest.truncate(12);
    [
        record.name.clone(),
        record.version.clone(),
        record.programs.len().to_string(),
        record.chains.len().to_string(),
        match devices.len() {
            0 => "none".to_owned(),
            _ => devices.join(","),
        },
        digest,
    ]
}
