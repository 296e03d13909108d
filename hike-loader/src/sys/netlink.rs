//! The host's interfaces, by `RTM_GETLINK` (`rtnetlink(7)`).

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};

/// One interface.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interface {
    /// Its name.
    pub name: String,
    /// Its index.
    pub index: u32,
    /// Whether it is up.
    pub up: bool,
    /// ID of the XDP program attached to it; 0 for one whose ID is not told.
    pub xdp: Option<u32>,
}

const NLMSG_ERROR: u16 = 2;
const NLMSG_DONE: u16 = 3;
const RTM_NEWLINK: u16 = 16;
const RTM_GETLINK: u16 = 18;
const NLM_F_REQUEST: u16 = 1;
const NLM_F_DUMP: u16 = 0x300;
const IFLA_IFNAME: u16 = 3;
const IFLA_XDP: u16 = 43;
const IFLA_XDP_ATTACHED: u16 = 2;
const IFLA_XDP_PROG_ID: u16 = 4;
/// Mask of an attribute's type without its flags.
const TYPE_MASK: u16 = 0x3fff;
/// Bytes of `struct nlmsghdr` and of `struct ifinfomsg`.
const HEADER: usize = 16;
const LINK_HEADER: usize = 16;
/// More than a message of the kernel has.
const BUFFER: usize = 1 << 16;

/// Every interface of this network namespace, in the kernel's order.
///
/// # Errors
/// The kernel's.
pub fn interfaces() -> io::Result<Vec<Interface>> {
    let socket = open()?;
    request(&socket)?;
    let mut found = Vec::new();
    let mut buffer = vec![0; BUFFER];
    loop {
        let length = receive(&socket, &mut buffer)?;
        if read_messages(&buffer[..length], &mut found)? {
            return Ok(found);
        }
    }
}

fn open() -> io::Result<OwnedFd> {
    // SAFETY: no pointers.
    let fd = unsafe {
        let kind = libc::SOCK_RAW | libc::SOCK_CLOEXEC;
        libc::socket(libc::AF_NETLINK, kind, libc::NETLINK_ROUTE)
    };
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: the kernel has just given this descriptor to us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

fn request(socket: &OwnedFd) -> io::Result<()> {
    let mut message = Vec::with_capacity(HEADER + LINK_HEADER);
    message.extend(((HEADER + LINK_HEADER) as u32).to_ne_bytes());
    message.extend(RTM_GETLINK.to_ne_bytes());
    message.extend((NLM_F_REQUEST | NLM_F_DUMP).to_ne_bytes());
    message.resize(HEADER + LINK_HEADER, 0);
    // SAFETY: the pointer and the length are the message's.
    let sent = unsafe {
        let fd = socket.as_raw_fd();
        libc::send(fd, message.as_ptr().cast(), message.len(), 0)
    };
    if sent < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(())
}

fn receive(socket: &OwnedFd, buffer: &mut [u8]) -> io::Result<usize> {
    // SAFETY: the pointer and the length are the buffer's.
    let length = unsafe {
        let fd = socket.as_raw_fd();
        libc::recv(fd, buffer.as_mut_ptr().cast(), buffer.len(), 0)
    };
    usize::try_from(length).map_err(|_| io::Error::last_os_error())
}

/// Reads the messages of one datagram; true after the last one of the dump.
fn read_messages(mut bytes: &[u8], found: &mut Vec<Interface>) -> io::Result<bool> {
    while bytes.len() >= HEADER {
        let length = word(bytes, 0) as usize;
        let Some(message) = bytes.get(HEADER..length) else {
            return Err(io::Error::from(io::ErrorKind::InvalidData));
        };
        match half(bytes, 4) {
            NLMSG_DONE => return Ok(true),
            NLMSG_ERROR => {
                let errno = word(message, 0).cast_signed();
                return Err(io::Error::from_raw_os_error(-errno));
            }
            RTM_NEWLINK => found.extend(interface(message)),
            _ => {}
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    Ok(false)
}

/// The interface of one `RTM_NEWLINK` message.
fn interface(message: &[u8]) -> Option<Interface> {
    let attributes = message.get(LINK_HEADER..)?;
    let name = attribute(attributes, IFLA_IFNAME)?;
    let name = name.split(|byte| *byte == 0).next()?;
    let xdp = attribute(attributes, IFLA_XDP).unwrap_or_default();
    let attached = attribute(xdp, IFLA_XDP_ATTACHED).is_some_and(|mode| mode.first() != Some(&0));
    let program = attribute(xdp, IFLA_XDP_PROG_ID).map_or(0, |id| word(id, 0));
    Some(Interface {
        name: String::from_utf8_lossy(name).into_owned(),
        index: word(message, 4),
        up: word(message, 8) & libc::IFF_UP as u32 != 0,
        xdp: attached.then_some(program),
    })
}

/// The payload of the first attribute of a type.
fn attribute(mut bytes: &[u8], wanted: u16) -> Option<&[u8]> {
    while bytes.len() >= 4 {
        let (length, kind) = (half(bytes, 0) as usize, half(bytes, 2) & TYPE_MASK);
        let payload = bytes.get(4..length)?;
        if kind == wanted {
            return Some(payload);
        }
        bytes = bytes.get(length.next_multiple_of(4)..).unwrap_or_default();
    }
    None
}

/// The 32-bit number at an offset; 0 beyond the end.
fn word(bytes: &[u8], offset: usize) -> u32 {
    let word = bytes.get(offset..offset + 4);
    word.and_then(|word| word.try_into().ok())
        .map_or(0, u32::from_ne_bytes)
}

/// The 16-bit number at an offset; 0 beyond the end.
fn half(bytes: &[u8], offset: usize) -> u16 {
    let half = bytes.get(offset..offset + 2);
    half.and_then(|half| half.try_into().ok())
        .map_or(0, u16::from_ne_bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_loopback_interface_is_found() {
        let found = interfaces().unwrap();
        assert!(found.iter().any(|one| one.name == "lo" && one.index > 0));
    }

    proptest! {
        #[test]
        fn any_datagram_is_read_without_panic(bytes: Vec<u8>) {
            let _ = read_messages(&bytes, &mut Vec::new());
        }
    }
}
