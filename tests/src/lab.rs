//! Three hosts on one machine: a generator, the host under test, and a collector.
//!
//! ```text
//!  generator            host under test             collector
//! +----------+        +-----------------+        +-----------+
//! |      gen0|--veth--|dut0  (XDP)  col0|--veth--|mon0       |
//! +----------+        +-----------------+        +-----------+
//! ```

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::net::{Namespace, Port, join};
use crate::packet::number;
use crate::tools::{run, tool};

/// Interface index of `col0`, where the example scripts redirect samples to.
pub const COLLECTOR_INDEX: u32 = 6;

/// The three hosts; everything is taken down when dropped.
#[derive(Debug)]
pub struct Lab {
    /// The generator.
    pub generator: Namespace,
    /// The host under test.
    pub host: Namespace,
    /// The collector.
    pub collector: Namespace,
    sender: Port,
    passed: Port,
    collected: Port,
    root: PathBuf,
}

impl Lab {
    /// Builds a lab; `name` keeps labs of tests that run at the same time apart.
    ///
    /// # Errors
    /// When a raw socket cannot be opened.
    ///
    /// # Panics
    /// When the kernel makes no namespaces or no veth pairs.
    pub fn new(name: &str) -> io::Result<Self> {
        let root = PathBuf::from(format!("/sys/fs/bpf/{name}"));
        // What a run that was killed left, as `Namespace::new` does.
        let _ = std::fs::remove_dir_all(&root);
        let generator = Namespace::new(&format!("{name}-gen"));
        let host = Namespace::new(&format!("{name}-dut"));
        let collector = Namespace::new(&format!("{name}-col"));
        join((&generator, "gen0", 2), (&host, "dut0", 2));
        join((&host, "col0", COLLECTOR_INDEX), (&collector, "mon0", 2));
        // A veth takes redirected frames only when its other end runs NAPI.
        run(collector
            .command("ethtool")
            .args(["-K", "mon0", "gro", "on"]));
        Ok(Self {
            sender: generator.enter(|| Port::open("gen0"))?,
            passed: host.enter(|| Port::open("dut0"))?,
            collected: collector.enter(|| Port::open("mon0"))?,
            root,
            generator,
            host,
            collector,
        })
    }

    /// `hike-loader` on the host under test, with a root of its own.
    pub fn loader(&self, arguments: &[&str]) -> Command {
        let mut command = self.host.command(tool("hike-loader"));
        command.arg("--root").arg(&self.root).args(arguments);
        command
    }

    /// The folder of the installation's pins.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Sends a frame to the host under test.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn send(&self, frame: &[u8]) {
        self.sender.send(frame).expect("a frame on its way");
    }

    /// Numbers of the packets that reached the host's network stack since the last call.
    pub fn passed(&self, patience: Duration) -> Vec<u32> {
        numbers(&self.passed, patience)
    }

    /// Numbers of the packets that reached the collector since the last call.
    pub fn collected(&self, patience: Duration) -> Vec<u32> {
        numbers(&self.collected, patience)
    }
}

impl Drop for Lab {
    fn drop(&mut self) {
        // Only what a failed test left: an uninstall has removed it otherwise.
        let _ = std::fs::remove_dir_all(&self.root);
    }
}

fn numbers(port: &Port, patience: Duration) -> Vec<u32> {
    let mut numbers = Vec::new();
    while let Ok(Some(frame)) = port.receive(patience) {
        numbers.extend(number(&frame));
    }
    numbers
}
