//! Files of the host: read whole, written whole or not at all.

use std::io::Write;
use std::path::Path;

use super::Failure;

/// The bytes of an input.
pub fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    std::fs::read(path)
        .map_err(|error| Failure::input(format!("cannot read {}: {error}", path.display())))
}

/// Writes a file beside its place, then moves it there: readers see the old or the new one.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    write_beside(path, bytes)
        .map_err(|error| Failure::host(format!("cannot write {}: {error}", path.display())))
}

fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hike-ld-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}
