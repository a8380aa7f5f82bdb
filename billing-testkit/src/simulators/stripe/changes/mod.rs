//! What may happen to Stripe's objects: the methods of the state that change them.

mod balance;
mod challenges;
mod charges;
mod disputes;
mod payment_intents;
mod refunds;

pub(super) use self::payment_intents::NewPaymentIntent;
pub(super) use self::refunds::NewRefund;
