use std::{fmt, time::Duration};

use async_trait::async_trait;
use billing_core::{Notification, Notifier, NotifyError};
use tokio::time::timeout;

use crate::{
    error::EmailError,
    letter::{Letter, Templates, Values, Voice},
    message::Sender,
    transport::Transport,
};

/// Tells people by letters, in their language.
///
/// Its recipient is an e-mail address. [The crate's page](crate) has an example.
pub struct EmailNotifier {
    pub(crate) templates: Templates,
    pub(crate) voice: Voice,
    pub(crate) sender: Sender,
    pub(crate) transport: Transport,
    pub(crate) timeout: Duration,
}

impl EmailNotifier {
    /// What the reader of a notification would see.
    ///
    /// # Errors
    /// [`NotifyError::Render`] when a template fails.
    pub fn letter(&self, notification: &Notification) -> Result<Letter, NotifyError> {
        Ok(self.render(notification)?)
    }

    /// The whole message as it would be sent, headers and all: what an `.eml` file holds.
    ///
    /// # Errors
    /// [`NotifyError::Render`] when a template fails; [`NotifyError::Refused`] when the recipient is no address.
    pub fn eml(&self, notification: &Notification) -> Result<Vec<u8>, NotifyError> {
        Ok(self.sender.mail(self.render(notification)?, notification)?.bytes)
    }

    fn render(&self, notification: &Notification) -> Result<Letter, EmailError> {
        let values = Values::of(notification).spoken_by(&self.voice);
        let kind = notification.event.kind();
        self.templates.render(kind, notification.language, values).map_err(EmailError::Render)
    }

    async fn deliver(&self, notification: &Notification) -> Result<(), EmailError> {
        if matches!(self.transport, Transport::Log) {
            return self.log(notification);
        }
        let mail = self.sender.mail(self.render(notification)?, notification)?;
        self.transport.send(&mail).await
    }

    /// Shows what would be sent, without the reader: a subject of somebody else's template may hold the name.
    fn log(&self, notification: &Notification) -> Result<(), EmailError> {
        let mut nameless = notification.clone();
        nameless.name = None;
        let letter = self.render(&nameless)?;
        let (kind, language) = (notification.event.kind(), notification.language);
        tracing::info!(
            notification.kind = kind,
            notification.language = %language,
            "letter {kind} in {language}: {}", letter.subject()
        );
        Ok(())
    }
}

#[async_trait]
impl Notifier for EmailNotifier {
    async fn notify(&self, notification: &Notification) -> Result<(), NotifyError> {
        let delivered = timeout(self.timeout, self.deliver(notification)).await;
        Ok(delivered.unwrap_or(Err(EmailError::TimedOut(self.timeout)))?)
    }
}

impl fmt::Debug for EmailNotifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("EmailNotifier")
            .field("transport", &self.transport)
            .field("timeout", &self.timeout)
            .finish_non_exhaustive()
    }
}
