use std::sync::Arc;

use billing_core::{Observation, Payment, PaymentId, PaymentStatus, Stores};
use chrono::{DateTime, TimeDelta, Utc};

use super::{now, payment};
use crate::at_once;

/// Payments whose time comes one second after the other, oldest first.
async fn waiting(stores: &Stores, count: usize) -> Vec<PaymentId> {
    let mut ids = Vec::new();
    let mut at = now();
    for _ in 0..count {
        let mut payment = payment("acme");
        payment.next_check_at = Some(at);
        ids.push(stores.payments.insert(&payment).await.unwrap().id);
        at += TimeDelta::seconds(1);
    }
    ids
}

async fn due(stores: &Stores, at: DateTime<Utc>, limit: u32) -> Vec<Payment> {
    stores.payments.due_checks(at, at + TimeDelta::minutes(5), limit).await.unwrap()
}

async fn stored(stores: &Stores, id: PaymentId) -> Payment {
    stores.payments.get(id).await.unwrap().unwrap()
}

/// A round of questions is bounded, no payment waits for ever, and what was taken is left alone for a while.
pub async fn payments_are_due_the_longest_waiting_first(stores: Stores) {
    let waiting = waiting(&stores, 4).await;
    let left_alone = stored(&stores, waiting[3]).await;
    stores.payments.checked(&left_alone, None).await.unwrap();
    let at = now() + TimeDelta::seconds(1);
    for (limit, expected) in [(1, &waiting[..1]), (9, &waiting[1..2]), (9, &[])] {
        let taken = due(&stores, at, limit).await;
        assert_eq!(taken.iter().map(|payment| payment.id).collect::<Vec<_>>(), expected);
        for payment in taken {
            assert_eq!((payment.checks, payment.next_check_at), (0, Some(at + TimeDelta::minutes(5))));
            assert_eq!(stored(&stores, payment.id).await, payment);
        }
    }
    assert_eq!(due(&stores, at + TimeDelta::minutes(5), 9).await.len(), 3);
}

/// Any number of processes share the work.
pub async fn a_due_payment_goes_to_one_of_many_callers(stores: Stores) {
    let mut expected = waiting(&stores, 12).await;
    let at = now() + TimeDelta::minutes(1);
    let mut taken = Vec::new();
    // Who comes while others are at it may go with less than there is; what is left is found again.
    while taken.len() < expected.len() {
        let answers = at_once((0..6).map(|_| {
            let stores = stores.clone();
            async move { due(&stores, at, 3).await }
        }))
        .await;
        let before = taken.len();
        taken.extend(answers.into_iter().flatten().map(|payment| payment.id));
        assert!(taken.len() > before, "{} are left and nobody got one", expected.len() - before);
    }
    taken.sort();
    expected.sort();
    assert_eq!(taken, expected);
}

/// A webhook or another process may have been quicker: then the answer to an old question plans nothing.
pub async fn a_check_counts_only_for_what_was_seen(stores: Stores) {
    let store = &stores.payments;
    let seen = store.insert(&payment("acme")).await.unwrap();
    let next = |minutes| Some(now() + TimeDelta::minutes(minutes));
    store.checked(&seen, next(3)).await.unwrap();
    let checked = stored(&stores, seen.id).await;
    assert_eq!((checked.checks, checked.next_check_at), (1, next(3)));
    // The checks have changed since.
    store.checked(&seen, next(99)).await.unwrap();
    assert_eq!(stored(&stores, seen.id).await, checked);
    store.record(seen.id, &Observation::new(PaymentStatus::Succeeded), now()).await.unwrap();
    let paid = stored(&stores, seen.id).await;
    // The status has changed since.
    for old in [&seen, &checked] {
        store.checked(old, next(99)).await.unwrap();
        assert_eq!(stored(&stores, seen.id).await, paid);
    }
    store.checked(&paid, None).await.unwrap();
    let left_alone = stored(&stores, seen.id).await;
    assert_eq!((left_alone.checks, left_alone.next_check_at), (1, None));
}

/// Of many answers to one question one counts.
pub async fn a_check_told_at_once_counts_once(stores: Stores) {
    let seen = stores.payments.insert(&payment("acme")).await.unwrap();
    at_once((0..20).map(|_| {
        let (store, seen) = (Arc::clone(&stores.payments), seen.clone());
        async move { store.checked(&seen, Some(now())).await.unwrap() }
    }))
    .await;
    assert_eq!(stored(&stores, seen.id).await.checks, 1);
}

/// A payment that has just been paid is looked at again soon, however long it was open.
pub async fn a_change_of_status_begins_the_schedule_anew(stores: Stores) {
    let store = &stores.payments;
    let payment = store.insert(&payment("acme")).await.unwrap();
    assert_eq!(payment.next_check_at, Some(now() + TimeDelta::minutes(2)));
    let mut at = now();
    for (status, soon) in [
        (PaymentStatus::Processing, TimeDelta::minutes(2)),
        (PaymentStatus::Expired, TimeDelta::hours(1)),
        (PaymentStatus::Succeeded, TimeDelta::hours(1)),
    ] {
        at += TimeDelta::days(1);
        store.checked(&stored(&stores, payment.id).await, None).await.unwrap();
        let seen = Observation::new(status);
        let risen = store.record(payment.id, &seen, at).await.unwrap();
        assert_eq!((risen.checks, risen.next_check_at), (0, Some(at + soon)), "{status}");
        assert_eq!(stored(&stores, payment.id).await, risen);
        // The same again, and older news, plan nothing.
        for again in [status, PaymentStatus::Pending] {
            let later = at + TimeDelta::minutes(1);
            let same = store.record(payment.id, &Observation::new(again), later).await.unwrap();
            assert_eq!((same.checks, same.next_check_at), (0, Some(at + soon)), "{status}, then {again}");
        }
    }
}
