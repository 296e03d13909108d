//! `run`.

use std::collections::BTreeMap;

use hike_abi::{Action, vm_maps};
use hike_format::Bundle;
use hike_loader::Error;
use hike_loader::faults::read_counts;
use hike_loader::host;
use hike_loader::inspect::{self, TypedMap};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::pcap::{self, Capture, Packet};
use hike_loader::plan::{self, Host, Plan};
use hike_loader::registry::RunningTier;
use hike_loader::run::{RunError, Session, Verdict, choose_loader};
use serde_json::{Value, json};

use super::cli::{Common, Engine, RunArgs};
use super::labels::HostLabels;
use super::rows::{self, Style};
use super::show::{Faults, faults_json, faults_text};
use super::table::Table;
use super::{files, install, maps};

/// Sends every packet of a capture through a bundle.
pub fn run(args: &RunArgs, common: &Common) -> Result<String, Error> {
    if args.engine == Engine::Sim {
        return Err(RunError::Simulator.into());
    }
    let bundle = files::bundle(&args.bundle)?;
    let capture = read_capture(args)?;
    host::check_capabilities()?;
    let (plan, session) = start(&bundle, args)?;
    let packets = capture.packets.iter().zip(1..);
    let verdicts = packets.map(|(packet, number)| session.send(number, packet));
    let verdicts = verdicts.collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.out {
        files::write(path, &pcap::write(&passed(&capture, &verdicts)))?;
    }
    let report = Report::new(&plan, session, &capture, verdicts)?;
    Ok(if common.json {
        format!("{:#}\n", report.to_json())
    } else {
        report.to_text()
    })
}

fn read_capture(args: &RunArgs) -> Result<Capture, Error> {
    let bytes = files::read(&args.pcap)?;
    pcap::read(&bytes).map_err(|error| Error::Pcap {
        path: args.pcap.clone(),
        error,
    })
}

fn start(bundle: &Bundle, args: &RunArgs) -> Result<(Plan, Session), Error> {
    let loader = choose_loader(bundle.manifest(), args.loader.as_deref())?;
    let host = Host {
        interfaces: Linux.interfaces()?,
        ..Host::default()
    };
    let plan = plan::run(bundle, &install::options(&args.options), &host)?;
    let session = Session::start(&plan, loader)?;
    Ok((plan, session))
}

/// The capture of the packets that were not dropped.
fn passed(capture: &Capture, verdicts: &[Verdict]) -> Capture {
    let dropped = [Action::Aborted as u32, Action::Drop as u32];
    let packets = capture.packets.iter().zip(verdicts);
    let packets = packets.filter(|(_, verdict)| !dropped.contains(&verdict.action));
    let packets: Vec<Packet> = packets
        .map(|(packet, verdict)| after(packet, verdict))
        .collect();
    let lengths = packets.iter().map(|packet| packet.bytes.len() as u32);
    let snap_length = lengths.max().unwrap_or(0).max(capture.snap_length);
    Capture {
        packets,
        snap_length,
        ..*capture
    }
}

fn after(packet: &Packet, verdict: &Verdict) -> Packet {
    let cut = packet.wire_length.saturating_sub(packet.bytes.len() as u32);
    Packet {
        wire_length: (verdict.packet.len() as u32).saturating_add(cut),
        bytes: verdict.packet.clone(),
        ..*packet
    }
}

/// The kernel's name of an action.
fn action_name(action: u32) -> String {
    match Action::from_number(action) {
        Some(action) => action.name().to_owned(),
        None => format!("action {action}"),
    }
}

/// A map's name, its entries, and how they are shown.
type Entries = (String, Vec<inspect::Row>, Style);

/// What a run shows.
struct Report {
    plan: Plan,
    packets: Vec<Packet>,
    verdicts: Vec<Verdict>,
    maps: Vec<Entries>,
    faults: Faults,
    tier: RunningTier,
    refused: Option<String>,
}

impl Report {
    fn new(
        plan: &Plan,
        session: Session,
        capture: &Capture,
        verdicts: Vec<Verdict>,
    ) -> Result<Self, Error> {
        let faults = read_faults(plan, &session)?;
        let tier = session.loaded.tier;
        let refused = session.loaded.refused.as_ref().map(install::in_vm);
        Ok(Self {
            tier,
            refused,
            maps: read_maps(plan, session)?,
            faults,
            plan: plan.clone(),
            packets: capture.packets.clone(),
            verdicts,
        })
    }

    fn counts(&self) -> BTreeMap<String, usize> {
        let mut counts = BTreeMap::new();
        for verdict in &self.verdicts {
            *counts.entry(action_name(verdict.action)).or_default() += 1;
        }
        counts
    }

    fn to_text(&self) -> String {
        let mut table = Table::new(&["packet", "length", "verdict", "after"]);
        for ((packet, verdict), number) in self.packets.iter().zip(&self.verdicts).zip(1..) {
            table.line([
                format!("{number}"),
                format!(
                    "{}{}",
                    packet.bytes.len(),
                    if packet.is_cut() { " (cut)" } else { "" }
                ),
                action_name(verdict.action),
                change(packet, verdict),
            ]);
        }
        let mut out = table.render();
        let counts = self.counts().into_iter();
        let counts: Vec<String> = counts
            .map(|(name, count)| format!("{count} {name}"))
            .collect();
        let packets = install::count(self.packets.len(), "packet");
        let tier = self.tier.name();
        out += &format!("\n{packets}, {tier} tier: {}\n", counts.join(", "));
        out += self.refused.as_deref().unwrap_or_default();
        for (name, rows, style) in &self.maps {
            out += &format!("\nmap {name}\n{}", rows::table(rows, *style));
        }
        let chains = self.plan.record(self.tier).chains;
        out + &format!("\n{}", faults_text(&chains, &self.faults))
    }

    fn to_json(&self) -> Value {
        let packets = self.packets.iter().zip(&self.verdicts);
        let packets: Value = packets
            .map(|(packet, verdict)| {
                json!({
                    "length": packet.bytes.len(),
                    "cut": packet.is_cut(),
                    "verdict": action_name(verdict.action),
                    "changed": packet.bytes != verdict.packet,
                    "length_after": verdict.packet.len(),
                })
            })
            .collect();
        let maps = self.maps.iter();
        let maps: BTreeMap<&str, Value> = maps
            .map(|(name, rows, _)| (name.as_str(), rows.iter().map(rows::to_json).collect()))
            .collect();
        json!({
            "tier": self.tier.name(),
            "packets": packets,
            "verdicts": self.counts(),
            "maps": maps,
            "faults": faults_json(&self.plan.record(self.tier).chains, &self.faults),
        })
    }
}

/// What a program did to a packet.
fn change(packet: &Packet, verdict: &Verdict) -> String {
    if packet.bytes == verdict.packet {
        "unchanged".to_owned()
    } else if packet.bytes.len() == verdict.packet.len() {
        "changed".to_owned()
    } else {
        format!("changed, {} bytes", verdict.packet.len())
    }
}

fn read_faults(plan: &Plan, session: &Session) -> Result<Faults, Error> {
    let map = session.vm.map(vm_maps::FAULTS)?;
    let mut faults = Faults::new();
    for chain in &plan.chains {
        if let Some(counts) = read_counts(&mut Linux, map, chain.id.0)? {
            faults.insert(chain.symbol.clone(), counts);
        }
    }
    Ok(faults)
}

/// The entries of every map that user space can read.
fn read_maps(plan: &Plan, session: Session) -> Result<Vec<Entries>, Error> {
    let labels = HostLabels::new(plan.chain_ids());
    let mut maps = Vec::new();
    for ((package, name), map) in session.loaded.maps {
        if !map.shape().is_readable() {
            continue;
        }
        let typed = TypedMap::new(map).map_err(|error| inspect::InspectError::Read {
            map: name.clone(),
            error,
        })?;
        let rows = inspect::rows(&mut Linux, &typed, &labels)?;
        maps.push((
            format!("{package}:{name}"),
            rows,
            maps::style(&typed, false, false),
        ));
    }
    Ok(maps)
}
