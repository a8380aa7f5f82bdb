use billing_core::Notification;
use chrono::{DateTime, Utc};
use lettre::{
    Message,
    message::{
        Mailbox, MultiPart,
        header::{HeaderName, HeaderValue},
    },
};
use sha2::{Digest as _, Sha256};

use crate::{
    address::{address, mailbox},
    error::EmailError,
    letter::Letter,
    mail::Mail,
};

/// The last second that the date of a letter can tell.
const LAST_SECOND: DateTime<Utc> =
    DateTime::from_timestamp(253_402_300_799, 0).expect("the end of the year 9999");

/// Whose letters they are.
#[derive(Clone, Debug)]
pub(crate) struct Sender {
    pub(crate) from: Mailbox,
    pub(crate) reply_to: Option<Mailbox>,
}

impl Sender {
    /// Puts a letter into its envelope.
    pub(crate) fn mail(&self, letter: Letter, notification: &Notification) -> Result<Mail, EmailError> {
        let to = address(&notification.recipient).map_err(EmailError::Address)?;
        let id = message_id(&notification.key);
        let at = notification.created_at.clamp(DateTime::UNIX_EPOCH, LAST_SECOND);
        let mut message = Message::builder()
            .from(self.from.clone())
            .to(mailbox(notification.name.as_deref(), to.clone()))
            .subject(letter.subject)
            .date(at.into())
            .message_id(Some(format!("<{id}@{}>", self.from.email.domain())))
            .raw_header(header("Auto-Submitted", "auto-generated"))
            .raw_header(header("X-Auto-Response-Suppress", "All"))
            .raw_header(header("Content-Language", notification.language.as_str()));
        if let Some(reply_to) = &self.reply_to {
            message = message.reply_to(reply_to.clone());
        }
        let message = message
            .multipart(MultiPart::alternative_plain_html(letter.text, letter.html))
            .map_err(EmailError::Compose)?;
        Ok(Mail { id, at, from: self.from.email.clone(), to, bytes: message.formatted() })
    }
}

/// The left part of a message's id. A key may tell an account and holds any character: only its digest is shown.
fn message_id(key: &str) -> String {
    let mut id = hex::encode(Sha256::digest(key.as_bytes()));
    id.truncate(40);
    id
}

fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_named_by_its_key_alone() {
        let id = message_id("payment/1/succeeded");
        assert_eq!(id, message_id("payment/1/succeeded"));
        assert_ne!(id, message_id("payment/2/succeeded"));
        assert_eq!(id.len(), 40);
        assert!(message_id("a>\r\nBcc: b@c").bytes().all(|byte| byte.is_ascii_hexdigit()));
    }
}
