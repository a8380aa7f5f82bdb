use std::{error::Error as _, fmt, io, time::Duration};

use lettre::transport::smtp::Error;

use super::redact::Redacted;

/// Replies that are about our login, whatever command they answer (RFC 4954, 6; RFC 5321, 4.2.2): the server was set
/// up otherwise than we are.
const ABOUT_OUR_LOGIN: [u16; 4] = [530, 534, 535, 538];
/// Replies to commands that were not understood: no fault of the letter's.
const ABOUT_THE_PROTOCOL: [u16; 4] = [500, 502, 503, 504];

/// The step of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// Name, connection, TLS from the start, greeting, hello.
    Connecting,
    /// STARTTLS.
    Encrypting,
    Login,
    /// `MAIL FROM`.
    Sender,
    /// `RCPT TO`.
    Recipient,
    /// `DATA` and what comes after it.
    Content,
}

impl fmt::Display for Stage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Connecting => "connection",
            Self::Encrypting => "encryption",
            Self::Login => "login",
            Self::Sender => "sender",
            Self::Recipient => "recipient",
            Self::Content => "letter",
        })
    }
}

/// What went wrong in a step.
#[derive(Debug)]
pub(crate) enum Fault {
    /// The server said no.
    Reply { code: u16, text: String },
    /// It can't do what is needed.
    Unsupported(&'static str),
    /// The connection or its encryption failed, or what came is no reply.
    Broken(String),
    /// It did not answer.
    TimedOut(Duration),
}

/// How a step failed, as it was told to us.
#[derive(Debug, thiserror::Error)]
#[error(transparent)]
pub(super) enum Failed {
    Smtp(#[from] Error),
    Connection(#[from] io::Error),
}

impl Failed {
    /// The same without what nobody may see.
    pub(super) fn fault(&self, redacted: &Redacted) -> Fault {
        let code = match self {
            Self::Smtp(error) => error.status().and_then(|code| code.to_string().parse().ok()),
            Self::Connection(_) => None,
        };
        match code {
            Some(code) => {
                let text = self.source().map(ToString::to_string).unwrap_or_default();
                Fault::Reply { code, text: redacted.line(&text) }
            }
            None => Fault::Broken(redacted.line(&self.to_string())),
        }
    }
}

/// Why a mail server has not taken a letter.
#[derive(Debug)]
pub(crate) struct SmtpError {
    stage: Stage,
    fault: Fault,
}

impl SmtpError {
    pub(super) fn new(stage: Stage, fault: Fault) -> Self {
        Self { stage, fault }
    }

    /// Whether the server has answered, so that it can be said goodbye to.
    pub(super) fn is_reply(&self) -> bool {
        matches!(self.fault, Fault::Reply { .. } | Fault::Unsupported(_))
    }

    /// Whether it is about this recipient or this letter, and will not be otherwise tomorrow.
    ///
    /// Everything else is about us or the server: nobody gets anything, so nothing is given up for it.
    pub(crate) fn is_about_this_letter(&self) -> bool {
        match (self.stage, &self.fault) {
            (Stage::Recipient, Fault::Unsupported(_)) => true,
            (Stage::Recipient | Stage::Content, Fault::Reply { code, text }) => {
                let is_final = (500..600).contains(code);
                let is_about_us = ABOUT_OUR_LOGIN.contains(code) || ABOUT_THE_PROTOCOL.contains(code);
                // Policy (RFC 3463, 3.8): such as a server that does not relay for us, to anybody.
                let is_policy = self.stage == Stage::Recipient && text.starts_with("5.7.");
                is_final && !is_about_us && !is_policy
            }
            _ => false,
        }
    }
}

impl fmt::Display for SmtpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let stage = self.stage;
        match &self.fault {
            Fault::Reply { code, text } if text.is_empty() => {
                write!(f, "the mail server refused the {stage} with {code}")
            }
            Fault::Reply { code, text } => {
                write!(f, "the mail server refused the {stage} with {code} {text}")
            }
            Fault::Unsupported(what) => write!(f, "the mail server can't be used for the {stage}: {what}"),
            Fault::Broken(what) => write!(f, "the {stage} failed at the mail server: {what}"),
            Fault::TimedOut(limit) => {
                write!(f, "the mail server did not answer to the {stage} within {limit:?}")
            }
        }
    }
}

impl std::error::Error for SmtpError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_final(stage: Stage, code: u16, text: &str) -> bool {
        SmtpError::new(stage, Fault::Reply { code, text: text.to_owned() }).is_about_this_letter()
    }

    #[test]
    fn only_what_is_about_the_recipient_or_the_letter_is_given_up() {
        for (code, text) in
            [(550, "5.1.1 no such user"), (550, ""), (553, "5.1.3"), (501, ""), (552, "5.2.2 full")]
        {
            assert!(is_final(Stage::Recipient, code, text), "{code} {text}");
        }
        for (code, text) in [(552, "5.3.4 too big"), (554, "5.6.0"), (550, "5.7.1 spam")] {
            assert!(is_final(Stage::Content, code, text), "{code} {text}");
        }
        for code in [421, 450, 451, 452, 454, 500, 502, 503, 504, 530, 534, 535, 538] {
            assert!(!is_final(Stage::Recipient, code, "") && !is_final(Stage::Content, code, ""), "{code}");
        }
        assert!(!is_final(Stage::Recipient, 554, "5.7.1 relay access denied"));
        for stage in [Stage::Connecting, Stage::Encrypting, Stage::Login, Stage::Sender] {
            for code in [521, 530, 535, 550, 554] {
                assert!(!is_final(stage, code, "5.1.1"), "{stage} {code}");
            }
        }
        for fault in [Fault::Broken(String::new()), Fault::TimedOut(Duration::from_secs(1))] {
            assert!(!SmtpError::new(Stage::Recipient, fault).is_about_this_letter());
        }
    }
}
