//! The gateway through its public face: against the Fondy simulator, and against canned answers where a well-behaved
//! Fondy would not give them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod browser;
mod callbacks;
mod canned;
mod checkout;
mod endpoint;
mod faults;
mod forgeries;
mod losses;
mod payments;
mod refunds;
mod reversals;
mod secrets;
mod setup;
mod simulator;
mod status;
mod webhooks;
