//! Orders: what is kept of each, how it may change, and how it reads in an answer.

mod lifecycle;
mod picture;
mod record;
mod reversal;
mod terms;

pub(super) use self::picture::picture;
pub(super) use self::record::{Order, Status};
pub(super) use self::reversal::NewReversal;
pub(super) use self::terms::OrderTerms;
pub use self::terms::PayTerms;
