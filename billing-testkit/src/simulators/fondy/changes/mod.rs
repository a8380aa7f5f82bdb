//! What may happen to orders: the methods of the state that change it.

mod orders;
mod reversals;

pub(super) use self::reversals::NewReversal;
