//! The layer through its public face, on the ledger in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod admission;
mod drops;
mod http;
mod outcomes;
mod refusals;
mod request_bodies;
mod settling;
mod streams;
mod support;
