//! The reference billing server: API, webhooks, sandbox and operator commands.
//!
//! `main` parses the command line and calls [`run`]; everything else is here, so that tests drive what runs.
//!
//! | Where | What |
//! |---|---|
//! | [`config`] | every environment variable, read once into a typed [`Config`](config::Config) |
//! | `commands` | what each subcommand does |
//! | `server`, `jobs` | listening, migrating, stopping; work that nobody asks for |
//! | [`router()`] | every route and what stands around it |
//! | `routes` | one file per resource, handlers beside what they take and answer |
//! | [`auth`], [`error`] | who is calling; the one form of every error |
//! | [`store`], `gateways`, `rates` | the database, the payment providers and exchange rates behind their traits |
//! | `notifications`, `couriers` | how people are told, and who brings the messages to them |
//! | `dashboard` | the pages for browsers, and the files that they are made of |
//! | `sign_in` | sessions of browsers, and the ways to begin one |
//! | `events` | what changes, told to browsers as it happens |
//! | `charging`, `watchful` | what stands before paid calls, and its ledger |
//! | `query` | parameters of a query, read one by one |
//! | `prices` | reading the price table again |
//! | `client_address`, `payment_limit` | where a request came from; how fast payments are started |
//! | `sandbox` | the same server with simulated providers and demo users |
mod amount;
mod app;
pub mod auth;
mod bounds;
mod charging;
mod client_address;
mod commands;
pub mod config;
mod connections;
mod couriers;
mod dashboard;
pub mod error;
mod events;
mod extract;
mod gateways;
mod jobs;
mod notifications;
pub mod openapi;
mod output;
mod payment_limit;
mod prices;
mod query;
mod rates;
mod router;
mod routes;
mod sandbox;
mod server;
mod sign_in;
pub mod store;
mod telemetry;
mod watchful;
mod words;

pub use app::{Addresses, App, DatabaseState, Mode};
pub use billing_core::BoxError;
pub use commands::{Arguments, run};
pub use router::router;
