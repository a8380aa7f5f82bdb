use std::{io, time::Duration};

use billing_core::NotifyError;

use crate::transport::smtp::SmtpError;

/// Why a letter was not delivered. None of these names the recipient.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EmailError {
    /// No mail can go there.
    #[error("the recipient's address can't be used: {0}")]
    Address(&'static str),
    /// A template fails.
    #[error("a template can't be rendered")]
    Render(#[source] minijinja::Error),
    /// What was rendered makes no message.
    #[error("the letter can't be put together")]
    Compose(#[source] lettre::error::Error),
    /// It can't be kept as a file.
    #[error("the letter can't be written to a file")]
    File(#[source] io::Error),
    /// The mail server did not take it.
    #[error(transparent)]
    Smtp(#[from] SmtpError),
    /// It took too long altogether.
    #[error("the letter was not taken within {0:?}")]
    TimedOut(Duration),
}

impl From<EmailError> for NotifyError {
    fn from(error: EmailError) -> Self {
        match &error {
            EmailError::Address(_) => Self::Refused(error.into()),
            EmailError::Smtp(smtp) if smtp.is_about_this_letter() => Self::Refused(error.into()),
            EmailError::Smtp(_) | EmailError::File(_) | EmailError::TimedOut(_) => {
                Self::Unavailable(error.into())
            }
            EmailError::Render(_) | EmailError::Compose(_) => Self::Render(error.into()),
        }
    }
}
