use std::sync::Arc;

use billing_core::{AccountId, DeliveryOutcome, MessageState, OutboxEntry, OutboxQuery};
use chrono::{DateTime, TimeDelta, Utc};

use super::{LEASE, WholeOutbox, after, message, start, stored, take};

/// One message in each state, and one that was put off; all of them are a second old.
async fn one_of_each(outbox: &dyn WholeOutbox, at: DateTime<Utc>) -> Vec<OutboxEntry> {
    let because = || "because".to_owned();
    let mut entries = Vec::new();
    for (key, outcome) in [
        ("delivered", Some(DeliveryOutcome::Delivered)),
        ("skipped", Some(DeliveryOutcome::Skipped { reason: because() })),
        ("given up", Some(DeliveryOutcome::GivenUp { reason: because() })),
        ("dropped", None),
        ("put off", Some(DeliveryOutcome::PutOff { until: at + LEASE * 9, reason: because() })),
    ] {
        let mut message = message(key);
        message.created_at = at;
        outbox.enqueue(&message).await.unwrap();
        assert_eq!(take(outbox, at).await.unwrap().message.key, key);
        let done = match outcome {
            Some(outcome) => outbox.settle_message(key, 1, &outcome, at).await.unwrap(),
            None => outbox.drop_message(key, "because", at).await.unwrap(),
        };
        assert!(done, "{key}");
        entries.push(stored(outbox, key).await);
    }
    entries
}

/// It is due at once, and its time begins anew.
pub async fn a_retry_sends_on_its_way_what_was_not_delivered(outbox: Arc<dyn WholeOutbox>) {
    let now = after(TimeDelta::minutes(1));
    for entry in one_of_each(&*outbox, start()).await {
        let key = &entry.message.key;
        let is_delivered = entry.state == MessageState::Delivered;
        assert_eq!(outbox.retry_message(key, now).await.unwrap(), !is_delivered, "{key}");
        if is_delivered {
            assert_eq!(stored(&*outbox, key).await, entry);
            continue;
        }
        let waiting = stored(&*outbox, key).await;
        assert_eq!((waiting.state, waiting.message), (MessageState::Waiting, entry.message.clone()));
        assert_eq!([waiting.next_try_at, waiting.waiting_since, waiting.updated_at], [now; 3]);
        let taken = take(&*outbox, now).await.unwrap();
        assert_eq!((&taken.message.key, taken.waiting_since), (key, now));
        assert!(outbox.settle_message(key, taken.attempts, &DeliveryOutcome::Delivered, now).await.unwrap());
    }
    assert!(!outbox.retry_message("unknown", now).await.unwrap());
}

/// The one who has the message is not asked any more.
pub async fn an_attempt_from_before_a_retry_settles_nothing(outbox: Arc<dyn WholeOutbox>) {
    outbox.enqueue(&message("payment/1")).await.unwrap();
    let before = take(&*outbox, start()).await.unwrap();
    let now = after(TimeDelta::seconds(1));
    assert!(outbox.retry_message("payment/1", now).await.unwrap());
    let given_up = DeliveryOutcome::GivenUp { reason: "refused".to_owned() };
    assert!(!outbox.settle_message("payment/1", before.attempts, &given_up, now).await.unwrap());
    let after = take(&*outbox, now).await.unwrap();
    assert!(after.attempts > before.attempts);
    assert!(!outbox.settle_message("payment/1", before.attempts, &given_up, now).await.unwrap());
    let delivered = DeliveryOutcome::Delivered;
    assert!(outbox.settle_message("payment/1", after.attempts, &delivered, now).await.unwrap());
}

/// Whoever tells the same later is told that it is no news; one who has the message settles nothing.
pub async fn a_message_that_is_dropped_stays_known(outbox: Arc<dyn WholeOutbox>) {
    let now = after(TimeDelta::minutes(1));
    for mut entry in one_of_each(&*outbox, start()).await {
        let key = entry.message.key.clone();
        let is_delivered = entry.state == MessageState::Delivered;
        assert_eq!(outbox.drop_message(&key, "помилка", now).await.unwrap(), !is_delivered, "{key}");
        if !is_delivered {
            entry.state = MessageState::Dropped;
            entry.detail = Some("помилка".to_owned());
            entry.updated_at = now;
        }
        assert!(!outbox.enqueue(&message(&key)).await.unwrap());
        assert_eq!(stored(&*outbox, &key).await, entry);
    }
    assert!(!outbox.drop_message("unknown", "помилка", now).await.unwrap());
    outbox.enqueue(&message("payment/1")).await.unwrap();
    take(&*outbox, now).await.unwrap();
    assert!(outbox.drop_message("payment/1", "помилка", now).await.unwrap());
    assert!(!outbox.settle_message("payment/1", 1, &DeliveryOutcome::Delivered, now).await.unwrap());
    assert_eq!(stored(&*outbox, "payment/1").await.state, MessageState::Dropped);
    assert_eq!(take(&*outbox, after(TimeDelta::days(365))).await, None);
}

/// Lists narrow by state and account, and are bounded.
pub async fn messages_are_listed_newest_first(outbox: Arc<dyn WholeOutbox>) {
    let borys = AccountId::new("borys").unwrap();
    let accounts = [AccountId::new("acme").ok(), Some(borys.clone()), None, AccountId::new("acme").ok()];
    // The last two happened at the same time.
    for (number, (account, seconds)) in accounts.into_iter().zip([1, 2, 3, 3]).enumerate() {
        let mut message = message(&format!("payment/{number}"));
        (message.account, message.created_at) = (account, after(TimeDelta::seconds(seconds)));
        outbox.enqueue(&message).await.unwrap();
    }
    outbox.drop_message("payment/0", "mistake", start()).await.unwrap();
    outbox.drop_message("payment/1", "mistake", start()).await.unwrap();
    let (newest, dropped) = (OutboxQuery::newest, MessageState::Dropped);
    for (query, expected) in [
        (newest(10), vec![3, 2, 1, 0]),
        (newest(3), vec![3, 2, 1]),
        (newest(10).with_account(borys.clone()), vec![1]),
        (newest(10).with_account(AccountId::new("vira").unwrap()), vec![]),
        (newest(10).with_state(dropped), vec![1, 0]),
        (newest(1).with_state(dropped), vec![1]),
        (newest(10).with_state(MessageState::Waiting), vec![3, 2]),
        (newest(10).with_state(MessageState::Delivered), vec![]),
        (newest(10).with_state(dropped).with_account(AccountId::new("acme").unwrap()), vec![0]),
        (newest(10).with_state(MessageState::Waiting).with_account(borys), vec![]),
    ] {
        let listed = outbox.list_messages(&query).await.unwrap();
        let keys: Vec<_> = listed.iter().map(|entry| entry.message.key.clone()).collect();
        let expected: Vec<_> = expected.into_iter().map(|number| format!("payment/{number}")).collect();
        assert_eq!(keys, expected, "{query:?}");
    }
}

/// What waits, and what an operator has to look at, stays, however old it is; the rest goes, a bounded number at a time.
pub async fn only_what_is_done_is_forgotten(outbox: Arc<dyn WholeOutbox>) {
    one_of_each(&*outbox, start()).await;
    let mut young = message("young");
    young.created_at = after(TimeDelta::seconds(-9));
    outbox.enqueue(&young).await.unwrap();
    outbox.drop_message("young", "mistake", after(TimeDelta::microseconds(1))).await.unwrap();
    let before = after(TimeDelta::microseconds(1));
    assert_eq!(outbox.forget_messages(start(), 9).await.unwrap(), 0);
    assert_eq!(outbox.forget_messages(before, 2).await.unwrap(), 2);
    assert_eq!(outbox.forget_messages(before, 2).await.unwrap(), 1);
    assert_eq!(outbox.forget_messages(before, 2).await.unwrap(), 0);
    let left = outbox.list_messages(&OutboxQuery::newest(9)).await.unwrap();
    let mut left: Vec<_> = left.iter().map(|entry| entry.message.key.as_str()).collect();
    left.sort_unstable();
    assert_eq!(left, ["given up", "put off", "young"]);
}
