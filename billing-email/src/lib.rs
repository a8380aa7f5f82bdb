//! Letters as a [`Notifier`](billing_core::Notifier): people are told by e-mail what happened to their money, in
//! Ukrainian or English, as a page and as plain text.
//!
//! # Example
//! ```
//! use billing_core::{BillingEvent, Currency, Language, Money, Notification, Notifier};
//! use billing_email::{EmailNotifier, EmailTransport};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let folder = tempfile::tempdir()?;
//! # let mailbox = folder.path().join("mailbox");
//! let notifier = EmailNotifier::builder("billing@example.com", EmailTransport::File(mailbox.clone()))
//!     .with_product("Example")
//!     .with_frontend_url("https://app.example.com")
//!     .build()?;
//!
//! let usd = |text| Money::parse(text, Currency::USD);
//! let event = BillingEvent::BalanceLow { balance: usd("1234.5")?, threshold: usd("2000")? };
//! let low = Notification::new("balance_low/acme/1", "olena@example.com", event, chrono::Utc::now());
//! notifier.notify(&low).await?;
//!
//! assert_eq!(std::fs::read_dir(mailbox)?.count(), 1);
//! let letter = notifier.letter(&low.with_language(Language::En))?;
//! assert_eq!(letter.subject(), "$1,234.50 left on your balance");
//! assert!(letter.text().contains("https://app.example.com/topup"));
//! # Ok(())
//! # }
//! ```
//! Give it to a [`Dispatcher`](billing_core::Dispatcher), which takes messages out of the outbox, finds their readers,
//! and tries again what failed. How to set it up, and how to change the letters: [the guide].
//!
//! # Letters
//! Every kind of [`BillingEvent`](billing_core::BillingEvent) has one, in each language. Amounts, dates and plurals are
//! said as the language says them, dates by the reader's clock. What a provider or a reader says of himself is cut to
//! what is worth reading, freed of control characters, and escaped.
//!
//! A letter is `multipart/alternative`: plain text that stands by itself, then a page that loads nothing and adapts to
//! phones and dark screens. Its `Message-ID` is made of the notification's key, so that a repeat can be told; its date is
//! the event's. `Auto-Submitted` and `X-Auto-Response-Suppress` keep machines from answering.
//!
//! # Ways out
//! | [`EmailTransport`] | |
//! |---|---|
//! | `Smtp` | a mail server, with TLS, STARTTLS or, in the open, no login; see [`SmtpSettings`] |
//! | `File` | a folder of `.eml` files |
//! | `Log` | nothing leaves; the log shows kind, language and subject |
//!
//! An attempt ends after [a minute](EmailNotifierBuilder::with_timeout), however the server behaves. Connections are
//! kept for a minute; one on which something failed, or whose attempt was dropped, is not used again.
//!
//! # Errors
//! | What failed | Becomes |
//! |---|---|
//! | the recipient is no address, or one beyond ASCII that the server does not take | `Refused` |
//! | a reply from 500 to the recipient or to the letter | `Refused`, but for those below |
//! | 530, 534, 535, 538: our login; 500, 502, 503, 504: a command that was not understood | `Unavailable` |
//! | a reply to the recipient with an enhanced code 5.7.x: policy, such as a server that does not relay for us | `Unavailable` |
//! | any reply to connection, encryption, login or sender: nobody gets anything, and the fault is ours | `Unavailable` |
//! | replies from 400, silence, lost connections, certificates that are not believed | `Unavailable` |
//! | a template | `Render` |
//!
//! An error tells the step, the code and the server's words, without any address and without our login.
//!
//! Some servers refuse a sender only once they have the letter, with a code that says nothing of him: to them every
//! letter is refused, and given up. Try the set-up out with a test notification.
//!
//! # Features
//! None.
//!
//! # What this crate is not
//! It signs nothing (DKIM is the mail server's), hears of no bounces, and sends no newsletters.
//!
//! [the guide]: https://github.com/legal-org-ua/billing/blob/main/docs/guides/notifications.md

mod address;
mod builder;
mod error;
mod letter;
mod links;
mod mail;
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
