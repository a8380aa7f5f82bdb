//! The state file, by which a sandbox survives its restart.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use serde::Serialize;
use serde::de::DeserializeOwned;

/// Where the state is kept, if anywhere.
#[derive(Debug, Default)]
pub(crate) struct Snapshot(Option<PathBuf>);

impl Snapshot {
    pub(crate) fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    pub(crate) fn load<S: Default + DeserializeOwned>(&self) -> io::Result<S> {
        let Some(path) = &self.0 else { return Ok(S::default()) };
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(S::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes a file beside the old one and puts it in its place: a crash leaves the one or the other whole.
    pub(crate) fn save<S: Serialize>(&self, state: &S) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let mut writer = BufWriter::new(private_file(beside.as_ref())?);
        serde_json::to_writer(&mut writer, state)?;
        writer.flush()?;
        fs::rename(beside, path)
    }
}

/// The state holds what only payers and merchants know, so nobody else may read it.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
