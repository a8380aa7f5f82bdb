//! The state file, by which a sandbox survives its restart.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::state::State;

/// Where the state is kept, if anywhere.
#[derive(Debug, Default)]
pub(super) struct Snapshot(Option<PathBuf>);

impl Snapshot {
    pub(super) fn new(path: Option<PathBuf>) -> Self {
        Self(path)
    }

    pub(super) fn load(&self) -> io::Result<State> {
        let Some(path) = &self.0 else { return Ok(State::default()) };
        match fs::read(path) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(io::Error::from),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(State::default()),
            Err(error) => Err(error),
        }
    }

    /// Writes a file beside the old one and puts it in its place: a crash leaves the one or the other whole.
    pub(super) fn save(&self, state: &State) -> io::Result<()> {
        let Some(path) = &self.0 else { return Ok(()) };
        let mut beside = path.clone().into_os_string();
        beside.push(".new");
        let mut writer = BufWriter::new(private_file(beside.as_ref())?);
        serde_json::to_writer(&mut writer, state)?;
        writer.flush()?;
        fs::rename(beside, path)
    }
}

/// The state holds client secrets, so nobody else may read it.
fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}
