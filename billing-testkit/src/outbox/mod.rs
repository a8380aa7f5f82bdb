//! The rules of [`Outbox`] and [`Deliveries`], one function each.
mod arrival;
mod ending;
mod operators;
mod taking;

use std::sync::Arc;

pub use arrival::*;
use billing_core::{
    AccountId, BillingEvent, Currency, Deliveries, Message, Money, Outbox, OutboxEntry, PaymentId,
};
use chrono::{DateTime, TimeDelta, Utc};
pub use ending::*;
pub use operators::*;
pub use taking::*;

/// An outbox from both sides: that of those who fill it, and of those who empty it.
pub trait WholeOutbox: Outbox + Deliveries {}

impl<S: Outbox + Deliveries> WholeOutbox for S {}

/// Makes one test of each rule of an outbox. Takes an `async fn` that opens an empty one, as an `Arc` of something that is
/// [`Outbox`](billing_core::Outbox) and [`Deliveries`](billing_core::Deliveries).
#[macro_export]
macro_rules! outbox_suite {
    ($open:path) => {
        $crate::outbox_suite!(@tests $open,
            // arrival
            a_message_is_stored_once_by_its_key,
            the_same_message_many_times_at_once_is_stored_once,
            a_message_comes_back_as_it_was_put_in,
            // taking
            a_message_goes_to_one_of_many,
            many_messages_are_shared_by_many,
            a_message_that_was_not_settled_is_taken_again_when_its_lease_ends,
            messages_are_taken_in_the_order_of_their_time,
            // ending
            what_became_of_a_message_is_stored,
            a_message_that_was_put_off_comes_back_at_its_time,
            a_message_that_was_given_up_is_listed_and_left_alone,
            who_was_too_slow_settles_nothing,
            of_many_who_settle_an_attempt_one_does,
            // operators
            a_retry_sends_on_its_way_what_was_not_delivered,
            an_attempt_from_before_a_retry_settles_nothing,
            a_message_that_is_dropped_stays_known,
            messages_are_listed_newest_first,
            only_what_is_done_is_forgotten,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::outbox::$rule($open().await).await;
            }
        )*
    };
}

/// How long one who took a message has it to himself here.
const LEASE: TimeDelta = TimeDelta::minutes(5);

/// So long after the start.
fn after(time: TimeDelta) -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + time
}

fn start() -> DateTime<Utc> {
    after(TimeDelta::zero())
}

fn message(key: &str) -> Message {
    let event = BillingEvent::PaymentSucceeded {
        payment: PaymentId::new(),
        credited: Money::from_micros(10_000_000, Currency::USD),
        paid: None,
        balance: Money::from_micros(12_345_678, Currency::USD),
    };
    Message::new(key, AccountId::new("acme").unwrap(), event, start())
}

/// Messages whose time comes one second after the other; their keys.
async fn waiting(outbox: &dyn WholeOutbox, count: i64) -> Vec<String> {
    let mut keys = Vec::new();
    for number in 0..count {
        let mut message = message(&format!("payment/{number}"));
        message.created_at = after(TimeDelta::seconds(number));
        assert!(outbox.enqueue(&message).await.unwrap());
        keys.push(message.key);
    }
    keys
}

async fn take(outbox: &dyn WholeOutbox, now: DateTime<Utc>) -> Option<OutboxEntry> {
    outbox.claim_message(now, now + LEASE).await.unwrap()
}

async fn stored(outbox: &dyn WholeOutbox, key: &str) -> OutboxEntry {
    outbox.message(key).await.unwrap().unwrap()
}

/// The outbox for one of many tasks.
fn shared(outbox: &Arc<dyn WholeOutbox>) -> Arc<dyn WholeOutbox> {
    Arc::clone(outbox)
}
