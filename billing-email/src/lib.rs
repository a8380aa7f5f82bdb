//! Letters as a [`Notifier`](billing_core::Notifier): people are told of what happened to their money by e-mail, in
//! Ukrainian or English, as HTML and as plain text.

mod address;
mod builder;
mod error;
mod letter;
mod links;
mod message;
mod notifier;
mod secret;
mod transport;
mod words;

pub use builder::{BuildError, EmailNotifierBuilder};
pub use letter::{Letter, samples};
pub use notifier::EmailNotifier;
pub use transport::{
    EmailTransport,
    smtp::{SmtpSecurity, SmtpSettings},
};
