//! `docs/abi.md` is made of this crate: `BLESS=1 cargo test -p hike-abi` rewrites it.

use std::fmt::Write;
use std::mem::{offset_of, size_of};
use std::path::Path;

use hike_abi::{
    Action, CONTINUE, Cursor, Fault, FaultCounters, Frame, Helper, HikeCall, NO_CHAIN,
    VM_ABI_VERSION, VmState, limits, memory, vm_maps,
};

const TEMPLATE: &str = include_str!("page/abi.md.in");
const PAGE: &str = "../../docs/abi.md";

#[test]
fn the_page_is_what_this_crate_says() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(PAGE);
    let page = page();
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, page).expect("the page");
        return;
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == page,
        "{} is not what the ABI gives; run: BLESS=1 cargo test -p hike-abi",
        path.display()
    );
}

fn page() -> String {
    let parts = [
        ("@VERSION@", VM_ABI_VERSION.to_string()),
        ("@CONTINUE@", CONTINUE.to_string()),
        ("@NO_CHAIN@", NO_CHAIN.to_string()),
        ("@ACTIONS@", actions()),
        ("@STATE@", state()),
        ("@CURSOR@", cursor()),
        ("@BANKS@", banks()),
        ("@HELPERS@", helpers()),
        ("@FAULTS@", faults()),
        ("@MAPS@", maps()),
        ("@LIMITS@", limits()),
    ];
    let page = parts
        .iter()
        .fold(TEMPLATE.to_owned(), |text, (name, part)| {
            assert!(text.contains(name), "the template has no {name}");
            text.replace(name, part.trim_end())
        });
    assert!(!page.contains('@'), "a part is left over");
    page
}

/// Rows of a table.
fn rows(rows: impl IntoIterator<Item = Vec<String>>) -> String {
    let mut text = String::new();
    for row in rows {
        writeln!(text, "| {} |", row.join(" | ")).unwrap();
    }
    text
}

/// A row of texts.
fn row(cells: &[&dyn std::fmt::Display]) -> Vec<String> {
    cells.iter().map(|cell| cell.to_string()).collect()
}

fn actions() -> String {
    let actions = Action::ALL.iter();
    rows(actions.map(|action| row(&[&(*action as u32), &format!("`{}`", action.name())])))
}

fn state() -> String {
    let call = size_of::<HikeCall>();
    rows([
        row(&[
            &0,
            &call,
            &"the call record: `r0`, then the arguments `r1` to `r5`",
        ]),
        row(&[&call, &(11 * 8 - call), &"`r6` to `r10`"]),
        row(&[
            &offset_of!(VmState, pc),
            &4,
            &"next slot of the code of all chains",
        ]),
        row(&[
            &offset_of!(VmState, chain),
            &4,
            &"ID of the chain that the loader chose",
        ]),
        row(&[
            &offset_of!(VmState, budget),
            &4,
            &"instructions the packet may still execute",
        ]),
        row(&[
            &offset_of!(VmState, depth),
            &4,
            &"frames in use besides the first",
        ]),
        row(&[
            &offset_of!(VmState, default_action),
            &4,
            &"action of a chain that ends without one",
        ]),
        row(&[
            &offset_of!(VmState, cursor),
            &size_of::<Cursor>(),
            &"the packet cursor",
        ]),
        row(&[
            &offset_of!(VmState, frames),
            &(limits::FRAMES * size_of::<Frame>()),
            &"saved callers, innermost last",
        ]),
        row(&[
            &offset_of!(VmState, stack),
            &(limits::FRAMES * limits::FRAME_STACK),
            &"stacks of the frames",
        ]),
        row(&[
            &offset_of!(VmState, sma),
            &limits::SMA_SIZE,
            &"the shared memory area",
        ]),
    ])
}

fn cursor() -> String {
    rows([
        row(&[
            &offset_of!(Cursor, network),
            &2,
            &"`network`",
            &"the network header",
        ]),
        row(&[
            &offset_of!(Cursor, transport),
            &2,
            &"`transport`",
            &"the transport header, 0 while unknown",
        ]),
        row(&[
            &offset_of!(Cursor, ethertype),
            &2,
            &"`ethertype`",
            &"EtherType of the network header, host order; 0 when there is none",
        ]),
        row(&[
            &offset_of!(Cursor, protocol),
            &1,
            &"`protocol`",
            &"protocol of the transport header",
        ]),
    ])
}

fn banks() -> String {
    let bank = |number: u64| format!("`{:#010x}`", memory::address(number, 0));
    let packet = format!(
        "the packet: its length as 64 bits, its bytes from offset {} on",
        memory::PACKET_BYTES
    );
    let stack = format!(
        "the frames' stacks, {} bytes each; `r10` is the end of the own",
        limits::FRAME_STACK
    );
    let area = format!("the shared memory area, {} bytes", limits::SMA_SIZE);
    rows([
        row(&[&bank(memory::PACKET), &packet]),
        row(&[&bank(memory::STACK), &stack]),
        row(&[&bank(memory::SMA), &area]),
    ])
}

fn helpers() -> String {
    rows(Helper::ALL.iter().map(|helper| {
        let meaning = match helper {
            Helper::TimeNs => "nanoseconds since boot",
            Helper::RandomU32 => "a pseudo-random number of 32 bits",
            it if it.name().contains("write") => "writes `r2` at offset `r1` of the packet",
            _ => "reads at offset `r1` of the packet",
        };
        row(&[&(*helper as u32), &format!("`{}`", helper.name()), &meaning])
    }))
}

fn faults() -> String {
    rows(Fault::ALL.iter().map(|fault| {
        let meaning = match fault {
            Fault::Instruction => "no instruction of the VM, or control left the chain",
            Fault::Memory => {
                "a load or store outside every bank, or a store to the packet's length"
            }
            Fault::Packet => "a packet access beyond its end",
            Fault::Budget => "more instructions than a packet may execute",
            Fault::Frames => "more nested chains than there are frames",
            Fault::Program => "a program that is not there, or more calls than the kernel allows",
            Fault::Helper => "no helper of this number",
            Fault::Chain => "no chain of this ID",
        };
        row(&[&(*fault as u32), &fault.name(), &meaning])
    }))
}

fn maps() -> String {
    let states = format!("the states of {} CPUs", limits::CPUS);
    let chains = format!(
        "quick code of {} chains, each {} numbers of 64 bits",
        limits::CHAINS,
        limits::CHAIN_INSNS
    );
    let faults = format!(
        "{} counters by kind, place and kind of the last: {} bytes",
        Fault::COUNT,
        size_of::<FaultCounters>()
    );
    let map = |name: &str| format!("`{name}`");
    rows([
        row(&[&map(vm_maps::STATE), &"array", &1, &states]),
        row(&[&map(vm_maps::CHAINS), &"array", &1, &chains]),
        row(&[
            &map(vm_maps::PROGRAMS),
            &"program array",
            &limits::PROGRAMS,
            &"programs by ID",
        ]),
        row(&[
            &map(vm_maps::EXECUTOR),
            &"program array",
            &1,
            &"the executor",
        ]),
        row(&[
            &map(vm_maps::FAULTS),
            &"per-CPU array",
            &limits::CHAINS,
            &faults,
        ]),
    ])
}

fn limits() -> String {
    rows([
        row(&[&"slots of quick code in a chain", &limits::CHAIN_INSNS]),
        row(&[&"instructions a packet executes", &limits::EXECUTED_INSNS]),
        row(&[&"nested chains", &limits::FRAMES]),
        row(&[&"stack of a frame, bytes", &limits::FRAME_STACK]),
        row(&[&"arguments of a program or chain", &limits::ARGUMENTS]),
        row(&[&"chain IDs on a host", &limits::CHAINS]),
        row(&[&"program IDs on a host", &limits::PROGRAMS]),
        row(&[
            &"program IDs reached by a direct jump",
            &limits::DIRECT_PROGRAMS,
        ]),
        row(&[&"program calls a packet", &limits::PROGRAM_CALLS]),
        row(&[&"shared memory area, bytes a CPU", &limits::SMA_SIZE]),
    ])
}
