//! How letters leave.
pub(crate) mod file;
pub(crate) mod smtp;

use std::path::PathBuf;

use crate::{error::EmailError, mail::Mail};
use file::Folder;
use smtp::{SmtpSettings, SmtpTransport};

/// How letters leave.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum EmailTransport {
    /// Through a mail server.
    Smtp(SmtpSettings),
    /// As files of one letter each (`.eml`) in a folder, which is made if it is missing. Whoever owns the process may
    /// read them, and nobody else. A letter that is delivered again replaces its file.
    File(PathBuf),
    /// Not at all: kind, language and subject are logged, for development. Nobody's address or name is.
    Log,
}

/// An [`EmailTransport`] that was set up.
#[derive(Debug)]
pub(crate) enum Transport {
    Smtp(Box<SmtpTransport>),
    File(Folder),
    Log,
}

impl Transport {
    /// Hands a letter over. The caller bounds its time.
    pub(crate) async fn send(&self, mail: &Mail) -> Result<(), EmailError> {
        match self {
            Self::Smtp(server) => Ok(server.send(mail).await?),
            Self::File(folder) => folder.keep(mail).await,
            Self::Log => Ok(()),
        }
    }
}
