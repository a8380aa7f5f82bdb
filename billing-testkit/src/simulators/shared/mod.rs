//! What the simulators have in common: nothing here knows one provider from another.

pub(super) mod connection;
pub(super) mod server;
