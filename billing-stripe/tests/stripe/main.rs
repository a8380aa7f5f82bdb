//! The gateway through its public face: against the Stripe simulator, and against canned answers where a well-behaved
//! Stripe would not give them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answers;
mod canned;
mod faults;
mod payments;
mod secrets;
mod setup;
mod signatures;
mod take_backs;
mod webhooks;
