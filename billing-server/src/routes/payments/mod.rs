//! Payments: start one, look at one, and what is on offer.
pub(super) mod back;
pub(super) mod fondy;
mod key;
pub(super) mod list;
pub(super) mod providers;
pub(super) mod quote;
pub(super) mod receipt;
mod start;
mod state;
pub(super) mod status;
pub(super) mod stripe;
mod syncs;

pub(crate) use self::{state::PaymentState, syncs::RecentSyncs};
