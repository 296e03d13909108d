//! Errors as the kernel numbers them: what a chain sees is the negative number.

/// An error number of `asm-generic/errno.h`; a program that gives one continues with its
/// negative.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Errno(pub i32);

/// No such entry.
pub const ENOENT: Errno = Errno(2);
/// The argument is not one the program knows.
pub const EINVAL: Errno = Errno(22);
/// No room is left.
pub const ENOSPC: Errno = Errno(28);
/// A header that is cut off or contradicts itself.
pub const EBADMSG: Errno = Errno(74);
/// The packet is not of the protocol the program works on.
pub const EPROTONOSUPPORT: Errno = Errno(93);
/// No room to store or report anything.
pub const ENOBUFS: Errno = Errno(105);
/// There is nobody to send the packet to.
pub const EHOSTUNREACH: Errno = Errno(113);
