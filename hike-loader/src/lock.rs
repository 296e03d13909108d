//! One lock a host: commands that change what is installed run one after the other.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Seek, Write};
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::error::plain;

/// The lock unless told otherwise.
pub const DEFAULT_PATH: &str = "/run/hike-loader.lock";
/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(20);

/// The lock, held until dropped.
#[derive(Debug)]
pub struct Lock {
    file: File,
}

/// Who holds the lock, as they wrote it into the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Process ID and command, `1234 (hike-loader install ddos.hike)`; empty when the
    /// holder has not written it yet.
    pub text: String,
}

/// Why the lock was not given.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LockError {
    /// The file cannot be used.
    #[error("lock file `{path}`: {}", plain(error))]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        error: io::Error,
    },
    /// Somebody else held it the whole time.
    #[error("another command holds the lock `{path}`: {holder}")]
    Timeout {
        /// The file.
        path: PathBuf,
        /// Who.
        holder: Holder,
    },
}

impl std::fmt::Display for Holder {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self.text.as_str() {
            "" => f.write_str("a process that has not said who it is"),
            text => write!(f, "process {text}"),
        }
    }
}

impl Lock {
    /// Takes the lock, waiting for it for a while. `waiting` is called once with the holder
    /// when it is not free at once.
    ///
    /// # Errors
    /// When the file cannot be used, or the time is over.
    pub fn take(
        path: &Path,
        timeout: Duration,
        waiting: impl FnOnce(&Holder),
    ) -> Result<Self, LockError> {
        let mut file = open(path)?;
        // None for a time beyond what the clock can say: forever.
        let end = Instant::now().checked_add(timeout);
        let mut waiting = Some(waiting);
        while !try_lock(&file).map_err(|error| failed(path, error))? {
            let holder = holder(&mut file);
            if let Some(waiting) = waiting.take() {
                waiting(&holder);
            }
            if end.is_some_and(|end| Instant::now() >= end) {
                let path = path.to_owned();
                return Err(LockError::Timeout { path, holder });
            }
            std::thread::sleep(PAUSE);
        }
        write_holder(&mut file).map_err(|error| failed(path, error))?;
        Ok(Self { file })
    }

    /// Takes the lock if nobody has it and the file can be used.
    pub fn try_take(path: &Path) -> Option<Self> {
        Self::take(path, Duration::ZERO, |_| {}).ok()
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // Whoever waits would show a process that is gone.
        let _ = self.file.set_len(0);
    }
}

fn failed(path: &Path, error: io::Error) -> LockError {
    LockError::File {
        path: path.to_owned(),
        error,
    }
}

fn open(path: &Path) -> Result<File, LockError> {
    let mut options = OpenOptions::new();
    options.read(true).write(true).create(true).truncate(false);
    options.open(path).map_err(|error| failed(path, error))
}

/// Tries `flock(2)`; false when somebody else has it.
fn try_lock(file: &File) -> io::Result<bool> {
    // SAFETY: no pointers.
    let result = unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) };
    if result == 0 {
        return Ok(true);
    }
    let error = io::Error::last_os_error();
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::Interrupted => Ok(false),
        _ => Err(error),
    }
}

/// Longest text of a holder that is shown, in bytes.
const HOLDER_LIMIT: u64 = 512;

fn holder(file: &mut File) -> Holder {
    let mut bytes = Vec::new();
    let read = file.rewind().and_then(|()| {
        let mut start = (&*file).take(HOLDER_LIMIT);
        start.read_to_end(&mut bytes)
    });
    let text = match read {
        Ok(_) => String::from_utf8_lossy(&bytes).trim().to_owned(),
        Err(_) => String::new(),
    };
    Holder { text }
}

fn write_holder(file: &mut File) -> io::Result<()> {
    let command: Vec<String> = std::env::args_os()
        .map(|argument| argument.to_string_lossy().into_owned())
        .collect();
    let text = format!("{} ({})\n", std::process::id(), command.join(" "));
    file.set_len(0)?;
    file.rewind()?;
    file.write_all(text.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_second_one_learns_who_holds_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let first = Lock::take(&path, Duration::ZERO, |_| panic!("it is free")).unwrap();
        let mut told = None;
        let wait = Duration::from_millis(30);
        let second = Lock::take(&path, wait, |holder| told = Some(holder.clone()));
        let me = std::process::id().to_string();
        assert!(told.unwrap().text.starts_with(&me));
        assert!(matches!(second, Err(LockError::Timeout { .. })));
        drop(first);
        assert!(Lock::try_take(&path).is_some());
    }

    #[test]
    fn a_folder_is_no_lock_file() {
        let folder = tempfile::tempdir().unwrap();
        let taken = Lock::take(folder.path(), Duration::ZERO, |_| {});
        assert!(matches!(taken, Err(LockError::File { .. })));
    }
}
