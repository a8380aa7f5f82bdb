//! Payment providers played over real HTTP: stateful, with signed webhooks and faults at will. And the central bank
//! that publishes the exchange rates.
//!
//! A simulator is the outside party. It shares no code with the billing crates, so an adapter that misreads its
//! provider cannot be understood by mistake. Tests start one on a random port; the server's sandbox mode runs the
//! same code as its payment providers.

pub mod bank;
pub mod fondy;
mod shared;
pub mod stripe;
