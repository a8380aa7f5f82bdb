//! Fondy, hutko and Flitt as a [`PaymentGateway`](billing_core::PaymentGateway): payers pay on a page of the provider,
//! and the ledger hears of payments and refunds through signed callbacks and questions to the API.
//!
//! # Example
//! ```
//! use billing_core::{CheckoutKind, GatewayError, PaymentGateway, WebhookRequest};
//! use billing_fondy::FondyGateway;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let gateway = FondyGateway::builder("1234567", "k3Ff0mVq7LwZ")
//!     .with_callback_url("https://billing.example.com/webhooks/fondy")
//!     .build()?;
//! assert!(gateway.is_live());
//! assert_eq!(gateway.capabilities().checkout, CheckoutKind::Hosted);
//!
//! // Nothing is believed without Fondy's signature.
//! let mut forged = WebhookRequest::new(Default::default(), r#"{"order_status":"approved"}"#.into(), chrono::Utc::now());
//! forged.headers.insert("content-type", "application/json".parse()?);
//! let refused = gateway.parse_webhook(forged).await;
//! assert!(matches!(refused, Err(GatewayError::NotAuthentic { reason: "it has no signature" })));
//! # Ok(())
//! # }
//! ```
//! Give it to [`TopUps::with_gateway`](billing_core::TopUps::with_gateway); the name in webhook paths is `fondy`,
//! whatever the brand.
//!
//! # Brands
//! One engine answers under three names, and the [base](FondyGatewayBuilder::with_api_base) says which:
//!
//! | Brand | Base | For |
//! |---|---|---|
//! | Fondy | `https://pay.fondy.eu/api`, the default | merchants in Europe, hryvnias among their currencies |
//! | hutko | `https://pay.hutko.org/api` | merchants in Ukraine |
//! | Flitt | `https://pay.flitt.com/api` | merchants from the Caucasus to Central Asia; no hryvnias, so set the [limits](FondyGatewayBuilder::with_limits) |
//!
//! None of them has a host for tests: each has a merchant for that, whose key everybody knows. Such merchants and keys
//! are refused unless [allowed](FondyGatewayBuilder::with_test_merchant_allowed), and so is every payment that says it
//! was a test.
//!
//! # What it sends
//! | Method | Calls | Repeated with the same id |
//! |---|---|---|
//! | `create_payment` | `checkout/url`, with our payment id as the id of the order | `OrderExists`: the page is told once |
//! | `payment_status` | `status/order_id` | |
//! | `cancel` | nothing: it is unsupported, an order closes when its [lifetime](FondyGatewayBuilder::with_lifetime) ends | |
//! | `refund` | `status/order_id`, then `reverse/order_id` unless the refund is seen there, then `status/order_id` | see [refunds](#refunds) |
//!
//! Requests are JSON of protocol 1.0.1 with known fields alone, and `delayed` is `N`: a declined attempt ends the order
//! instead of leaving it open for another. An operation takes at most 20 seconds with all its calls, unless
//! [set](FondyGatewayBuilder::with_timeout) otherwise. What could not connect was not sent, and is tried up to three
//! times; so are questions that met a fault. Anything else that changes something is sent once, and if no clear answer
//! comes, the outcome is unknown. An amount that does not divide exactly is declined as `amount_not_taken`, and a text
//! with a `|` in it as `not_signable`.
//!
//! Answers about orders and refunds have to be signed. Those to `checkout/url` are not; the page has to be `https`,
//! unless the API is on this machine.
//!
//! | Code of an error | Becomes |
//! |---|---|
//! | 1013 on `checkout/url` | `OrderExists` |
//! | 1018 | `PaymentNotFound` |
//! | 1006, 1012, 1014, 1016, 1017, 1026, 1027: merchant or signature | `Unauthorized` |
//! | 1002, 1066, 1089, statuses from 500, pages that are not JSON, silence | `Unavailable` |
//! | any other | `Declined` with the code |
//!
//! # What it hears
//! | `order_status` | Meaning here |
//! |---|---|
//! | `created`, and words not known yet | pending |
//! | `processing` | processing |
//! | `declined` | failed, with the `response_code` |
//! | `expired` | expired |
//! | `approved`, `reversed` | succeeded: `amount` was paid |
//!
//! [Callbacks] come as JSON or as a form, which their content type has to say. Fondy gives them neither an id nor a
//! time: the id of the event is the SHA-256 of the body, and an old callback that comes again says what it said before.
//! It is answered with an empty 200, which alone Fondy takes for yes.
//!
//! What was taken back is the running total `reversal_amount`, as one take-back named `reversal`, whatever the status:
//! an order refunded in part is `approved` to some and `reversed` to others. Where the total is missing, it is unknown.
//! Another merchant than ours under a right signature is told as
//! [`other_merchant`](billing_core::PaymentSnapshot::other_merchant).
//!
//! # Signatures
//! The [signature] is a digest over the secret and the values of all other fields, in the order of their names. Its
//! algorithm is **SHA-1**: so say the documentation of all three brands and four official libraries, and so come the
//! signatures that the gateways themselves printed. [MD5](FondySignature::Md5), which some guides name, is a setting.
//! Only the set algorithm is believed, since guessing by the length would let a forger choose.
//!
//! The digest is over values alone: names are not in it, and nothing escapes the `|` between values. So it also holds
//! for messages in which fields were renamed, joined or parted. Against that
//! - a callback needs every field that is relied on, without `|` in any of them;
//! - one whose fields all have known names, and no `|` anywhere, reads in one way and is believed as it stands;
//! - any other only says that its order changed, and Fondy is asked. New fields cost a question, not a payment;
//! - a name that is there twice, and values that the official libraries write down differently (fractions, booleans,
//!   lists, objects), are refused.
//!
//! # Refunds
//! A refund is sent with its id as Fondy's `reverse_id`, by which the gateway recognises a repeat. Not all of them say
//! that they do, so what had been [taken back before](billing_core::Refund::taken_before) it was first asked for is
//! compared with the total now:
//!
//! | Total now | What is done |
//! |---|---|
//! | as before | the refund is sent |
//! | the refund, or more, above before | nothing: it was heard |
//! | anything else | declined as `taken_back_meanwhile`: a person has to look |
//!
//! `taken_before` is what this gateway told; disputes, of which it tells nothing, are not in it. One refund of a payment
//! may be open at a time.
//!
//! The documentation of [Fondy] and of Flitt describes `reverse_id`; hutko's does not mention it. Where it is ignored, or
//! [left out](FondyGatewayBuilder::with_nameless_refunds), **a repeat has to wait until the first call can't be under way
//! any more**: while the bank still works on that, the total says nothing, and the money would be given back twice.
//! Minutes are enough for a lost answer, not for a bank that works on it; when in doubt, look at the portal first.
//!
//! # Features
//! None.
//!
//! # What this crate is not
//! It knows no protocol 2.0, saved cards, subscriptions, split payments, held amounts or payouts, and sees no disputes.
//! It trusts nothing that a browser brings back to the return page, though that comes signed: ask for the status.
//!
//! [Fondy]: https://docs.fondy.io/gateway/direct-integration/reversal/create-reversal
//! [Callbacks]: https://docs.fondy.eu/en/docs/page/28/
//! [signature]: https://docs.fondy.eu/en/docs/page/3/#chapter-3-5

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
