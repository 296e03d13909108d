//! `install` and `uninstall`.

use hike_format::Bundle;
use hike_loader::Error;
use hike_loader::apply::{self, Installed};
use hike_loader::kernel::{Kernel, KernelError, Linux, Measured};
use hike_loader::plan::{self, Host, Options, Plan};
use hike_loader::registry::Registry;
use hike_loader::remove;
use hike_loader::timings::{Phase, Timings};
use serde_json::{Value, json};

use super::cli::{BundleOptions, Common, InstallArgs};
use super::files;
use super::session::{Session, find, state};
use super::timings;

/// The options as the library takes them.
pub fn options(options: &BundleOptions) -> Options {
    Options {
        variables: options.variables.clone(),
        settings: options.settings.clone(),
        tier: options.tier.into(),
        ..Options::default()
    }
}

/// Installs a bundle, or says what that would do.
pub fn install(args: &InstallArgs, common: &Common) -> Result<String, Error> {
    let mut timings = Timings::start();
    let bundle = timings.measure(Phase::Bundle, || files::bundle(&args.bundle))?;
    let mut output = match args.dry_run {
        true => plan_only(&bundle, args, common, &mut timings)?,
        false => plan_and_apply(&bundle, args, common, &mut timings)?,
    };
    if args.timings {
        output.text += &timings::text(&timings);
        output.json["timings"] = timings::json(&timings);
    }
    Ok(if common.json {
        format!("{}\n", output.json)
    } else {
        output.text
    })
}

/// What a command says, in both forms.
struct Output {
    text: String,
    json: Value,
}

fn plan_only(
    bundle: &Bundle,
    args: &InstallArgs,
    common: &Common,
    timings: &mut Timings,
) -> Result<Output, Error> {
    let host = timings.measure(Phase::Host, || dry_state(common))?;
    let options = install_options(args);
    let plan = timings.measure(Phase::Plan, || plan::install(bundle, &options, &host))?;
    let text = plan.to_string();
    let json = json!({ "plan": text });
    Ok(Output { text, json })
}

fn plan_and_apply(
    bundle: &Bundle,
    args: &InstallArgs,
    common: &Common,
    timings: &mut Timings,
) -> Result<Output, Error> {
    let session = timings.measure(Phase::Host, || Session::open(common))?;
    let host = timings.measure(Phase::Host, || state(&session.layout))?;
    let options = install_options(args);
    let plan = timings.measure(Phase::Plan, || plan::install(bundle, &options, &host))?;
    let mut linux = Linux;
    let mut kernel = Measured::new(&mut linux, timings);
    let result = apply::install(&mut kernel, &session.layout, &plan)?;
    Ok(installed(&plan, &result))
}

fn install_options(args: &InstallArgs) -> Options {
    Options {
        device: args.dev.clone(),
        mode: args.xdp_mode.map(Into::into),
        ..options(&args.options)
    }
}

/// What a plan depends on, as far as this process may know it: a dry run needs no
/// privileges, and takes a host that it cannot look at for an empty one.
fn dry_state(common: &Common) -> Result<Host, Error> {
    Ok(Host {
        registry: Registry::read(&mut Linux, &common.layout()).unwrap_or_default(),
        interfaces: Linux.interfaces()?,
    })
}

fn installed(plan: &Plan, result: &Installed) -> Output {
    let refused = result.refused.as_ref().map(ToString::to_string);
    let record = plan.record(result.tier);
    Output {
        text: sentence(plan, result),
        json: json!({ "installed": record, "native_refused": refused }),
    }
}

fn sentence(plan: &Plan, result: &Installed) -> String {
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
