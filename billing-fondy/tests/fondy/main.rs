//! The gateway through its public face, against canned answers over HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod canned;
mod checkout;
mod faults;
mod forgeries;
mod refunds;
mod secrets;
mod setup;
mod status;
mod webhooks;
