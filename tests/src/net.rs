//! Hosts of our own: network namespaces joined by veth pairs, and packets on raw sockets.

use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::Command;
use std::time::{Duration, Instant};

use crate::tools::run;

/// A network namespace, deleted when dropped.
#[derive(Debug)]
pub struct Namespace {
    name: String,
}

impl Namespace {
    /// Makes a namespace; one of the same name that an earlier run left is replaced.
    ///
    /// # Panics
    /// When the kernel does not make one.
    pub fn new(name: &str) -> Self {
        let name = name.to_owned();
        let _ = Command::new("ip").args(["netns", "del", &name]).output();
        run(Command::new("ip").args(["netns", "add", &name]));
        Self { name }
    }

    /// A command that runs inside. (Not by `ip netns exec`, which hides `/sys/fs/bpf`.)
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = Command::new("nsenter");
        command
            .arg(format!("--net={}", self.path()))
            .arg("--")
            .arg(program);
        command
    }

    /// Runs `ip` inside.
    ///
    /// # Panics
    /// When it fails.
    pub fn ip(&self, arguments: &str) {
        run(self.command("ip").args(arguments.split_whitespace()));
    }

    /// Sets a kernel parameter of the namespace.
    ///
    /// # Panics
    /// When there is no such parameter.
    pub fn sysctl(&self, name: &str, value: &str) {
        let path = format!("/proc/sys/{}", name.replace('.', "/"));
        run(self
            .command("sh")
            .args(["-c", &format!("echo {value} > {path}")]));
    }

    /// Writes an attribute of an interface, `class/net/...` of `/sys`: which shows those of the
    /// namespace that it was mounted in.
    ///
    /// # Panics
    /// When there is no such attribute.
    pub fn sysfs(&self, path: &str, value: &str) {
        let write = format!("mount -t sysfs sysfs /sys && echo {value} > /sys/{path}");
        run(self.command("unshare").args(["-m", "sh", "-c", &write]));
    }

    /// Does something on this thread inside the namespace.
    ///
    /// # Panics
    /// When the namespace cannot be entered.
    pub fn enter<T>(&self, work: impl FnOnce() -> T) -> T {
        let outside = File::open("/proc/thread-self/ns/net").expect("this thread's namespace");
        let inside = File::open(self.path()).expect("the namespace");
        set_namespace(&inside);
        let result = work();
        set_namespace(&outside);
        result
    }

    fn path(&self) -> String {
        format!("/run/netns/{}", self.name)
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        let _ = Command::new("ip")
            .args(["netns", "del", &self.name])
            .output();
    }
}

fn set_namespace(namespace: &File) {
    // SAFETY: a system call on an open file.
    let status = unsafe { libc::setns(namespace.as_raw_fd(), libc::CLONE_NEWNET) };
    assert_eq!(status, 0, "setns: {}", io::Error::last_os_error());
}

/// Joins two namespaces by a veth pair, both ends up, without addresses of their own.
///
/// # Panics
/// When the kernel does not make one.
pub fn join(a: (&Namespace, &str, u32), b: (&Namespace, &str, u32)) {
    let (here, name, index) = a;
    let (there, peer, peer_index) = b;
    here.ip(&format!(
        "link add {name} index {index} type veth peer name {peer} index {peer_index} netns {}",
        there.name
    ));
    for (namespace, device) in [(here, name), (there, peer)] {
        // Silence: a host that announces itself would add packets nobody sent.
        namespace.sysctl(&format!("net.ipv6.conf.{device}.disable_ipv6"), "1");
        namespace.ip(&format!("link set {device} up"));
    }
}

/// A raw packet socket on one interface.
#[derive(Debug)]
pub struct Port {
    socket: OwnedFd,
}

impl Port {
    /// Opens a socket on an interface of this thread's namespace.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn open(device: &str) -> io::Result<Self> {
        let protocol = (libc::ETH_P_ALL as u16).to_be();
        // SAFETY: system calls with valid arguments; the descriptor is new and ours.
        let socket = unsafe {
            let descriptor = libc::socket(libc::AF_PACKET, libc::SOCK_RAW, protocol.into());
            check(descriptor)?;
            OwnedFd::from_raw_fd(descriptor)
        };
        let port = Self { socket };
        port.bind(device, protocol)?;
        port.set_buffer(32 << 20)?;
        Ok(port)
    }

    fn bind(&self, device: &str, protocol: u16) -> io::Result<()> {
        let name = std::ffi::CString::new(device)?;
        // SAFETY: an all-zero address is valid, and its length is its type's.
        unsafe {
            let mut address: libc::sockaddr_ll = std::mem::zeroed();
            address.sll_family = libc::AF_PACKET as u16;
            address.sll_protocol = protocol;
            address.sll_ifindex = libc::if_nametoindex(name.as_ptr()) as i32;
            check(libc::bind(
                self.socket.as_raw_fd(),
                (&raw const address).cast(),
                size_of_val(&address) as u32,
            ))?;
        }
        Ok(())
    }

    /// Room for a flood: what does not fit is lost and would be missing in the sums.
    fn set_buffer(&self, bytes: i32) -> io::Result<()> {
        // SAFETY: the option takes an int.
        check(unsafe {
            libc::setsockopt(
                self.socket.as_raw_fd(),
                libc::SOL_SOCKET,
                libc::SO_RCVBUFFORCE,
                (&raw const bytes).cast(),
                size_of_val(&bytes) as u32,
            )
        })
        .map(drop)
    }

    /// Sends one frame.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn send(&self, frame: &[u8]) -> io::Result<()> {
        // SAFETY: pointer and length are the frame's.
        let sent = unsafe {
            libc::send(
                self.socket.as_raw_fd(),
                frame.as_ptr().cast(),
                frame.len(),
                0,
            )
        };
        check(sent as i32).map(drop)
    }

    /// The next frame that came in, or `None` when none does within the time.
    ///
    /// # Errors
    /// What the kernel says.
    pub fn receive(&self, timeout: Duration) -> io::Result<Option<Vec<u8>>> {
        let deadline = Instant::now() + timeout;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if !self.wait(left)? {
                return Ok(None);
            }
            if let Some(frame) = self.take()? {
                return Ok(Some(frame));
            }
        }
    }

    fn wait(&self, timeout: Duration) -> io::Result<bool> {
        let mut poll = libc::pollfd {
            fd: self.socket.as_raw_fd(),
            events: libc::POLLIN,
            revents: 0,
        };
        // SAFETY: one valid record.
        let ready = unsafe { libc::poll(&raw mut poll, 1, timeout.as_millis() as i32) };
        check(ready).map(|ready| ready > 0)
    }

    /// One frame, unless it was one of our own on its way out.
    fn take(&self) -> io::Result<Option<Vec<u8>>> {
        let mut frame = vec![0; 65536];
        // SAFETY: buffer and address have the lengths that are given with them.
        let (length, kind) = unsafe {
            let mut address: libc::sockaddr_ll = std::mem::zeroed();
            let mut size = size_of_val(&address) as u32;
            let length = libc::recvfrom(
                self.socket.as_raw_fd(),
                frame.as_mut_ptr().cast(),
                frame.len(),
                0,
                (&raw mut address).cast(),
                &raw mut size,
            );
            (check(length as i32)?, address.sll_pkttype)
        };
        frame.truncate(length as usize);
        Ok((kind != libc::PACKET_OUTGOING).then_some(frame))
    }
}

fn check(status: i32) -> io::Result<i32> {
    if status < 0 {
        return Err(io::Error::last_os_error());
    }
    Ok(status)
}
