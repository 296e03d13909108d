//! Files of the command line.

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

/// Writes a file.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), Error> {
    std::fs::write(path, bytes).map_err(|error| Error::File {
        path: path.to_owned(),
        error,
    })
}

/// Reads a bundle and checks all of it.
pub fn bundle(path: &Path) -> Result<Bundle, Error> {
    Bundle::read(&read(path)?).map_err(|error| Error::Bundle {
        path: path.to_owned(),
        error: Box::new(error),
    })
}
