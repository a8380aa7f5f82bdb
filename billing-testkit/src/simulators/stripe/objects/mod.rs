//! Stripe's objects: what is kept of each, and how it reads in an answer.

mod balance_transaction;
mod challenge;
mod charge;
pub(super) mod decline;
mod details;
mod dispute;
mod event;
mod payment_intent;
mod refund;
mod terms;

pub(super) use self::balance_transaction::BalanceTransaction;
pub(super) use self::challenge::{BankPage, Challenge};
pub(super) use self::charge::Charge;
pub(super) use self::details::Details;
pub(super) use self::dispute::{Dispute, DisputeStatus};
pub(super) use self::event::Event;
pub(super) use self::payment_intent::{PaymentIntent, Status};
pub(super) use self::refund::{Refund, RefundStatus};
pub use self::terms::{DisputeTerms, PayTerms};
