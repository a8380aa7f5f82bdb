//! Orders: what is kept of each, and how it reads in an answer.

mod picture;
mod record;
mod reversal;
mod terms;

pub(super) use self::picture::picture;
pub(super) use self::record::{Attempt, FIRST_TRANSACTION_ID, Order, Status};
pub(super) use self::reversal::{Reversal, ReversalStatus};
pub(super) use self::terms::OrderTerms;
pub use self::terms::PayTerms;
