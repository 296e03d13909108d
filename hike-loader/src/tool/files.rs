//! Files of the command line.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use hike_format::Bundle;
use hike_loader::Error;

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, Error> {
    std::fs::read(path).map_err(|error| Error::File {
        path: path.to_owned(),
        error,
    })
}

/// Writes a file beside its place, then moves it there: readers see the old or the new one.
/// What is no file, such as a pipe, is written to.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    let special = path.metadata().is_ok_and(|place| !place.is_file());
    let written = match special {
        true => std::fs::write(path, bytes),
        false => write_beside(path, bytes),
    };
    written.map_err(|error| Error::File {
        path: path.to_owned(),
        error,
    })
}

fn write_beside(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let mut builder = tempfile::Builder::new();
    builder.prefix(".hike-loader-");
    builder.permissions(PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder.unwrap_or(Path::new(".")))?;
    file.write_all(bytes)?;
    file.persist(path)?;
    Ok(())
}

/// Reads a bundle and checks all of it.
pub fn bundle(path: &Path) -> Result<Bundle, Error> {
    Bundle::read(&read(path)?).map_err(|error| Error::Bundle {
        path: path.to_owned(),
        error: Box::new(error),
    })
}
