//! The layer through its public face, on the ledger in memory.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod admission;
mod costs;
mod drops;
mod http;
mod keeping;
mod modes;
mod open;
mod outcomes;
mod protocols;
mod refusals;
mod repeats;
mod request_bodies;
mod settling;
mod streams;
mod support;
mod trailers;
