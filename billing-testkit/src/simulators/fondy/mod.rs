//! Fondy, played over HTTP: orders, reversals, signed callbacks and a checkout page. Its relatives hutko and Flitt
//! speak the same protocol.
//!
//! It speaks protocol 1.0.1, in JSON. Nothing here is secret or real: the simulator belongs on the loopback interface,
//! and its control API asks for no password.
//!
//! ```
//! use billing_testkit::simulators::fondy::FondySimulator;
//!
//! # #[tokio::main] async fn main() -> std::io::Result<()> {
//! let fondy = FondySimulator::builder(1_700_123, "secret").start(([127, 0, 0, 1], 0).into()).await?;
//! assert!(fondy.api_url().starts_with("http://127.0.0.1:"));
//! fondy.shutdown().await;
//! # Ok(()) }
//! ```
//!
//! # What it serves
//!
//! | Path | |
//! |---|---|
//! | `/api/…` | the API: `checkout/url`, `status/order_id`, `reverse/order_id` |
//! | `/checkout/{token}` | the page that `checkout/url` names: test cards, no script needed, in English and Ukrainian |
//! | `/` | a console for people: every order, with buttons to pay, decline, expire and reverse |
//! | `/_control/…` | the same powers as the methods of [`FondySimulator`], as JSON |
//!
//! # The control API
//!
//! Paths begin with `/_control/`, bodies are JSON, and so are answers.
//!
//! | Route | Body, all fields optional unless marked |
//! |---|---|
//! | `GET orders`, `GET orders/{id}` | |
//! | `POST orders/{id}/pay` | `amount`, `currency`, `merchant_id`, `actual_amount`, `actual_currency` |
//! | `POST orders/{id}/decline` | `response_code` |
//! | `POST orders/{id}/{process or expire}` | |
//! | `POST orders/{id}/reverse` | `amount` |
//! | `POST reversals/{transaction_id}/{complete or decline}` | |
//! | `GET`, `PUT quirks` | the fields of [`Quirks`] |
//! | `GET callbacks`, `POST callbacks/{id}/redeliver` | |
//! | `GET deliveries`, `GET deliveries/held` | |
//! | `GET`, `PUT deliveries/plan` | the fields of [`DeliveryPlan`] |
//! | `POST deliveries/release` | `"as_held"`, `"reversed"`, `{"shuffled": seed}` or `{"listed": [ids]}` |
//! | `PUT webhook` | the URL for orders that name none, as a string, or `null` (required) |
//! | `GET`, `POST`, `DELETE faults` | `fault` (required), `stage`, `times`, `method`, `path` |
//!
//! # Callbacks
//!
//! An order that is paid, declined, processed, ended or reversed is told to its `server_callback_url`, as it stood
//! then, and again after 2, 60, 300, 600, 3600 and 86 400 seconds until the endpoint answers 200.
//!
//! The checkout, the console, the control API and the asynchronous methods of [`FondySimulator`] answer once the first
//! delivery attempt of each callback they caused has ended, or after five seconds; what the delivery plan delays is not
//! waited for. Calls of the API itself never wait: the caller may well be the one who has to receive the callback.
//!
//! # Where sources are silent or disagree
//!
//! [`Quirks`] switch between what sources disagree about. Guesses of this simulator are: the code 1007 for a reversal
//! of an unpaid order or of more than is left; no callback for an order that is only created, nor for a reversal that
//! is declined; times in UTC; and the addresses of the checkout page. The pages of 3-D Secure are not played, nor are
//! holds (`preauth`), card tokens, subscriptions and protocol 2.0.

mod api;
mod builder;
mod callback;
mod cards;
mod changes;
mod checkout;
mod console;
mod control;
mod engine;
mod error;
mod moment;
mod order;
mod quirks;
mod signature;
mod simulator;
mod state;

pub use self::builder::FondySimulatorBuilder;
pub use self::error::ApiError;
pub use self::order::PayTerms;
pub use self::quirks::{Quirks, ReversalOutcome};
pub use self::signature::{SignatureAlgorithm, signature};
pub use self::simulator::FondySimulator;
pub use super::shared::courier::{Chaos, Delivery, DeliveryPlan, ReleaseOrder};
pub use super::shared::faults::{ApiFault, Fault, FaultStage};
