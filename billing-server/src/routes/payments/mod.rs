//! Payments: start one, look at one, and what is on offer.
pub(super) mod create;
mod key;
pub(super) mod providers;
pub(super) mod status;
mod syncs;

pub(crate) use self::syncs::RecentSyncs;
