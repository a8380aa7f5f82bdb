//! The whole server: the real binary on free ports, with a real database and a simulated Stripe.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod away;
mod bad_input;
mod commands;
mod crashes;
mod double_click;
mod exactly_once;
mod fondy_journey;
mod fondy_shop;
mod fondy_story;
mod history;
mod hostile_webhooks;
mod inbox;
mod journey;
mod late_and_crossed;
mod long_story;
mod market;
mod orders;
mod overspend;
mod paid_calls;
mod payments;
mod probes;
mod provider;
mod rates;
mod readme;
mod recorder;
mod review;
mod settings;
mod slow_provider;
mod store_only;
mod support;
mod tokens;
mod unreliable;
mod webhook_commands;
mod webhooks;
