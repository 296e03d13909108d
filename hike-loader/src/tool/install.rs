//! `install` and `uninstall`.

use hike_loader::Error;
use hike_loader::apply::{self, Installed};
use hike_loader::kernel::{Kernel, KernelError, Linux};
use hike_loader::plan::{self, Host, Options, Plan};
use hike_loader::registry::Registry;
use hike_loader::remove;
use serde_json::json;

use super::cli::{BundleOptions, Common, InstallArgs};
use super::files;
use super::session::{Session, find, state};

/// The options as the library takes them.
pub fn options(options: &BundleOptions) -> Options {
    Options {
        variables: options.variables.clone(),
        settings: options.settings.clone(),
        tier: options.tier.into(),
        ..Options::default()
    }
}

/// Installs a bundle.
pub fn install(args: &InstallArgs, common: &Common) -> Result<String, Error> {
    let bundle = files::bundle(&args.bundle)?;
    let options = Options {
        device: args.dev.clone(),
        mode: args.xdp_mode.map(Into::into),
        ..options(&args.options)
    };
    if args.dry_run {
        return Ok(plan::install(&bundle, &options, &dry_state(common)?)?.to_string());
    }
    let session = Session::open(common)?;
    let plan = plan::install(&bundle, &options, &state(&session.layout)?)?;
    let result = apply::install(&mut Linux, &session.layout, &plan)?;
    Ok(installed(&plan, &result, common))
}

/// What a plan depends on, as far as this process may know it: a dry run needs no
/// privileges, and takes a host that it cannot look at for an empty one.
fn dry_state(common: &Common) -> Result<Host, Error> {
    Ok(Host {
        registry: Registry::read(&mut Linux, &common.layout()).unwrap_or_default(),
        interfaces: Linux.interfaces()?,
    })
}

fn installed(plan: &Plan, result: &Installed, common: &Common) -> String {
    if common.json {
        let record = plan.record(result.tier);
        let refused = result.refused.as_ref().map(ToString::to_string);
        let value = json!({ "installed": record, "native_refused": refused });
        return format!("{value}\n");
    }
    let attachments = plan.attachments.iter();
    let places: Vec<String> = attachments
        .map(|it| format!("{} on {}", it.loader.name(), it.interface.name))
        .collect();
    let places = match places.len() {
        0 => "attached to no interface".to_owned(),
        _ => places.join(", "),
    };
    let refused = result.refused.as_ref().map(in_vm).unwrap_or_default();
    format!(
        "installed {} {}: {}, {}, {} tier, {places}\n{refused}",
        plan.name,
        plan.version,
        count(plan.programs.len(), "program"),
        count(plan.chains.len(), "chain"),
        result.tier.name(),
    )
}

/// Why a bundle runs in the VM.
pub fn in_vm(refused: &KernelError) -> String {
    format!("note: it runs in the VM: {refused}\n")
}

/// `1 program`, `2 programs`.
pub fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ => format!("{number} {noun}s"),
    }
}

/// Takes a bundle off.
pub fn uninstall(name: &str, common: &Common) -> Result<String, Error> {
    let session = Session::open(common)?;
    let registry = Registry::read(&mut Linux, &session.layout)?;
    let record = find(&registry, name)?;
    remove::bundle(&mut Linux, &session.layout, record)?;
    if common.json {
        return Ok(format!("{}\n", json!({ "uninstalled": name })));
    }
    Ok(format!("uninstalled {name}\n"))
}
