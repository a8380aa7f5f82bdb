//! The rules of [`Outbox`], one function each.
use std::sync::Arc;

use billing_core::{AccountId, BillingEvent, Currency, Message, Money, Outbox, PaymentId};
use chrono::DateTime;

/// Makes one test of each rule of an outbox. Takes an `async fn() -> Arc<dyn Outbox>` that opens an empty one.
#[macro_export]
macro_rules! outbox_suite {
    ($open:path) => {
        $crate::outbox_suite!(@tests $open,
            a_message_is_stored_once_by_its_key,
            the_same_message_many_times_at_once_is_stored_once,
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

fn message(key: &str) -> Message {
    let event = BillingEvent::PaymentSucceeded {
        payment: PaymentId::new(),
        credited: Money::from_micros(10_000_000, Currency::USD),
        paid: None,
        balance: Money::from_micros(12_345_678, Currency::USD),
    };
    Message::new(key, AccountId::new("acme").unwrap(), event, DateTime::UNIX_EPOCH)
}

/// The first message with a key is the one that is told.
pub async fn a_message_is_stored_once_by_its_key(outbox: Arc<dyn Outbox>) {
    assert!(outbox.enqueue(&message("payment/1/succeeded")).await.unwrap());
    assert!(!outbox.enqueue(&message("payment/1/succeeded")).await.unwrap());
    assert!(outbox.enqueue(&message("payment/2/succeeded")).await.unwrap());
}

/// Of many who tell the same at once, one is told that it was news.
pub async fn the_same_message_many_times_at_once_is_stored_once(outbox: Arc<dyn Outbox>) {
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let outbox = Arc::clone(&outbox);
            tokio::spawn(async move { outbox.enqueue(&message("payment/1/succeeded")).await.unwrap() })
        })
        .collect();
    let mut stored = 0;
    for task in tasks {
        stored += u32::from(task.await.unwrap());
    }
    assert_eq!(stored, 1);
}
