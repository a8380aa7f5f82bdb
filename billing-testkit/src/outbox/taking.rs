use std::sync::Arc;

use billing_core::DeliveryOutcome;
use chrono::TimeDelta;

use super::{LEASE, WholeOutbox, after, message, shared, start, stored, take, waiting};
use crate::at_once;

/// However many ask at once.
pub async fn a_message_goes_to_one_of_many(outbox: Arc<dyn WholeOutbox>) {
    outbox.enqueue(&message("payment/1")).await.unwrap();
    let answers = at_once((0..20).map(|_| {
        let outbox = shared(&outbox);
        async move { take(&*outbox, start()).await }
    }))
    .await;
    let mut taken = answers.into_iter().flatten();
    assert_eq!(taken.next(), Some(stored(&*outbox, "payment/1").await));
    assert_eq!(taken.next(), None);
}

/// Any number of processes share the work, and nothing is left or done twice.
pub async fn many_messages_are_shared_by_many(outbox: Arc<dyn WholeOutbox>) {
    let mut expected = waiting(&*outbox, 40).await;
    let now = after(TimeDelta::minutes(1));
    let answers = at_once((0..6).map(|_| {
        let outbox = shared(&outbox);
        async move {
            let mut taken = Vec::new();
            while let Some(entry) = take(&*outbox, now).await {
                assert_eq!(entry.attempts, 1);
                let (key, done) = (entry.message.key, DeliveryOutcome::Delivered);
                assert!(outbox.settle_message(&key, 1, &done, now).await.unwrap());
                taken.push(key);
            }
            taken
        }
    }))
    .await;
    let mut taken = answers.concat();
    taken.sort();
    expected.sort();
    assert_eq!(taken, expected);
}

/// Its deliverer may have died; while he has the lease, nobody can know.
pub async fn a_message_that_was_not_settled_is_taken_again_when_its_lease_ends(outbox: Arc<dyn WholeOutbox>) {
    outbox.enqueue(&message("payment/1")).await.unwrap();
    let mut now = start();
    for attempts in 1..=3 {
        let taken = take(&*outbox, now).await.unwrap();
        assert_eq!((taken.attempts, taken.next_try_at), (attempts, now + LEASE));
        assert_eq!((taken.updated_at, taken.waiting_since), (now, start()));
        assert_eq!(stored(&*outbox, "payment/1").await, taken);
        now += LEASE;
        assert_eq!(take(&*outbox, now - TimeDelta::microseconds(1)).await, None);
    }
}

/// What was put off queues by the time it was put off to; nothing is taken before its time.
pub async fn messages_are_taken_in_the_order_of_their_time(outbox: Arc<dyn WholeOutbox>) {
    let keys = waiting(&*outbox, 5).await;
    let first = take(&*outbox, start()).await.unwrap();
    assert_eq!((&first.message.key, take(&*outbox, start()).await), (&keys[0], None));
    let until = after(TimeDelta::milliseconds(2_500));
    let put_off = DeliveryOutcome::PutOff { until, reason: "busy".to_owned() };
    assert!(outbox.settle_message(&keys[0], 1, &put_off, start()).await.unwrap());
    let mut taken = Vec::new();
    while let Some(entry) = take(&*outbox, after(TimeDelta::seconds(3))).await {
        taken.push(entry.message.key);
    }
    assert_eq!(taken, [&*keys[1], &*keys[2], &*keys[0], &*keys[3]]);
    assert_eq!(take(&*outbox, after(TimeDelta::seconds(4))).await.unwrap().message.key, keys[4]);
}
