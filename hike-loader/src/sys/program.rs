//! Programs: loading with the verifier's log, and test runs.

use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use super::call::{Attribute, Command, address, address_mut, bpf, bpf_fd, object_name};
use super::pin;

/// `BPF_PROG_TYPE_XDP`.
const XDP_PROGRAM: u32 = 6;
/// `BPF_XDP`, the attach type of XDP programs on interfaces.
pub(super) const XDP_ATTACH: u32 = 37;
/// Bytes of the verifier's log that are asked for; kernels from 6.4 on keep its end, older
/// ones its start.
const LOG_SIZE: usize = 16 << 20;

/// What a program is loaded from: instructions and type information as the kernel takes them.
#[derive(Clone, Debug, Default)]
pub struct Code<'a> {
    /// Its name; the kernel keeps the first 15 bytes.
    pub name: &'a str,
    /// Its instructions, 8 bytes each.
    pub instructions: &'a [u8],
    /// Its licence.
    pub license: &'a CStr,
    /// Function records and the size of one.
    pub functions: Records<'a>,
    /// Line records and the size of one.
    pub lines: Records<'a>,
}

/// Records of a `.BTF.ext` section.
#[derive(Clone, Copy, Debug, Default)]
pub struct Records<'a> {
    /// The records, one after the other.
    pub bytes: &'a [u8],
    /// Size of one in bytes.
    pub size: u32,
}

impl Records<'_> {
    fn count(self) -> u32 {
        let size = self.size as usize;
        let count = self.bytes.len().checked_div(size);
        u32::try_from(count.unwrap_or(0)).unwrap_or(u32::MAX)
    }
}

/// Why a program was not loaded.
#[derive(Debug)]
pub struct Refusal {
    /// The kernel's error.
    pub error: io::Error,
    /// The verifier's log; empty when the program did not get that far.
    pub log: String,
}

#[repr(C)]
struct LoadAttribute {
    program_type: u32,
    instruction_count: u32,
    instructions: u64,
    license: u64,
    log_level: u32,
    log_size: u32,
    log: u64,
    kernel_version: u32,
    flags: u32,
    name: [u8; 16],
    ifindex: u32,
    attach_type: u32,
    btf_fd: u32,
    function_size: u32,
    functions: u64,
    function_count: u32,
    line_size: u32,
    lines: u64,
    line_count: u32,
    attach_btf: u32,
}

// SAFETY: the `BPF_PROG_LOAD` part up to `attach_btf_id`, without padding.
unsafe impl Attribute for LoadAttribute {}

/// Loads an XDP program. The verifier writes its log only in a second attempt, when the
/// first one has failed: logging makes it slower.
///
/// # Errors
/// The kernel's, with the verifier's log.
pub fn load(code: &Code<'_>, btf: Option<BorrowedFd<'_>>) -> Result<OwnedFd, Refusal> {
    let mut attribute = load_attribute(code, btf);
    let error = match bpf_fd(Command::ProgramLoad, &mut attribute) {
        Ok(fd) => return Ok(fd),
        Err(error) => error,
    };
    let mut log = vec![0; LOG_SIZE];
    attribute.log_level = 1;
    attribute.log_size = LOG_SIZE as u32;
    attribute.log = address_mut(&mut log);
    match bpf_fd(Command::ProgramLoad, &mut attribute) {
        Ok(fd) => Ok(fd),
        Err(_) => Err(Refusal {
            error,
            log: text(&log),
        }),
    }
}

fn text(log: &[u8]) -> String {
    let end = log.iter().position(|byte| *byte == 0);
    String::from_utf8_lossy(&log[..end.unwrap_or(log.len())]).into_owned()
}

fn load_attribute(code: &Code<'_>, btf: Option<BorrowedFd<'_>>) -> LoadAttribute {
    // Records mean types, which only loaded type information gives.
    let (functions, lines) = match btf {
        Some(_) => (code.functions, code.lines),
        None => Default::default(),
    };
    let count = code.instructions.len() / 8;
    LoadAttribute {
        program_type: XDP_PROGRAM,
        instruction_count: u32::try_from(count).unwrap_or(u32::MAX),
        instructions: address(code.instructions),
        license: code.license.as_ptr() as u64,
        log_level: 0,
        log_size: 0,
        log: 0,
        kernel_version: 0,
        flags: 0,
        name: object_name(code.name),
        ifindex: 0,
        attach_type: XDP_ATTACH,
        btf_fd: btf.map_or(0, |btf| btf.as_raw_fd().cast_unsigned()),
        function_size: functions.size,
        functions: address(functions.bytes),
        function_count: functions.count(),
        line_size: lines.size,
        lines: address(lines.bytes),
        line_count: lines.count(),
        attach_btf: 0,
    }
}

/// One packet given to a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TestRun {
    /// What the program returned, an XDP action.
    pub action: u32,
    /// The packet afterwards.
    pub packet: Vec<u8>,
}

#[repr(C)]
struct TestRunAttribute {
    fd: u32,
    result: u32,
    size_in: u32,
    size_out: u32,
    data_in: u64,
    data_out: u64,
    repeat: u32,
    duration: u32,
    context_size_in: u32,
    context_size_out: u32,
    context_in: u64,
    context_out: u64,
    flags: u32,
    cpu: u32,
    batch_size: u32,
    padding: u32,
}

// SAFETY: the `BPF_PROG_TEST_RUN` part up to `batch_size`, with its padding as a field.
unsafe impl Attribute for TestRunAttribute {}

/// Bytes a program may add to a packet: the headroom and the tailroom of a page.
const GROWTH: usize = 4096;

/// Runs a program once on a packet, on this CPU (`BPF_PROG_TEST_RUN`).
///
/// # Errors
/// The kernel's, `EINVAL` for packets shorter than an Ethernet header or longer than a page
/// less head- and tailroom.
pub fn test_run(program: BorrowedFd<'_>, packet: &[u8]) -> io::Result<TestRun> {
    let mut out = vec![0; packet.len() + GROWTH];
    let mut attribute = TestRunAttribute {
        size_out: u32::try_from(out.len()).unwrap_or(u32::MAX),
        data_out: address_mut(&mut out),
        ..run_attribute(program, packet, 1)
    };
    bpf(Command::ProgramTestRun, &mut attribute)?;
    out.truncate(attribute.size_out as usize);
    Ok(TestRun {
        action: attribute.result,
        packet: out,
    })
}

/// Runs a program many times on copies of a packet; gives the mean time, in nanoseconds.
///
/// # Errors
/// As [`test_run`].
pub fn test_run_repeated(program: BorrowedFd<'_>, packet: &[u8], repeat: u32) -> io::Result<u32> {
    let mut attribute = run_attribute(program, packet, repeat);
    bpf(Command::ProgramTestRun, &mut attribute)?;
    Ok(attribute.duration)
}

fn run_attribute(program: BorrowedFd<'_>, packet: &[u8], repeat: u32) -> TestRunAttribute {
    TestRunAttribute {
        fd: program.as_raw_fd().cast_unsigned(),
        result: 0,
        size_in: u32::try_from(packet.len()).unwrap_or(u32::MAX),
        size_out: 0,
        data_in: address(packet),
        data_out: 0,
        repeat,
        duration: 0,
        context_size_in: 0,
        context_size_out: 0,
        context_in: 0,
        context_out: 0,
        flags: 0,
        cpu: 0,
        batch_size: 0,
        padding: 0,
    }
}

/// `BPF_F_TEST_XDP_LIVE_FRAMES` of `linux/bpf.h`.
const LIVE_FRAMES: u32 = 1 << 1;

/// Runs a program many times on frames that really go where it says: dropped, passed to this
/// network namespace as from its loopback interface, or redirected. Frames are recycled and
/// hold the packet as they came back, so the program has to write what others change.
///
/// Needs Linux 5.18. `batch` frames at most, up to 256, are on their way before they are
/// handed over. Gives the mean time for a frame, in nanoseconds, until the last one is handed
/// over.
///
/// # Errors
/// As [`test_run`]; `EINVAL` where the kernel cannot do it.
pub fn run_live(
    program: BorrowedFd<'_>,
    packet: &[u8],
    repeat: u32,
    batch: u32,
) -> io::Result<u32> {
    let mut attribute = TestRunAttribute {
        flags: LIVE_FRAMES,
        batch_size: batch,
        ..run_attribute(program, packet, repeat)
    };
    bpf(Command::ProgramTestRun, &mut attribute)?;
    Ok(attribute.duration)
}

/// Bytes of `struct bpf_prog_info` up to the field that is asked for, and its offset.
const INFO_SIZE: usize = 232;
const VERIFIED_INSTRUCTIONS: usize = 216;

/// How many instructions the verifier walked to accept a program.
///
/// # Errors
/// The kernel's.
pub fn verified_instructions(program: BorrowedFd<'_>) -> io::Result<u32> {
    let mut info = [0; INFO_SIZE];
    pin::info(program, &mut info)?;
    Ok(pin::number(&info, VERIFIED_INSTRUCTIONS))
}
