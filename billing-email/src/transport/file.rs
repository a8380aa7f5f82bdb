use std::{
    fs, io,
    io::Write as _,
    path::{Path, PathBuf},
};

use tempfile::Builder;
use tokio::task::spawn_blocking;

use crate::{error::EmailError, mail::Mail};

/// A folder of letters.
#[derive(Debug)]
pub(crate) struct Folder(PathBuf);

impl Folder {
    /// The folder, made if it is missing, for its owner alone.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&path)?;
        Ok(Self(path))
    }

    /// Writes a letter under its name: the time of its event, then its id.
    pub(crate) async fn keep(&self, mail: &Mail) -> Result<(), EmailError> {
        let name = format!("{}-{}.eml", mail.at.format("%Y%m%dT%H%M%S%.3fZ"), mail.id);
        let (folder, bytes) = (self.0.clone(), mail.bytes.clone());
        let written = spawn_blocking(move || write(&folder, &name, &bytes));
        written.await.map_err(io::Error::other).flatten().map_err(EmailError::File)
    }
}

/// A reader sees the whole letter or none: it gets its name when it is complete.
fn write(folder: &Path, name: &str, bytes: &[u8]) -> io::Result<()> {
    // Only its owner may read a temporary file.
    let mut file = Builder::new().prefix(".letter-").suffix(".tmp").tempfile_in(folder)?;
    file.write_all(bytes)?;
    file.as_file().sync_all()?;
    file.persist(folder.join(name))?;
    Ok(())
}
