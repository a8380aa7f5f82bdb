//! The crate through its public face, letters as a mail client reads them, and conversations with a mail server that is
//! not ours.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
mod builder;
mod certificates;
mod conversations;
mod escaping;
mod faults;
mod files;
mod headers;
mod letters;
mod log;
mod mail_server;
mod overrides;
mod reading;
mod time_limits;
mod tls;
