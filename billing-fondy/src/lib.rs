//! Fondy.
mod builder;
mod client;
mod error;
mod fields;
mod gateway;
mod order;
mod request;
mod secret;
mod signature;
mod webhook;

pub use builder::{BuildError, FondyGatewayBuilder};
pub use gateway::FondyGateway;
pub use signature::FondySignature;
