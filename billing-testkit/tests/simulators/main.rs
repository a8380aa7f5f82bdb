//! The provider simulators, over real HTTP.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod answer;
mod bank;
mod fondy;
mod stripe;
