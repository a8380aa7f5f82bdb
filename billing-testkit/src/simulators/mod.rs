//! Payment providers played over real HTTP: stateful, with signed webhooks and faults at will. And the central bank
//! that publishes the exchange rates.
//!
//! A simulator is the outside party. It shares no code with the billing crates, so an adapter that misreads its
//! provider cannot be understood by mistake. Tests start one on a random port; the server's sandbox mode runs the
//! same code as its payment providers.
//!
//! | Module | Plays | Its own pages |
//! |---|---|---|
//! | [`stripe`] | Stripe: `PaymentIntents`, refunds, disputes, events | console, checkout, the bank's page |
//! | [`fondy`] | Fondy, hutko and Flitt: orders, reversals | console, checkout |
//! | [`bank`] | the National Bank of Ukraine: exchange rates | |
//!
//! # What may go wrong
//!
//! The payment providers misbehave alike. A [`DeliveryPlan`](stripe::DeliveryPlan) drops, repeats, delays or holds
//! webhooks, or leaves each of them to seeded [`Chaos`](stripe::Chaos). An [`ApiFault`](stripe::ApiFault) makes calls
//! fail, before or after they take effect. People press the same buttons in the console, and programs in any language
//! use the control API.
//!
//! ```
//! use std::time::Duration;
//!
//! use billing_testkit::simulators::fondy::{ApiFault, Chaos, DeliveryPlan, Fault, FondySimulator};
//!
//! # #[tokio::main] async fn main() -> std::io::Result<()> {
//! let fondy = FondySimulator::builder(1_700_123, "secret").start(([127, 0, 0, 1], 0).into()).await?;
//! let chaos = Chaos::new(7).with_drop_percent(10).with_most_duplicates(5).with_most_delay(Duration::from_millis(50));
//! fondy.set_delivery_plan(DeliveryPlan::new().with_chaos(chaos));
//! fondy.fail(ApiFault::new(Fault::Close).with_effect().with_route("POST", "/api/reverse"));
//! // … the test: payments, and then what the merchant's books say when all is quiet.
//! fondy.wait_until_quiet().await;
//! assert!(fondy.deliveries().is_empty());
//! # Ok(()) }
//! ```

pub mod bank;
pub mod fondy;
mod shared;
pub mod stripe;
