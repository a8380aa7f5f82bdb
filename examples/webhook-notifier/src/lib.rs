//! A [`Notifier`](billing_core::Notifier) of one's own: events go to a service of yours as webhooks, signed as
//! [Standard Webhooks](https://www.standardwebhooks.com) wants it. See the README beside it.

mod notifier;
mod signing;

pub use notifier::{BuildError, WebhookNotifier};
pub use signing::{InvalidSecret, SigningSecret};

/// The guide's code must compile.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/guides/notifications.md")]
mod guide {}
