//! A scratch folder of packages and scripts, built by the tools and run in either tier.

use std::path::{Path, PathBuf};
use std::process::Command;

use hike_abi::Action;
use hike_format::Bundle;
use hike_loader::kernel::{Kernel, Linux};
use hike_loader::pcap::Packet;
use hike_loader::plan::{self, Host, Options, Tier};
use hike_loader::run::{Session, Verdict, choose_loader};
use hike_loader::sys::map::Map;
use tempfile::TempDir;

use crate::kernel_vm::pin_to_cpu;
use crate::tools::{repository, run, tool};

/// The tiers a bundle runs in.
pub const TIERS: [Tier; 2] = [Tier::Vm, Tier::Native];
/// The compilers of C that programs must work with: the oldest and a new one.
pub const CLANGS: [&str; 2] = ["clang-14", "clang-22"];
/// What programs in C are compiled with; warnings of the header would be its users'.
const FLAGS: [&str; 7] = ["-O2", "-g", "-Wall", "-Wextra", "-Werror", "-target", "bpf"];

/// The folder; gone when dropped.
#[derive(Debug)]
pub struct Site(TempDir);

impl Site {
    /// An empty one.
    ///
    /// # Panics
    /// When there is no room for it.
    pub fn new() -> Self {
        pin_to_cpu();
        Self(tempfile::tempdir().expect("a folder"))
    }

    /// A place in it.
    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// Makes a file, and the folders above it.
    ///
    /// # Panics
    /// When it cannot be written.
    pub fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path(name);
        let folder = path.parent().expect("a folder");
        std::fs::create_dir_all(folder).expect("its folder");
        std::fs::write(&path, text).expect("a file");
        path
    }

    /// Makes a package of this site with the object of a program in C.
    pub fn compile_c(&self, clang: &str, package: &str, source: &Path) -> PathBuf {
        let manifest = format!("name = \"{package}\"\nversion = \"1.0.0\"\n");
        self.write(&format!("packages/{package}/hike.toml"), &manifest);
        let name = source.file_stem().expect("a name").to_string_lossy();
        let object = self.write(&format!("packages/{package}/objects/{name}.o"), "");
        compile_c(clang, source, &object);
        object
    }

    /// Builds a script with the packages of this site, then those of the repository.
    ///
    /// # Panics
    /// When it does not build; the message shows why.
    pub fn build(&self, name: &str, script: &str) -> Bundle {
        let script = self.write(&format!("{name}.eclat"), script);
        let bundle = self.path(&format!("{name}.hike"));
        let mut eclatc = Command::new(tool("eclatc"));
        eclatc.arg("build").arg(script).arg("-L");
        eclatc.arg(self.path("packages")).arg("-L");
        eclatc.arg(repository().join("packages"));
        run(eclatc.args(["-D", "DEVNAME=lo", "-o"]).arg(&bundle));
        read(&bundle)
    }
}

impl Default for Site {
    fn default() -> Self {
        Self::new()
    }
}

/// Reads a bundle.
///
/// # Panics
/// When it is none.
pub fn read(path: &Path) -> Bundle {
    let bytes = std::fs::read(path).expect("the bundle");
    Bundle::read(&bytes).expect("a bundle")
}

/// Compiles C to an object; the header is the repository's.
///
/// # Panics
/// When it does not compile: the message has the compiler's words.
pub fn compile_c(clang: &str, source: &Path, object: &Path) {
    let mut clang = Command::new(clang);
    clang.args(FLAGS).arg("-I");
    clang.arg(repository().join("hike-ebpf/include"));
    // Where Debian has the kernel's headers of this machine.
    let machine = format!("/usr/include/{}-linux-gnu", std::env::consts::ARCH);
    clang.args(["-idirafter", &machine]);
    run(clang.arg("-c").arg(source).arg("-o").arg(object));
}

/// A bundle in the kernel, in one tier.
pub struct Running(Session);

impl Running {
    /// Loads it.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn new(bundle: &Bundle, tier: Tier) -> Self {
        Self::with(bundle, tier, &[])
    }

    /// Loads it, configured: `PROGRAM.VARIABLE=VALUE`.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn with(bundle: &Bundle, tier: Tier, settings: &[&str]) -> Self {
        let host = Host {
            interfaces: Linux.interfaces().expect("the interfaces"),
            ..Host::default()
        };
        let settings = settings.iter().map(|it| it.parse().expect("a setting"));
        let options = Options {
            tier,
            settings: settings.collect(),
            ..Options::default()
        };
        let plan = plan::run(bundle, &options, &host).expect("a plan");
        let loader = choose_loader(bundle.manifest(), None).expect("a loader");
        Self(Session::start(&plan, loader).expect("the bundle in the kernel"))
    }

    /// A map of a package.
    ///
    /// # Panics
    /// When there is none.
    pub fn map(&self, package: &str, name: &str) -> &Map {
        let key = (package.to_owned(), name.to_owned());
        &self.0.loaded.maps[&key]
    }

    /// Sends a packet.
    ///
    /// # Panics
    /// When the kernel does not take it.
    pub fn send(&self, bytes: &[u8]) -> Verdict {
        let packet = Packet {
            seconds: 0,
            fraction: 0,
            wire_length: bytes.len() as u32,
            bytes: bytes.to_vec(),
        };
        self.0
            .send(1, &packet)
            .expect("a packet through the bundle")
    }

    /// The number that a chain has written over the packet's first 8 bytes, as those of
    /// [`reporting`] do.
    ///
    /// # Panics
    /// When the packet did not pass.
    pub fn report(&self, bytes: &[u8]) -> i64 {
        let verdict = self.send(bytes);
        assert_eq!(verdict.action, Action::Pass as u32, "the packet passes");
        assert_eq!(verdict.packet.len(), bytes.len());
        assert_eq!(verdict.packet[8..], bytes[8..], "the rest stays as it is");
        let number = verdict.packet[..8].try_into().expect("8 bytes");
        i64::from_be_bytes(number)
    }
}

/// A script that writes what an expression gives over the packet's first 8 bytes.
pub fn reporting(imports: &str, expression: &str) -> String {
    format!(
        "{imports}
from programs.hike_default import hike_pass
from loaders.hike_default import all

all[all_map] = {{ (0): (main) }}
all.attach('DEVNAME', 'xdp')

def main():
    Packet.writeU64(0, {expression})
    hike_pass()
"
    )
}
