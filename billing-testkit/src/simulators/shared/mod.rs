//! What the simulators have in common: nothing here knows one provider from another.
//!
//! A simulator is an [`Engine`](engine::Engine) over a [`Provider`](engine::Provider). The engine keeps the state,
//! hands its events to the [`Courier`](courier::Courier), and makes API calls fail; the provider says what the state
//! is and what its webhooks look like.

pub(super) mod amount;
pub(super) mod clock;
pub(super) mod connection;
pub(super) mod console;
pub(super) mod control;
pub(super) mod courier;
pub(super) mod engine;
pub(super) mod faults;
pub(super) mod html;
pub(super) mod refusal;
pub(super) mod server;
pub(super) mod setup;
pub(super) mod snapshot;
pub(super) mod state;
pub(super) mod table;
