//! From an event to what its reader sees.
mod files;
mod samples;
mod templates;
mod values;

use std::fmt;

pub use samples::samples;
pub(crate) use templates::{TemplateFault, Templates};
pub(crate) use values::{Values, Voice};

/// What a reader sees of a letter.
#[derive(Clone, PartialEq, Eq)]
pub struct Letter {
    pub(crate) subject: String,
    pub(crate) html: String,
    pub(crate) text: String,
}

impl Letter {
    /// One line.
    pub fn subject(&self) -> &str {
        &self.subject
    }

    /// The whole page, for readers who see HTML.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The same, for readers who don't.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl fmt::Debug for Letter {
    /// Without the text, which is personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Letter").finish_non_exhaustive()
    }
}
