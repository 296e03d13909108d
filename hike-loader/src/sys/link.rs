//! Links: the attachment of a program to an interface as an object of its own.

use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, OwnedFd};

use super::call::{Attribute, Command, bpf, bpf_fd};
use super::program::XDP_ATTACH;

/// `XDP_FLAGS_*` of `linux/if_link.h`: where on the way of a packet the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum XdpFlags {
    /// The driver's place when it has one, else generic.
    Default,
    /// `XDP_FLAGS_SKB_MODE`.
    Generic,
    /// `XDP_FLAGS_DRV_MODE`.
    Driver,
    /// `XDP_FLAGS_HW_MODE`.
    Offload,
}

impl XdpFlags {
    const fn bits(self) -> u32 {
        match self {
            Self::Default => 0,
            Self::Generic => 1 << 1,
            Self::Driver => 1 << 2,
            Self::Offload => 1 << 3,
        }
    }
}

#[repr(C)]
struct CreateAttribute {
    program: u32,
    ifindex: u32,
    attach_type: u32,
    flags: u32,
}

// SAFETY: the `link_create` part that every link has.
unsafe impl Attribute for CreateAttribute {}

#[repr(C)]
struct DetachAttribute {
    fd: u32,
}

// SAFETY: the `link_detach` part.
unsafe impl Attribute for DetachAttribute {}

/// Attaches an XDP program to an interface. The attachment ends with the last descriptor
/// or pin of the link.
///
/// # Errors
/// The kernel's, `EBUSY` when the interface has a program already.
pub fn create(program: BorrowedFd<'_>, ifindex: u32, flags: XdpFlags) -> io::Result<OwnedFd> {
    let mut attribute = CreateAttribute {
        program: program.as_raw_fd().cast_unsigned(),
        ifindex,
        attach_type: XDP_ATTACH,
        flags: flags.bits(),
    };
    bpf_fd(Command::LinkCreate, &mut attribute)
}

/// Ends an attachment at once, whoever else holds the link.
///
/// # Errors
/// The kernel's.
pub fn detach(link: BorrowedFd<'_>) -> io::Result<()> {
    let mut attribute = DetachAttribute {
        fd: link.as_raw_fd().cast_unsigned(),
    };
    bpf(Command::LinkDetach, &mut attribute).map(drop)
}
