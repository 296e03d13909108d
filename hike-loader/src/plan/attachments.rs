//! The interfaces that a bundle attaches to.

use std::collections::BTreeSet;

use hike_format::script::{Attachment, Device};
use hike_format::{Manifest, nearest};

use super::{AttachmentPlan, Host, OptionError, Options, PlanError};
use crate::sys::netlink::Interface;

/// Finds the interface of each attachment, and refuses those that cannot take one.
pub(super) fn plan(
    manifest: &Manifest,
    options: &Options,
    host: &Host,
) -> Result<Vec<AttachmentPlan>, PlanError> {
    check_options(manifest, options)?;
    let mut used = BTreeSet::new();
    let attachments = manifest.attach.iter();
    attachments
        .map(|attachment| {
            let name = device(attachment, options)?;
            let interface = interface(&name, host)?;
            if !used.insert(interface.index) {
                return Err(PlanError::InterfaceTwice(name));
            }
            Ok(AttachmentPlan {
                loader: attachment.loader.clone(),
                interface: interface.clone(),
                mode: options.mode.unwrap_or(attachment.mode),
            })
        })
        .collect()
}

/// Every option must have something to say about the bundle.
fn check_options(manifest: &Manifest, options: &Options) -> Result<(), OptionError> {
    let open: BTreeSet<&str> = manifest.attach.iter().filter_map(variable).collect();
    let mut given = options.variables.iter();
    let unknown = given.find(|given| !open.contains(given.name.as_str()));
    if let Some(variable) = unknown {
        let open = open.into_iter().map(str::to_owned).collect();
        return Err(OptionError::UnknownVariable(variable.name.clone(), open));
    }
    match (&options.device, manifest.attach.len()) {
        (None, _) | (Some(_), 1) => Ok(()),
        (Some(_), 0) => Err(OptionError::NothingToAttach),
        (Some(_), several) => Err(OptionError::SeveralDevices(several)),
    }
}

fn variable(attachment: &Attachment) -> Option<&str> {
    match &attachment.device {
        Device::Variable(name) => Some(name),
        Device::Name(_) => None,
    }
}

fn device(attachment: &Attachment, options: &Options) -> Result<String, PlanError> {
    if let Some(device) = &options.device {
        return Ok(device.clone());
    }
    match &attachment.device {
        Device::Name(name) => Ok(name.clone()),
        Device::Variable(name) => match options.devices().get(name.as_str()) {
            Some(device) => Ok((*device).to_owned()),
            None => Err(PlanError::NoDevice(name.clone())),
        },
    }
}

fn interface<'a>(name: &str, host: &'a Host) -> Result<&'a Interface, PlanError> {
    let interfaces = &host.interfaces;
    let found = interfaces.iter().find(|interface| interface.name == name);
    let Some(interface) = found else {
        let near = nearest(name, interfaces.iter().map(|it| &it.name[..]));
        return Err(PlanError::NoInterface {
            name: name.to_owned(),
            near: near.map(str::to_owned),
        });
    };
    if !interface.up {
        return Err(PlanError::InterfaceDown(name.to_owned()));
    }
    match interface.xdp {
        None => Ok(interface),
        Some(program) => Err(PlanError::InterfaceBusy {
            name: name.to_owned(),
            program,
            bundle: attached_bundle(interface, host),
        }),
    }
}

/// The installed bundle that is attached to an interface.
fn attached_bundle(interface: &Interface, host: &Host) -> Option<String> {
    let mut bundles = host.registry.bundles.iter();
    let bundle = bundles.find(|record| {
        let mut attachments = record.attachments.iter();
        attachments.any(|attachment| attachment.index == interface.index)
    });
    Some(bundle?.name.clone())
}
