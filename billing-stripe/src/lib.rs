//! Stripe as a [`PaymentGateway`](billing_core::PaymentGateway): payers pay in Stripe's Payment Element within your
//! page, and the ledger hears of payments, refunds and disputes through signed webhooks and questions to the API.
//!
//! # Example
//! ```
//! use billing_core::{CheckoutKind, GatewayError, PaymentGateway, WebhookRequest};
//! use billing_stripe::StripeGateway;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gateway = StripeGateway::builder("sk_test_4eC39HqLyjWD", "whsec_2f9aYbNq").build()?;
//! assert!(!gateway.is_live());
//! assert_eq!(gateway.capabilities().checkout, CheckoutKind::Elements);
//!
//! // Nothing is believed without Stripe's signature.
//! let forged = WebhookRequest::new(Default::default(), "{}".into(), chrono::Utc::now());
//! let refused = gateway.parse_webhook(forged).await;
//! assert!(matches!(refused, Err(GatewayError::NotAuthentic { .. })));
//! # Ok(())
//! # }
//! ```
//! Give it to [`TopUps::with_gateway`](billing_core::TopUps::with_gateway); the name in webhook paths is `stripe`.
//!
//! # What it sends
//! | Method | Calls | Repeated with the same id |
//! |---|---|---|
//! | `create_payment` | [create a PaymentIntent] | the payment id is the [idempotency key]: the same order |
//! | `payment_status` | retrieve it; [list refunds] and [list disputes] once it is paid | |
//! | `cancel` | [cancel it], under a key of each operation | a canceled payment stays canceled |
//! | `refund` | [create a refund], unless one with this refund id is there | the refund id is the idempotency key |
//!
//! Our ids travel in the metadata: `payment_id` and `account` on the PaymentIntent, `payment_id` and `refund_id` on
//! refunds. A call gets three attempts, 20 seconds each unless [set](StripeGatewayBuilder::with_timeout) otherwise,
//! and a whole operation as long as three attempts. Tried again are the statuses 409, 424, 429 and 500 to 504, lost
//! connections, time-outs and answers that can't be read, unless Stripe says not to.
//!
//! # What it hears
//! | Event | Meaning here |
//! |---|---|
//! | `payment_intent.succeeded`, `.processing`, `.canceled`, `.payment_failed` | how the payment stood; a failed attempt leaves it pending, since Stripe lets the payer try again |
//! | `charge.refunded`, `charge.refund.updated`, `refund.*`, `charge.dispute.*` | the payment changed: ask how it stands |
//! | anything else | ignored |
//!
//! [Signatures] are checked over the raw bytes in constant time, against every configured secret, and both old and
//! future timestamps are refused beyond the [tolerance](StripeGatewayBuilder::with_tolerance). Only the fields that
//! matter are read, so a new field or API version never fails a genuine webhook. An event of the other mode (a live
//! event beside a test key, or the reverse) is refused as not authentic: its webhook secret and the secret key do not
//! belong together, and a refusal is what shows in Stripe's dashboard and is delivered again once that is mended.
//!
//! A refund counts as taken until it fails or is canceled. A [dispute] counts what its balance transactions moved,
//! without fees, and never its status: an inquiry takes nothing.
//!
//! # How it uses async-stripe
//! Requests are built by the typed builders of `async-stripe`, and its pinned API version is asked for. They are
//! carried by a client of this crate, and answers are read by small types of its own, because the client and types of
//! `async-stripe` 1.0.0-rc.10
//! - fail a whole answer, naming no field, when any field they think required is missing;
//! - lose the HTTP status of an answer that is not JSON, and `Retry-After` and `Request-Id` of every answer;
//! - retry under random idempotency keys or none, never under ours;
//! - read bodies of any length, and open a connection for each call;
//! - print client secrets in the text of errors;
//! - panic when a program links two rustls providers and has installed neither.
//!
//! # Features
//! None.
//!
//! # What this crate is not
//! It saves no cards, and knows no customers, subscriptions, invoices, taxes, Connect accounts or manual captures. It
//! does not serve the Payment Element: the page loads that from Stripe.
//!
//! [create a PaymentIntent]: https://docs.stripe.com/api/payment_intents/create
//! [idempotency key]: https://docs.stripe.com/api/idempotent_requests
//! [list refunds]: https://docs.stripe.com/api/refunds/list
//! [list disputes]: https://docs.stripe.com/api/disputes/list
//! [cancel it]: https://docs.stripe.com/api/payment_intents/cancel
//! [create a refund]: https://docs.stripe.com/api/refunds/create
//! [Signatures]: https://docs.stripe.com/webhooks#verify-manually
//! [dispute]: https://docs.stripe.com/api/disputes/object

mod builder;
mod client;
mod error;
mod gateway;
mod object;
mod request;
mod secret;
mod take_back;
mod webhook;

pub use builder::{BuildError, StripeGatewayBuilder};
pub use gateway::StripeGateway;
