//! The tower layer that stands before every paid call: it identifies who pays, estimates the cost, holds the money,
//! lets the call run, and takes what it has cost when the response ends.
//!
//! # Example
//! ```
//! use std::sync::Arc;
//!
//! use axum::{Extension, Router, routing::post};
//! use billing_core::{Currency, LedgerSettings, MemoryLedger, Money, PriceTable};
//! use billing_tower::{ChargeLayer, Meter, Settler};
//!
//! async fn summarize(Extension(meter): Extension<Meter>) -> &'static str {
//!     meter.record(Money::from_micros(1_800, Currency::USD)); // what it really cost; else the estimate is taken
//!     "a short text"
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = Arc::new(MemoryLedger::new(LedgerSettings::new(Currency::USD)));
//! let prices = PriceTable::from_toml("[operations]\nsummarize = { fixed = \"0.0024\" }", Currency::USD)?;
//! let (settler, task) = Settler::start(ledger, 10_000);
//! let app: Router = Router::new()
//!     .route("/api/tools/summarize", post(summarize))
//!     .layer(ChargeLayer::new(settler, prices).with_topup_url("https://example.com/topup"));
//! // … serve `app` behind the layer that authenticates, then:
//! # use tower::ServiceExt;
//! # let mut request = axum::extract::Request::post("/api/tools/summarize").body(axum::body::Body::empty())?;
//! # request.extensions_mut().insert(billing_core::AccountId::new("acme")?);
//! # assert_eq!(app.clone().oneshot(request).await?.status(), 402);
//! # drop(app);
//! task.drain(std::time::Duration::from_secs(10)).await?;
//! # Ok(())
//! # }
//! ```
//!
//! # What is charged, and when
//! | The call | costs |
//! |---|---|
//! | answers 2xx, and its body ends or its client has gone | what the [`Meter`] says, else the estimate |
//! | answers 2xx, and its body fails | what the meter says, else nothing |
//! | answers anything else, or is `HEAD` or `OPTIONS` | what the meter says, else nothing |
//! | fails, panics, or is dropped before it answers | what the meter says, else nothing |
//!
//! A route may have other rules ([`Outcomes`]), and its inner service may tell the cost in a
//! [header or trailer](ChargeLayer::with_cost_header).
//!
//! The end of a response waits until its capture is committed, so a response that was read to its end is charged. All
//! other frames pass at once. What ends otherwise is settled in the background, by the [`Settler`], and everything is
//! where [that is chosen](ChargeLayer::with_background_settlement). A call that lasts longer than its hold has it
//! extended. Dropping a call at any point leaves no hold behind; should the process be killed, the hold expires.
//!
//! A response that passes says what was held: `x-billing-hold`, `x-billing-held`, `x-billing-available`; to a caller who
//! reads trailers (`TE: trailers`), `x-billing-charged` tells what it has cost. One that does not pass is a [`Refusal`],
//! in the form that the route's [`Protocol`] knows: HTTP, gRPC, JSON-RPC or MCP.
//!
//! # Repeats
//! A client that sends an `Idempotency-Key` may repeat a paid call whose answer it has lost: the key is the identity of
//! the hold. While the call runs, a repeat is refused with 409 (`CALL_RUNNING`); once it has ended and was charged, too
//! (`CALL_CHARGED`). One that ended for nothing, because it failed, runs again. So a key is charged at most once, for
//! ever. The answer is *not* stored: a client that has lost it can't get it again under the same key. Free calls, and
//! calls that run unbilled, have no hold and are not told from their repeats. A key that is a UUID of version 7 keeps the
//! ledger's ids in order of time; any other is as good for the client.
//!
//! # While the ledger is out of reach
//! Paid calls are refused with 503, unless the layer [fails open](FailOpen) within a bound. To try the layer out beside
//! real traffic, and to take it out of the way, there are [modes](Mode).
//!
//! # What it works with
//! Any service of [`http`] requests and responses: axum, hyper, tonic. Its inner service takes requests with a
//! [`RequestBody`], which axum's routers do by themselves; so does [`Router::layer`], which is the way to put it before
//! middleware that insists on axum's own body type.
//!
//! | Needs | |
//! |---|---|
//! | who pays | an [`AccountId`](billing_core::AccountId) or a [`Payer`] in the request's extensions, or [`Identify`] |
//! | what it may cost | a [`CostEstimator`](billing_core::CostEstimator), such as [`PriceTable`](billing_core::PriceTable) |
//! | where the money is | a [`Ledger`](billing_core::Ledger): `billing-sqlx`, or [`MemoryLedger`](billing_core::MemoryLedger) |
//!
//! [`Router::layer`]: https://docs.rs/axum/0.8/axum/struct.Router.html#method.layer
//!
//! # What this crate is not
//! It does not authenticate: put it inside the layer that does. It does not prevent a call from costing more than its
//! hold: [`Meter::used_up`] tells a handler when to stop.
mod admission;
mod body;
mod cost_header;
mod fail_open;
mod future;
mod gate;
mod guard;
mod head;
mod idempotency;
mod identify;
mod in_time;
mod layer;
mod meter;
mod mode;
mod outcome;
mod pass;
mod protocol;
mod refusal;
mod service;
mod settler;

pub use body::{RequestBody, ResponseBody};
pub use fail_open::{FailOpen, FailOpenTask, SpoolError};
pub use future::ResponseFuture;
pub use identify::{FromExtensions, Identify, Payer};
pub use layer::ChargeLayer;
pub use meter::Meter;
pub use mode::{Mode, UnknownMode};
pub use outcome::{Due, Outcomes};
pub use protocol::Protocol;
pub use refusal::Refusal;
pub use service::Charge;
pub use settler::{Settler, SettlerTask, Unsettled};
