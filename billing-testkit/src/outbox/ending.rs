use std::sync::Arc;

use billing_core::{DeliveryOutcome, MessageState, OutboxQuery};
use chrono::TimeDelta;

use super::{LEASE, WholeOutbox, after, message, shared, start, stored, take, waiting};
use crate::at_once;

fn skipped(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::Skipped { reason: reason.to_owned() }
}

fn given_up(reason: &str) -> DeliveryOutcome {
    DeliveryOutcome::GivenUp { reason: reason.to_owned() }
}

/// In which state, since when, and why.
pub async fn what_became_of_a_message_is_stored(outbox: Arc<dyn WholeOutbox>) {
    let put_off = |seconds| DeliveryOutcome::PutOff {
        until: after(TimeDelta::seconds(seconds)),
        reason: "пошта не відповідає".to_owned(),
    };
    let outcomes =
        [DeliveryOutcome::Delivered, skipped("немає адреси"), given_up("адреси не існує"), put_off(90)];
    for (key, outcome) in waiting(&*outbox, 4).await.iter().zip(outcomes) {
        let taken = take(&*outbox, after(TimeDelta::seconds(9))).await.unwrap();
        assert_eq!(taken.message.key, *key);
        let ended_at = after(TimeDelta::seconds(10));
        assert!(outbox.settle_message(key, taken.attempts, &outcome, ended_at).await.unwrap());
        let mut expected = taken;
        expected.state = outcome.state();
        expected.detail = outcome.reason().map(str::to_owned);
        if let DeliveryOutcome::PutOff { until, .. } = outcome {
            expected.next_try_at = until;
        }
        expected.updated_at = ended_at;
        assert_eq!(stored(&*outbox, key).await, expected);
    }
    // What is delivered in the end needs no excuse.
    let taken = take(&*outbox, after(TimeDelta::seconds(90))).await.unwrap();
    let (key, now) = (&taken.message.key, after(TimeDelta::seconds(91)));
    assert!(outbox.settle_message(key, 2, &DeliveryOutcome::Delivered, now).await.unwrap());
    let delivered = stored(&*outbox, key).await;
    assert_eq!((delivered.state, delivered.detail), (MessageState::Delivered, None));
}

/// Neither before nor after, and neither sooner nor later than its lease would have ended.
pub async fn a_message_that_was_put_off_comes_back_at_its_time(outbox: Arc<dyn WholeOutbox>) {
    outbox.enqueue(&message("payment/1")).await.unwrap();
    let mut now = start();
    for (attempt, pause) in [(1, TimeDelta::seconds(15)), (2, LEASE * 10), (3, TimeDelta::zero())] {
        let taken = take(&*outbox, now).await.unwrap();
        assert_eq!((taken.attempts, taken.waiting_since), (attempt, start()));
        let until = now + pause;
        let put_off = DeliveryOutcome::PutOff { until, reason: "busy".to_owned() };
        assert!(outbox.settle_message("payment/1", attempt, &put_off, now).await.unwrap());
        assert_eq!(take(&*outbox, until - TimeDelta::microseconds(1)).await, None);
        now = until;
    }
    assert_eq!(take(&*outbox, now).await.unwrap().attempts, 4);
}

/// An operator finds it; nobody else touches it.
pub async fn a_message_that_was_given_up_is_listed_and_left_alone(outbox: Arc<dyn WholeOutbox>) {
    let keys = waiting(&*outbox, 2).await;
    take(&*outbox, start()).await.unwrap();
    assert!(outbox.settle_message(&keys[0], 1, &given_up("refused"), start()).await.unwrap());
    let given_up = OutboxQuery::newest(10).with_state(MessageState::GivenUp);
    let listed = outbox.list_messages(&given_up).await.unwrap();
    assert_eq!(listed, [stored(&*outbox, &keys[0]).await]);
    let later = after(TimeDelta::days(365));
    assert_eq!(take(&*outbox, later).await.unwrap().message.key, keys[1]);
    assert_eq!(take(&*outbox, later).await, None);
}

/// Somebody else has the message by then, or it has ended. While nobody has taken it, late is not too late.
pub async fn who_was_too_slow_settles_nothing(outbox: Arc<dyn WholeOutbox>) {
    let key = &waiting(&*outbox, 1).await[0];
    let settle = async |key: &str, attempt, outcome| {
        outbox.settle_message(key, attempt, &outcome, after(LEASE * 3)).await.unwrap()
    };
    take(&*outbox, start()).await.unwrap();
    let retaken = take(&*outbox, after(LEASE)).await.unwrap();
    for attempt in [0, 1, 3] {
        assert!(!settle(key, attempt, DeliveryOutcome::Delivered).await, "attempt {attempt}");
    }
    assert_eq!(stored(&*outbox, key).await, retaken);
    assert!(settle(key, 2, skipped("not wanted")).await);
    let settled = stored(&*outbox, key).await;
    for late in [DeliveryOutcome::Delivered, skipped("no address"), given_up("refused")] {
        assert!(!settle(key, 2, late).await);
    }
    assert_eq!(stored(&*outbox, key).await, settled);
    outbox.enqueue(&message("payment/lonely")).await.unwrap();
    take(&*outbox, start()).await.unwrap();
    assert!(settle("payment/lonely", 1, DeliveryOutcome::Delivered).await);
    assert!(!settle("payment/unknown", 1, DeliveryOutcome::Delivered).await);
}

/// A message ends once, whoever is first.
pub async fn of_many_who_settle_an_attempt_one_does(outbox: Arc<dyn WholeOutbox>) {
    outbox.enqueue(&message("payment/1")).await.unwrap();
    take(&*outbox, start()).await.unwrap();
    let outcomes: Vec<_> = (0..20)
        .map(|number| match number % 3 {
            0 => DeliveryOutcome::Delivered,
            1 => skipped("not wanted"),
            _ => given_up("refused"),
        })
        .collect();
    let answers = at_once(outcomes.iter().cloned().map(|outcome| {
        let outbox = shared(&outbox);
        async move { outbox.settle_message("payment/1", 1, &outcome, start()).await.unwrap() }
    }))
    .await;
    let first: Vec<_> = answers.iter().zip(&outcomes).filter(|(was_first, _)| **was_first).collect();
    assert_eq!(first.len(), 1, "{answers:?}");
    assert_eq!(stored(&*outbox, "payment/1").await.state, first[0].1.state());
}
