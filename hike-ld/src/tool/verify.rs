//! `hike-ld verify OUT.hike`: every digest, and every object readable.

use std::path::Path;

use hike_format::Bundle;
use hike_format::bundle::{BundleError, MemberError};
use serde_json::json;

use super::{Failure, INPUT_WRONG, Output, files};

/// Compares every member with its digest and reads every object.
pub fn run(path: &Path, json: bool) -> Result<Output, Failure> {
    let bytes = files::read(path)?;
    match check(&bytes) {
        Ok(bundle) if json => Ok(Output::json(&json!({
            "ok": true,
            "digest": bundle.digest(),
            "members": bundle.manifest().members,
        }))),
        Ok(bundle) => Ok(Output::ok(format!(
            "{}: ok, {} members, digest {}\n",
            path.display(),
            bundle.manifest().members.len(),
            bundle.digest()
        ))),
        Err(error) if json => Ok(Output {
            code: INPUT_WRONG,
            ..Output::json(&json!({
                "ok": false,
                "message": error.to_string(),
                "members": member_errors(&error).iter().map(member_json).collect::<Vec<_>>(),
            }))
        }),
        Err(error) => Err(Failure::input(message(path, &error))),
    }
}

fn check(bytes: &[u8]) -> Result<Bundle, BundleError> {
    let bundle = Bundle::read(bytes)?;
    bundle.check_objects()?;
    Ok(bundle)
}

fn member_errors(error: &BundleError) -> &[MemberError] {
    match error {
        BundleError::Members(errors) => errors,
        BundleError::Damaged { error, .. } => member_errors(error),
        _ => &[],
    }
}

/// Members that differ stand on a line each.
fn message(path: &Path, error: &BundleError) -> String {
    let (path, members) = (path.display(), member_errors(error));
    if members.is_empty() {
        return format!("{path}: {error}");
    }
    let lines: String = members
        .iter()
        .map(|member| format!("\n  {member}"))
        .collect();
    let damage = match error {
        BundleError::Damaged { damage, .. } => format!(", the archive is damaged ({damage})"),
        _ => String::new(),
    };
    format!("{path}: members differ from what `hike.json` says{damage}{lines}")
}

fn member_json(error: &MemberError) -> serde_json::Value {
    match error {
        MemberError::Differs {
            path,
            expected,
            found,
            ..
        } => json!({"path": path, "expected": expected, "found": found}),
        MemberError::Missing { path, expected } => {
            json!({"path": path, "expected": expected, "found": null})
        }
        other => json!({"path": other.path(), "expected": null}),
    }
}
