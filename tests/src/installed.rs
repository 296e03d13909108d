//! A bundle that `hike-loader` has installed without an interface: packets go through it by
//! `BPF_PROG_TEST_RUN`, the tool shows and changes what it has.

use std::os::fd::AsFd;
use std::path::PathBuf;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

use hike_abi::Action;
use hike_loader::sys::{pin, program};
use serde_json::Value;
use tempfile::TempDir;

use crate::tools::{repository, run, text, tool};

/// An installed bundle; dropping it takes it off.
#[derive(Debug)]
pub struct Installed {
    /// Its name.
    pub name: String,
    /// A folder for the test, which has the bundle and the lock.
    pub folder: TempDir,
    /// The folder of pins.
    pub root: PathBuf,
}

impl Installed {
    /// Builds a script of the fixtures and installs it in a tier.
    ///
    /// # Panics
    /// When it does not build or install.
    pub fn new(script: &str, tier: &str) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let (process, next) = (std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
        let installed = Self {
            name: script.to_owned(),
            folder: tempfile::tempdir().expect("a folder"),
            root: PathBuf::from(format!("/sys/fs/bpf/hike-{script}-{process}-{next}")),
        };
        // What a run that was killed left, should it have had the same process ID.
        let _ = std::fs::remove_dir_all(&installed.root);
        let bundle = installed.bundle();
        let mut eclatc = Command::new(tool("eclatc"));
        eclatc.current_dir(repository()).arg("build");
        eclatc.arg(format!("fixtures/scripts/{script}.eclat"));
        run(eclatc.args(["-L", "packages", "-o"]).arg(&bundle));
        let bundle = bundle.display().to_string();
        installed.tool(&["install", &bundle, "--tier", tier]);
        installed
    }

    /// The bundle's file.
    pub fn bundle(&self) -> PathBuf {
        self.folder.path().join(format!("{}.hike", self.name))
    }

    /// `hike-loader` with these arguments.
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(tool("hike-loader"));
        command.arg("--root").arg(&self.root);
        command.arg("--lock").arg(self.folder.path().join("lock"));
        command.args(arguments);
        command
    }

    /// What `hike-loader` prints with these arguments.
    ///
    /// # Panics
    /// When it fails.
    pub fn tool(&self, arguments: &[&str]) -> String {
        run(&mut self.command(arguments))
    }

    /// The same as JSON.
    ///
    /// # Panics
    /// When it fails, or prints something else.
    pub fn json(&self, arguments: &[&str]) -> Value {
        let output = self.tool(&[arguments, &["--json"]].concat());
        serde_json::from_str(&output).unwrap_or_else(|error| panic!("{error}: {output}"))
    }

    /// What `hike-loader` says when it refuses these arguments, and its exit code.
    ///
    /// # Panics
    /// When it does not refuse them.
    pub fn refused(&self, arguments: &[&str]) -> (i32, String) {
        let output: Output = self.command(arguments).output().expect("hike-loader");
        let code = output.status.code().expect("an exit code");
        assert_ne!(code, 0, "{arguments:?}: {}", text(&output));
        (code, text(&output))
    }

    /// Sends a packet through a chain loader, `PACKAGE:NAME`; gives the action and the
    /// packet afterwards.
    ///
    /// # Panics
    /// When the kernel does not run it.
    pub fn send(&self, loader: &str, packet: &[u8]) -> (Action, Vec<u8>) {
        let path = self.root.join("bundles").join(&self.name);
        let loader = pin::open(&path.join("loaders").join(loader)).expect("the loader's pin");
        let run = program::test_run(loader.as_fd(), packet).expect("a test run");
        let action = Action::from_number(run.action).expect("an XDP action");
        (action, run.packet)
    }
}

impl Drop for Installed {
    fn drop(&mut self) {
        let _ = self.command(&["uninstall", &self.name]).output();
        let _ = std::fs::remove_dir_all(&self.root);
    }
}
