//! Stripe, played over HTTP: `PaymentIntents`, refunds, disputes, events, signed webhooks, a checkout page and 3-D Secure.
//!
//! Objects are complete (the fields of API version [`API_VERSION`]), so typed clients parse them. Nothing here is
//! secret or real: the simulator belongs on the loopback interface, and its control API asks for no password.
//!
//! ```
//! use billing_testkit::simulators::stripe::StripeSimulator;
//!
//! # #[tokio::main] async fn main() -> std::io::Result<()> {
//! let stripe = StripeSimulator::builder("sk_test_key", "whsec_secret").start(([127, 0, 0, 1], 0).into()).await?;
//! assert!(stripe.base_url().starts_with("http://127.0.0.1:"));
//! stripe.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! # What it serves
//!
//! | Path | |
//! |---|---|
//! | `/v1/…` | the API: `payment_intents` (create, retrieve, confirm, cancel), `refunds`, `charges`, `disputes`, `events` |
//! | `/checkout/{payment_intent}` | a page with *Pay* and *Decline*, no script needed; it stands in for Stripe Elements |
//! | `/3ds/{payment_intent}` | the page of the payer's bank, with *Confirm* and *Refuse* |
//! | `/` | a console for people: every payment, with buttons to pay, refund and dispute |
//! | `/_control/…` | the same powers as the methods of [`StripeSimulator`], as JSON |
//!
//! # Test cards
//!
//! A payment is confirmed with one of Stripe's test payment methods.
//!
//! | Payment method | The bank |
//! |---|---|
//! | `pm_card_visa`, `pm_card_mastercard` | pays |
//! | `pm_card_visa_chargeDeclined` | declines; with `InsufficientFunds`, `LostCard`, `ExpiredCard`, `IncorrectCvc` or `ProcessingError` after the name it says why |
//! | `pm_card_authenticationRequired`, `pm_card_threeDSecure2Required` | asks the payer first, then pays |
//! | `pm_card_threeDSecureRequiredChargeDeclined` | asks the payer first, then declines |
//!
//! While the payer is asked, a payment `requires_action`. The browser goes to the bank's page and comes back to
//! `return_url`; or, with `use_stripe_sdk=true`, the script that confirmed asks in its own page, and posts the answer to
//! `/3ds/{payment_intent}/accept` or `…/refuse`. Without an answer nothing happens: the payment can be confirmed anew or
//! canceled.
//!
//! # The control API
//!
//! Paths begin with `/_control/`, bodies are JSON, and so are answers.
//!
//! | Route | Body, all fields optional unless marked |
//! |---|---|
//! | `GET payment_intents` | |
//! | `POST payment_intents/{id}/pay` | `amount_received`, `currency` |
//! | `POST payment_intents/{id}/decline` | `decline_code` |
//! | `POST payment_intents/{id}/authenticate` | `accept` (required) |
//! | `POST payment_intents/{id}/process` | |
//! | `POST payment_intents/{id}/refund` | `amount` |
//! | `POST payment_intents/{id}/dispute` | `amount`, `inquiry`, `funds_stay` |
//! | `POST refunds/{id}/{complete or fail}` | |
//! | `PUT refunds/start_pending` | `true` or `false` (required) |
//! | `POST disputes/{id}/{withdraw, reinstate, win or lose}` | `amount` for the first two |
//! | `GET events`, `POST events/{id}/redeliver` | |
//! | `GET deliveries`, `GET deliveries/held` | |
//! | `GET`, `PUT deliveries/plan` | `drop_next`, `drop_all`, `duplicates`, `delay_ms`, `hold`, `chaos` (`seed`, `drop_percent`, `most_duplicates`, `most_delay_ms`) |
//! | `POST deliveries/release` | `"as_held"`, `"reversed"`, `{"shuffled": seed}` or `{"listed": [ids]}` |
//! | `PUT webhook` | the URL as a string, or `null` (required) |
//! | `GET`, `POST`, `DELETE faults` | `fault` (required), `stage`, `times`, `method`, `path` |
//!
//! # Waiting for webhooks
//!
//! The checkout, the console, the control API and the asynchronous methods of [`StripeSimulator`] answer once the
//! first delivery attempt of each webhook they caused has ended, or after five seconds; what the delivery plan delays is
//! not waited for. Calls of the API itself never wait, as at Stripe: the caller may well be the one who has to receive
//! the webhook.

mod api;
mod builder;
mod cards;
mod changes;
mod checkout;
mod console;
mod control;
mod currency;
mod engine;
mod error;
mod expand;
mod idempotency;
mod ids;
mod objects;
mod params;
mod signature;
mod simulator;
mod state;

pub use self::builder::StripeSimulatorBuilder;
pub use self::error::ApiError;
pub use self::objects::{DisputeTerms, PayTerms};
pub use self::signature::signature_header;
pub use self::simulator::StripeSimulator;
pub use super::shared::courier::{Chaos, Delivery, DeliveryPlan, ReleaseOrder};
pub use super::shared::faults::{ApiFault, Fault, FaultStage};

/// The API version whose objects are served and sent in webhooks.
pub const API_VERSION: &str = "2026-09-30.endive";
