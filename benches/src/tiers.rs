//! Scripts in the kernel, in either tier, as after an install.

use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;
use std::process::Command;

use hike_format::{Bundle, Symbol};
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::plan::{self, Host, Options, Tier};
use hike_loader::run::{Session, choose_loader};
use hike_loader::sys::map::Map;
use hike_tests::packet::udp6;
use hike_tests::tools::{repository, run, tool};

use crate::measure::interleaved;
use crate::report::Report;

/// Scripts besides the workloads; every one starts a chain for packets to `fc01::2`.
const SCRIPTS: [&str; 2] = ["ddos_tb_2_lev", "sub_chains"];
/// The tiers, the one that ratios refer to first.
const TIERS: [Tier; 2] = [Tier::Vm, Tier::Native];

/// A script in the kernel.
pub struct Running {
    session: Session,
    loader: Symbol,
}

impl Running {
    /// Loads a bundle in a tier.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn start(bundle: &Bundle, tier: Tier) -> Self {
        let host = Host {
            interfaces: Linux.interfaces().expect("the interfaces"),
            ..Host::default()
        };
        let options = Options {
            tier,
            ..Options::default()
        };
        let loader = choose_loader(bundle.manifest(), None).expect("a loader");
        let plan = plan::run(bundle, &options, &host).expect("a plan");
        let session = Session::start(&plan, loader.clone());
        let session = session.expect("the bundle in the kernel");
        Self { session, loader }
    }

    /// The program that starts the chain.
    pub fn program(&self) -> BorrowedFd<'_> {
        self.session.loaded.programs[&self.loader].as_fd()
    }

    /// A map of the bundle.
    pub fn map(&self, package: &str, name: &str) -> &Map {
        &self.session.loaded.maps[&(package.to_owned(), name.to_owned())]
    }
}

/// Compiles and links an example script.
///
/// # Panics
/// When it does not build.
pub fn build(script: &str) -> Bundle {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("bundle.hike");
    run(&mut build_command(script, &path));
    let bytes = std::fs::read(&path).expect("the bundle");
    Bundle::read(&bytes).expect("a bundle")
}

/// The command that does so.
pub fn build_command(script: &str, path: &Path) -> Command {
    let source = format!("fixtures/scripts/{script}.eclat");
    let mut eclatc = Command::new(tool("eclatc"));
    eclatc.current_dir(repository()).args(["build", &source]);
    eclatc.args(["-L", "packages", "-D", "DEVNAME=lo", "-o"]);
    eclatc.arg(path);
    eclatc
}

/// Reports what a packet costs in each tier.
pub fn table(report: &mut Report) {
    report.heading("Other scripts in both tiers");
    report.table(&["script", "VM, ns", "native, ns", "native / VM"]);
    for script in SCRIPTS {
        let bundle = build(script);
        let running = TIERS.map(|tier| Running::start(&bundle, tier));
        let [source, destination] = ["fc01::1", "fc01::2"];
        let [source, destination] = [source, destination].map(|it| it.parse().expect("an address"));
        let packet = udp6(source, destination, &[0; 16]);
        let figures = interleaved(&packet, running.len(), |tier| running[tier].program());
        let [vm, native] = [figures[0].median, figures[1].median];
        let ratio = format!("{:.2}", native / vm);
        let cells = [format!("{vm:.0}"), format!("{native:.0}")];
        report.row(&[script, &cells[0], &cells[1], &ratio]);
    }
}
