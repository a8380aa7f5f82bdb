use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Arc, Mutex},
};

use billing_core::{MessageState, OutboxQuery};
use fastrand::Rng;

use super::{Subject, subject::receipt};
use crate::{at_once, notifier::NotifierFault, rounds};

const DISPATCHERS: usize = 4;

/// Two hundred messages and four dispatchers, while attempts fail, lose their answer or are never heard of again: each
/// message is delivered, and only those more than once whose delivery nobody could know of.
pub async fn many_dispatchers_deliver_everything_whatever_fails(subject: Subject) {
    let seed = 20_261_128;
    let count = rounds(1_000);
    subject.sight().await;
    let mut keys = BTreeSet::new();
    for number in 0..count {
        keys.insert(subject.tell(&format!("payment/{number}"), receipt()).await);
    }
    let mut rng = Rng::with_seed(seed);
    let lost = fail_now_and_then(&subject, rng.fork());
    let mut rounds_left = 200;
    let waiting = OutboxQuery::newest(1).with_state(MessageState::Waiting);
    while !subject.outbox.list_messages(&waiting).await.unwrap().is_empty() {
        assert!(rounds_left > 0, "seed {seed}: some are never delivered");
        rounds_left -= 1;
        // One process takes some messages and dies.
        for _ in 0..rng.usize(..4) {
            let now = subject.now();
            subject.outbox.claim_message(now, now + subject.settings.lease).await.unwrap();
        }
        at_once((0..DISPATCHERS).map(|_| {
            let dispatcher = subject.dispatcher();
            async move {
                while let Some(dispatched) = dispatcher.deliver_next().await.unwrap() {
                    assert!(dispatched.settled, "{dispatched:?}");
                }
            }
        }))
        .await;
        subject.clock.advance(subject.settings.lease);
    }
    let mut told = BTreeMap::<String, usize>::new();
    for notification in subject.notifier.told() {
        *told.entry(notification.key).or_default() += 1;
    }
    let lost = lost.lock().unwrap().clone();
    assert!(!lost.is_empty(), "seed {seed} loses nothing");
    for key in &keys {
        let expected = 1 + lost.iter().filter(|lost| *lost == key).count();
        assert_eq!(told.remove(key), Some(expected), "seed {seed}: {key}");
        assert_eq!(subject.stored(key).await.state, MessageState::Delivered, "seed {seed}: {key}");
    }
    assert!(told.is_empty(), "seed {seed}: {told:?}");
}

/// A third of the attempts fails; the keys of those of which only the answer is lost.
fn fail_now_and_then(subject: &Subject, mut rng: Rng) -> Arc<Mutex<Vec<String>>> {
    let lost = Arc::<Mutex<Vec<String>>>::default();
    let losing = Arc::clone(&lost);
    subject.notifier.plan(move |notification| match rng.u8(..9) {
        0 | 1 => Some(NotifierFault::Unavailable),
        2 => {
            losing.lock().unwrap().push(notification.key.clone());
            Some(NotifierFault::AnswerLost)
        }
        _ => None,
    });
    lost
}
