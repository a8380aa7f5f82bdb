//! Through a mail server.
//!
//! lettre speaks the protocol; how a conversation goes is ours. Its own transport does not say at which step a letter
//! was refused, waits for replies without end, and keeps the connection of an attempt that was dropped in its middle.
mod connector;
mod error;
mod line_by_line;
mod pool;
mod redact;
mod settings;

use lettre::transport::smtp::{
    client::AsyncSmtpConnection,
    commands::{Data, Mail as MailFrom, Rcpt},
    extension::{Extension, MailBodyParameter, MailParameter},
};

pub(crate) use error::SmtpError;
pub(crate) use settings::SettingsFault;
pub use settings::{SmtpSecurity, SmtpSettings};

use crate::mail::Mail;
use connector::Connector;
use error::{Fault, Stage};
use pool::Pool;
use redact::Redacted;

/// A mail server, with connections to it.
#[derive(Debug)]
pub(crate) struct SmtpTransport {
    connector: Connector,
    pool: Pool,
}

impl SmtpTransport {
    pub(crate) fn new(settings: SmtpSettings) -> Result<Self, SettingsFault> {
        let pool = Pool::new(settings.connections);
        Ok(Self { connector: Connector::new(settings)?, pool })
    }

    /// Hands a letter over.
    ///
    /// Dropped in its middle, it leaves no connection behind that would go on with half a conversation.
    pub(crate) async fn send(&self, mail: &Mail) -> Result<(), SmtpError> {
        let redacted = self.connector.redacted().and_address(mail.to.user(), mail.to.domain());
        let _place = self.pool.place().await;
        let mut connection = match self.reusable().await {
            Some(connection) => connection,
            None => self.connector.connect(&redacted).await?,
        };
        match self.hand_over(&mut connection, mail, &redacted).await {
            Ok(()) => {
                self.pool.give_back(connection);
                Ok(())
            }
            Err(error) => {
                if error.is_reply() {
                    self.connector.quit(connection).await;
                }
                Err(error)
            }
        }
    }

    /// A connection that is open already, and still answers.
    async fn reusable(&self) -> Option<AsyncSmtpConnection> {
        while let Some(mut connection) = self.pool.take() {
            if self.connector.is_alive(&mut connection).await {
                return Some(connection);
            }
        }
        None
    }

    async fn hand_over(
        &self,
        connection: &mut AsyncSmtpConnection,
        mail: &Mail,
        redacted: &Redacted,
    ) -> Result<(), SmtpError> {
        let parameters = parameters(connection, mail)?;
        let step = |stage| self.connector.step(stage, redacted);
        let sender = MailFrom::new(Some(mail.from.clone()), parameters);
        step(Stage::Sender).bound(connection.command(sender)).await?;
        let recipient = Rcpt::new(mail.to.clone(), Vec::new());
        step(Stage::Recipient).bound(connection.command(recipient)).await?;
        let go_on = step(Stage::Content).bound(connection.command(Data)).await?;
        if !go_on.has_code(354) {
            return Err(SmtpError::new(Stage::Content, Fault::Unsupported("it does not ask for the letter")));
        }
        step(Stage::Content).bound(connection.message(&mail.bytes)).await.map(drop)
    }
}

/// What the server has to be told beforehand of addresses and letters that are not in ASCII.
fn parameters(connection: &AsyncSmtpConnection, mail: &Mail) -> Result<Vec<MailParameter>, SmtpError> {
    let server = connection.server_info();
    let mut parameters = Vec::new();
    if !AsRef::<str>::as_ref(&mail.to).is_ascii() {
        if !server.supports_feature(Extension::SmtpUtfEight) {
            let fault = Fault::Unsupported("it knows no addresses beyond ASCII");
            return Err(SmtpError::new(Stage::Recipient, fault));
        }
        parameters.push(MailParameter::SmtpUtfEight);
    }
    if !mail.bytes.is_ascii() && server.supports_feature(Extension::EightBitMime) {
        parameters.push(MailParameter::Body(MailBodyParameter::EightBitMime));
    }
    Ok(parameters)
}
