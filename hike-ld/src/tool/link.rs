//! `hike-ld OBJ.o... -o OUT.hike`: links and writes.

use std::path::Path;

use hike_format::PackagePath;
use hike_ld::{Input, Linked, Options};
use serde_json::json;

use super::cli::LinkArgs;
use super::{Failure, Output, files};

/// Links the objects and writes the bundle, then the map.
pub fn run(args: &LinkArgs, json: bool) -> Result<Output, Failure> {
    let inputs = args.objects.iter().map(|path| input(path));
    let inputs = inputs.collect::<Result<Vec<_>, _>>()?;
    let packages = PackagePath::from_env(&args.packages);
    let options = Options {
        name: args.name.clone(),
        version: args.bundle_version.clone(),
        no_native: args.no_native,
    };
    let linked = hike_ld::link(&inputs, &packages, &options).map_err(Failure::Link)?;
    let bytes = linked.bundle.write();
    let bytes = bytes.map_err(|error| Failure::host(error.to_string()))?;
    // The command line parser asks for the output whenever there are objects.
    let output = args.output.as_deref().unwrap_or(Path::new("out.hike"));
    files::write(output, &bytes)?;
    if let Some(map) = &args.map {
        files::write(map, linked.map.to_string().as_bytes())?;
    }
    let why = linked.not_fused.iter().map(|(loader, error)| {
        format!("note: `{loader}` has no fused program, it runs in the VM: {error}\n")
    });
    let why: String = why.collect();
    Ok(if json {
        summary(output, &linked, bytes.len())
    } else {
        Output::ok(&why)
    })
}

fn input(path: &Path) -> Result<Input, Failure> {
    Ok(Input {
        path: path.display().to_string(),
        bytes: files::read(path)?,
    })
}

fn summary(output: &Path, linked: &Linked, length: usize) -> Output {
    let lines: Vec<_> = linked
        .map
        .lines
        .iter()
        .map(|line| {
            json!({
                "symbol": line.symbol,
                "object": line.object,
                "size": line.size,
                "used_by": line.used_by,
            })
        })
        .collect();
    Output::json(&json!({
        "output": output.display().to_string(),
        "length": length,
        "digest": linked.bundle.digest(),
        "symbols": lines,
    }))
}
