//! The command line.

use std::path::{Path, PathBuf};
use std::time::Duration;

use clap::{Args, CommandFactory, Parser, Subcommand, ValueEnum};
use hike_format::script::AttachMode;
use hike_format::unit;
use hike_loader::Error;
use hike_loader::lock;
use hike_loader::plan::{Setting, Variable};
use hike_loader::registry::Layout;

const EXAMPLES: &str = "\
Examples:
  hike-loader install ddos.hike -D DEVNAME=eth0     install a bundle and attach it
  hike-loader install ddos.hike --dry-run           say what that would do
  hike-loader run ddos.hike --pcap in.pcap          a verdict for every packet of a capture
  hike-loader map dump ddos events                  show a map of an installed bundle
  hike-loader map set ddos app_cfg 1 42             set an entry of it
  hike-loader events ddos --follow                  show what its programs tell
  hike-loader uninstall ddos                        take it off again

Exit codes: 0 ok, 1 the input is wrong, 2 usage, 3 the host cannot, 101 a bug of ours";

/// Installs HIKe bundles on this host, runs them on captures, and shows what they do.
#[derive(Debug, Parser)]
#[command(name = "hike-loader", version, after_help = EXAMPLES)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,

    /// Options of every command.
    #[command(flatten)]
    pub common: Common,
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Common {
    /// Folder of pins, on a bpffs [default: $HIKE_BPFFS, else /sys/fs/bpf/hike].
    #[arg(long, global = true, value_name = "DIR")]
    pub root: Option<PathBuf>,

    /// Lock of this host.
    #[arg(long, global = true, value_name = "FILE", default_value = lock::DEFAULT_PATH)]
    pub lock: PathBuf,

    /// How long to wait for the lock.
    #[arg(long, global = true, value_name = "SECONDS", default_value_t = 10)]
    pub lock_timeout: u64,

    /// Print JSON instead of text.
    #[arg(long, global = true)]
    pub json: bool,

    /// Colour messages.
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto")]
    pub color: Color,

    /// Show all that the kernel's verifier says when it refuses a program.
    #[arg(long, global = true)]
    pub verifier_log: bool,
}

/// When to colour messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Color {
    /// On a terminal, unless `NO_COLOR` is set.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Install a bundle: load, verify, attach, or leave everything as it was.
    #[command(
        after_help = "Example:\n  hike-loader install ddos.hike -D DEVNAME=eth0 --set ip6_sd_tbmon.RATE=100"
    )]
    Install(InstallArgs),
    /// Send every packet of a capture through a bundle, without touching an interface.
    #[command(
        after_help = "Example:\n  hike-loader run ddos.hike --pcap in.pcap --out passed.pcap"
    )]
    Run(RunArgs),
    /// List the installed bundles.
    #[command(after_help = "Example:\n  hike-loader list --json")]
    List,
    /// Show an installed bundle: programs, chains, maps, attachments, faults.
    #[command(after_help = "Example:\n  hike-loader show ddos")]
    Show(NameArgs),
    /// Detach a bundle and take it off this host.
    #[command(after_help = "Example:\n  hike-loader uninstall ddos")]
    Uninstall(NameArgs),
    /// Show and change the maps of an installed bundle.
    #[command(subcommand)]
    Map(MapCommand),
    /// Show the events that the programs of a bundle tell, by the types they declare.
    #[command(after_help = EVENTS_EXAMPLES)]
    Events(EventsArgs),
    /// Run bytecode, hexadecimal on standard input, in the VM and print r0.
    #[command(
        after_help = "Example:\n  echo b70000002a0000009500000000000000 | hike-loader exec --engine sim"
    )]
    Exec(ExecArgs),
    /// Print completions for a shell.
    #[command(
        after_help = "Example:\n  hike-loader completions bash > /etc/bash_completion.d/hike-loader"
    )]
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page, or write those of all commands into a folder.
    #[command(
        after_help = "Examples:\n  hike-loader man | man -l -\n  hike-loader man /usr/local/share/man/man1"
    )]
    Man {
        /// The folder.
        #[arg(value_name = "DIR")]
        folder: Option<PathBuf>,
    },
}

/// Arguments of `install`.
#[derive(Debug, Args)]
pub struct InstallArgs {
    /// The bundle.
    #[arg(value_name = "BUNDLE.hike")]
    pub bundle: PathBuf,

    /// Attach to this interface, whatever the script says.
    #[arg(long, value_name = "DEVICE")]
    pub dev: Option<String>,

    /// How to attach, whatever the script says.
    #[arg(long, value_name = "MODE")]
    pub xdp_mode: Option<XdpMode>,

    /// Say what would be done, and do nothing.
    #[arg(long)]
    pub dry_run: bool,

    /// Say how long each part took, and each program.
    #[arg(long)]
    pub timings: bool,

    /// What `run` takes, too.
    #[command(flatten)]
    pub options: BundleOptions,
}

/// Options about a bundle.
#[derive(Debug, Args)]
pub struct BundleOptions {
    /// Set a device that the build left open; may be given several times.
    #[arg(short = 'D', value_name = "NAME=DEVICE")]
    pub variables: Vec<Variable>,

    /// Set a configuration variable, such as `ip6_sd_tbmon.RATE=100`; may be given several
    /// times.
    #[arg(long = "set", value_name = "PROGRAM.VARIABLE=VALUE")]
    pub settings: Vec<Setting>,

    /// Which form of the bundle runs.
    #[arg(long, value_name = "TIER", default_value = "auto")]
    pub tier: Tier,
}

/// Places for an XDP program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum XdpMode {
    /// In the driver.
    Native,
    /// In the network stack, with any driver.
    Generic,
}

/// Forms of a bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Tier {
    /// The best there is.
    Auto,
    /// Chains interpreted by the VM.
    Vm,
    /// Chains fused with their programs.
    Native,
}

/// Arguments of `run`.
#[derive(Debug, Args)]
pub struct RunArgs {
    /// The bundle.
    #[arg(value_name = "BUNDLE.hike")]
    pub bundle: PathBuf,

    /// The capture to read, in libpcap's classic format.
    #[arg(long, value_name = "IN.pcap")]
    pub pcap: PathBuf,

    /// Write the packets that were not dropped, as they were afterwards.
    #[arg(long, value_name = "OUT.pcap")]
    pub out: Option<PathBuf>,

    /// The chain loader to start with [default: the one that the script attaches].
    #[arg(long, value_name = "NAME")]
    pub loader: Option<String>,

    /// What runs the bundle.
    #[arg(long, value_name = "ENGINE", default_value = "kernel")]
    pub engine: Engine,

    /// What `install` takes, too.
    #[command(flatten)]
    pub options: BundleOptions,
}

/// What runs bytecode.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Engine {
    /// The VM in the kernel.
    Kernel,
    /// The VM in this process, which needs no privileges.
    Sim,
}

/// The name of an installed bundle.
#[derive(Debug, Args)]
pub struct NameArgs {
    /// Name of the bundle.
    pub name: String,
}

/// Commands about maps.
#[derive(Debug, Subcommand)]
pub enum MapCommand {
    /// List the maps of all bundles, or of one.
    #[command(after_help = "Example:\n  hike-loader map list ddos")]
    List(MapListArgs),
    /// Show every entry of a map.
    #[command(after_help = "Example:\n  hike-loader map dump ddos events --per-cpu")]
    Dump(MapDumpArgs),
    /// Show one entry of a map; without a key, entry 0.
    #[command(
        after_help = "Example:\n  hike-loader map get ddos ip6_hset_srcdst_map fc01::1,fc01::2"
    )]
    Get(MapGetArgs),
    /// Set an entry of a map, or single fields of one.
    #[command(after_help = SET_EXAMPLES)]
    Set(MapSetArgs),
    /// Take out an entry of a map, or all of them; entries of arrays become zero.
    #[command(after_help = "Example:\n  hike-loader map clear ddos ip6_hset_srcdst_map --all")]
    Clear(MapClearArgs),
    /// Show a map again and again, with what its counters change by each second.
    #[command(after_help = WATCH_EXAMPLES)]
    Watch(MapWatchArgs),
}

const SET_EXAMPLES: &str = "\
Values are typed as `map dump` shows them. Of a struct, fields that are not named stay as they
are; in a new entry they are zero. JSON will do, too.

Examples:
  hike-loader map set NAME app_cfg 1 42
  hike-loader map set NAME dst_filter_map fc00:1::/32 1
  hike-loader map set NAME srv6_policies 0 count=2 segment_1=fc01::1 segment_2=fc01::2
  hike-loader map set NAME srv6_policies 0 '{\"count\": 1, \"segment_1\": \"fc01::1\"}'";

const WATCH_EXAMPLES: &str = "\
Examples:
  hike-loader map watch ddos events
  hike-loader map watch ddos events --interval 500ms --count 10 > rates.txt
  hike-loader map watch ddos ip6_sd_tbmon_map --histogram bucket.credit";

/// Which map.
#[derive(Clone, Debug, Args)]
pub struct MapWhich {
    /// Name of the bundle.
    pub name: String,
    /// The map, `MAP` or `PACKAGE:MAP`.
    pub map: String,
}

/// Arguments of `map set`.
#[derive(Debug, Args)]
pub struct MapSetArgs {
    /// Which map.
    #[command(flatten)]
    pub which: MapWhich,
    /// The key: a number, an address, a name; fields with commas between, or `NAME=VALUE`.
    #[arg(allow_negative_numbers = true)]
    pub key: String,
    /// The value, or fields of it, `NAME=VALUE`.
    #[arg(required = true, allow_negative_numbers = true)]
    pub value: Vec<String>,
}

/// Arguments of `map clear`.
#[derive(Debug, Args)]
#[group(id = "what", required = true, multiple = false, args = ["key", "all"])]
pub struct MapClearArgs {
    /// Which map.
    #[command(flatten)]
    pub which: MapWhich,
    /// The key.
    #[arg(allow_negative_numbers = true)]
    pub key: Option<String>,
    /// Take out every entry.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `map watch`.
#[derive(Debug, Args)]
pub struct MapWatchArgs {
    /// Which map.
    #[command(flatten)]
    pub which: MapWhich,
    /// Show this entry alone.
    #[arg(allow_negative_numbers = true)]
    pub key: Option<String>,
    /// Show the value of each CPU instead of the sum.
    #[arg(long)]
    pub per_cpu: bool,
    /// Show the entries of a long array that are zero, too.
    #[arg(long)]
    pub all: bool,
    /// Draw how the numbers of a field are spread over the entries; `value` for values that
    /// are numbers.
    #[arg(long, value_name = "FIELD", conflicts_with_all = ["key", "per_cpu", "all"])]
    pub histogram: Option<String>,
    /// How often, and when to stop.
    #[command(flatten)]
    pub pace: Pace,
}

/// How often something is shown, and when that ends.
#[derive(Clone, Copy, Debug, Args)]
pub struct Pace {
    /// Time between two looks, such as 500ms or 2s.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    pub interval: Duration,
    /// Stop after so many [default: never].
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
}

/// Reads a time; a number without a unit is seconds.
fn interval(text: &str) -> Result<Duration, String> {
    let seconds = text.parse().ok().map(Duration::from_secs);
    let time = seconds.or_else(|| unit::read_duration(text).map(Duration::from_nanos));
    let allowed = Duration::from_millis(1)..=Duration::from_secs(86_400);
    time.filter(|time| allowed.contains(time))
        .ok_or_else(|| "expected a time from 1ms to 24h, such as 500ms or 2s".to_owned())
}

/// Arguments of `map list`.
#[derive(Debug, Args)]
pub struct MapListArgs {
    /// Name of the bundle [default: all].
    pub name: Option<String>,
}

/// Arguments of `map dump`.
#[derive(Debug, Args)]
pub struct MapDumpArgs {
    /// Which map.
    #[command(flatten)]
    pub which: MapWhich,
    /// Show the value of each CPU instead of the sum.
    #[arg(long)]
    pub per_cpu: bool,
    /// Show the entries of a long array that are zero, too.
    #[arg(long)]
    pub all: bool,
}

/// Arguments of `map get`.
#[derive(Debug, Args)]
pub struct MapGetArgs {
    /// Which map.
    #[command(flatten)]
    pub which: MapWhich,
    /// The key: a number, an address, a name; fields with commas between, or `NAME=VALUE`.
    #[arg(default_value = "0", allow_negative_numbers = true)]
    pub key: String,
    /// Show the value of each CPU instead of the sum.
    #[arg(long)]
    pub per_cpu: bool,
}

const EVENTS_EXAMPLES: &str = "\
Reading takes events out of their buffer. Those that found no room are counted.

Examples:
  hike-loader events NAME                      what has been told so far
  hike-loader events NAME --follow --json      a line of JSON for each event, from now on
  hike-loader events NAME --count 10           the next ten
  hike-loader events NAME --follow --histogram length";

/// Arguments of `events`.
#[derive(Debug, Args)]
pub struct EventsArgs {
    /// Name of the bundle.
    pub name: String,
    /// Show the events of this program alone.
    #[arg(long, value_name = "PROGRAM")]
    pub program: Option<String>,
    /// Wait for more events.
    #[arg(short, long)]
    pub follow: bool,
    /// Wait for so many events, then stop.
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u64).range(1..))]
    pub count: Option<u64>,
    /// Draw how the numbers of a field are spread.
    #[arg(long, value_name = "FIELD")]
    pub histogram: Option<String>,
    /// Time between two drawings, such as 500ms or 2s.
    #[arg(long, value_name = "TIME", default_value = "1s", value_parser = interval)]
    pub interval: Duration,
}

/// Arguments of `exec`.
#[derive(Debug, Args)]
pub struct ExecArgs {
    /// What runs the bytecode.
    #[arg(long, value_name = "ENGINE", default_value = "kernel")]
    pub engine: Engine,

    /// The memory that r1 points to, r2 bytes long.
    #[arg(long, value_name = "HEX", default_value = "")]
    pub memory: String,
}

impl Common {
    /// The folder of pins.
    pub fn layout(&self) -> Layout {
        let given = self.root.clone();
        let root = given.or_else(|| Some(std::env::var_os("HIKE_BPFFS")?.into()));
        Layout::new(root.unwrap_or_else(|| Layout::DEFAULT_ROOT.into()))
    }

    /// How long to wait for the lock.
    pub fn timeout(&self) -> Duration {
        Duration::from_secs(self.lock_timeout)
    }
}

impl From<XdpMode> for AttachMode {
    fn from(mode: XdpMode) -> Self {
        match mode {
            XdpMode::Native => Self::XdpDrv,
            XdpMode::Generic => Self::XdpGeneric,
        }
    }
}

impl From<Tier> for hike_loader::plan::Tier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Auto => Self::Auto,
            Tier::Vm => Self::Vm,
            Tier::Native => Self::Native,
        }
    }
}

impl From<Engine> for hike_loader::exec::Engine {
    fn from(engine: Engine) -> Self {
        match engine {
            Engine::Kernel => Self::Kernel,
            Engine::Sim => Self::Simulator,
        }
    }
}

/// Completions for a shell.
pub fn completions(shell: clap_complete::Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "hike-loader", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}

/// The manual page, roff; with a folder, the pages of all commands are written into it.
pub fn man_page(folder: Option<&Path>) -> Result<String, Error> {
    let mut text = Vec::new();
    let made = match folder {
        Some(folder) => std::fs::create_dir_all(folder)
            .and_then(|()| clap_mangen::generate_to(Cli::command(), folder)),
        None => clap_mangen::Man::new(Cli::command()).render(&mut text),
    };
    made.map_err(|error| Error::File {
        path: folder.unwrap_or(Path::new("manual page")).into(),
        error,
    })?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
        assert!(man_page(None).unwrap().contains("hike"));
    }
}
