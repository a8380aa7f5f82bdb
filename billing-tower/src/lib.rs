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
//! The end of a response waits until its capture is committed, so a response that was read to its end is charged. All
//! other frames pass at once. What ends otherwise is settled in the background, by the [`Settler`]. Dropping a call at
//! any point leaves no hold behind; should the process be killed, the hold expires.
//!
//! A response that passes says what was held: `x-billing-hold`, `x-billing-held`, `x-billing-available`. One that does
//! not is a [`Refusal`]. While the ledger is out of reach, paid calls are refused.
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
//! hold ([`Meter::remaining`] tells a handler when to stop), and it does not extend holds: a call must end within the
//! life of its hold.
mod body;
mod future;
mod gate;
mod guard;
mod head;
mod identify;
mod layer;
mod meter;
mod pass;
mod refusal;
mod service;
mod settler;

pub use body::{RequestBody, ResponseBody};
pub use future::ResponseFuture;
pub use identify::{FromExtensions, Identify, Payer};
pub use layer::ChargeLayer;
pub use meter::Meter;
pub use refusal::Refusal;
pub use service::Charge;
pub use settler::{Settler, SettlerTask, Unsettled};
