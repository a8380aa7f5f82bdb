use std::sync::Arc;

use billing_core::{
    AccountId, BillingEvent, Currency, Message, Money, OutboxEntry, PaymentId, Period, RefundId,
    TakeBackKind, WebhookId,
};
use chrono::TimeDelta;

use super::{WholeOutbox, after, message, shared, start, stored};
use crate::at_once;

/// The first message with a key is the one that is told.
pub async fn a_message_is_stored_once_by_its_key(outbox: Arc<dyn WholeOutbox>) {
    let first = message("payment/1/succeeded");
    assert!(outbox.enqueue(&first).await.unwrap());
    let mut second = message("payment/1/succeeded");
    second.created_at += TimeDelta::hours(1);
    assert!(!outbox.enqueue(&second).await.unwrap());
    assert!(outbox.enqueue(&message("payment/2/succeeded")).await.unwrap());
    assert_eq!(stored(&*outbox, "payment/1/succeeded").await, OutboxEntry::new(first));
    assert_eq!(outbox.message("payment/3/succeeded").await.unwrap(), None);
}

/// Of many who tell the same at once, one is told that it was news.
pub async fn the_same_message_many_times_at_once_is_stored_once(outbox: Arc<dyn WholeOutbox>) {
    let answers = at_once((0..20).map(|_| {
        let outbox = shared(&outbox);
        async move { outbox.enqueue(&message("payment/1/succeeded")).await.unwrap() }
    }))
    .await;
    assert_eq!(answers.iter().filter(|is_news| **is_news).count(), 1, "{answers:?}");
}

/// Every kind of event, to the last digit and letter, whoever's it is.
pub async fn a_message_comes_back_as_it_was_put_in(outbox: Arc<dyn WholeOutbox>) {
    let (payment, refund, webhook) = (PaymentId::new(), RefundId::new(), WebhookId::new());
    let usd = |micros| Money::from_micros(micros, Currency::USD);
    let uah = Money::from_micros(415_370_000, Currency::UAH);
    let reason = "card\u{0}declined \"Відхилено\" \\ 💳".to_owned();
    let events = [
        BillingEvent::PaymentSucceeded { payment, credited: usd(1), paid: Some(uah), balance: usd(i64::MAX) },
        BillingEvent::PaymentFailed { payment, amount: uah, reason: reason.clone() },
        BillingEvent::TakenBack {
            payment,
            total: uah,
            cause: Some(TakeBackKind::Dispute),
            balance: usd(-5_000_001),
        },
        BillingEvent::RefundDeclined { refund, payment, amount: uah, reason },
        BillingEvent::WebhookUnmatched {
            webhook, gateway: "fondy".to_owned(), event: "подія".to_owned()
        },
        BillingEvent::NeedsReview { payment, review: "paid_mismatch".to_owned() },
        BillingEvent::BalanceLow { balance: usd(-1), threshold: usd(1_000_000) },
        BillingEvent::LimitReached {
            period: Period::Monthly,
            limit: usd(100_000_000),
            used: usd(99_999_999),
            resets_at: after(TimeDelta::days(3)),
        },
        BillingEvent::Test,
    ];
    for event in events {
        for account in [None, Some(AccountId::new("Олена | 1").unwrap())] {
            let key = format!("{}/{}", event.kind(), account.is_some());
            let message = Message::new(key, account, event.clone(), start());
            assert!(outbox.enqueue(&message).await.unwrap());
            assert_eq!(stored(&*outbox, &message.key).await, OutboxEntry::new(message));
        }
    }
}
