//! Stripe's objects: what is kept of each, how it may change, and how it reads in an answer.

mod balance_transaction;
mod charge;
mod details;
mod dispute;
mod event;
mod expand;
mod payment_intent;
mod refund;
mod terms;

pub(super) use self::balance_transaction::BalanceTransaction;
pub(super) use self::charge::Charge;
pub(super) use self::details::Details;
pub(super) use self::dispute::Dispute;
pub(super) use self::event::Event;
pub(super) use self::payment_intent::{NewPaymentIntent, PaymentIntent, Status};
pub(super) use self::refund::{NewRefund, Refund};
pub use self::terms::{DisputeTerms, PayTerms};
