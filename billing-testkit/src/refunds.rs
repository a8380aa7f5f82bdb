//! The rules of [`RefundStore`](billing_core::RefundStore), one function each.
use std::sync::Arc;

use billing_core::{
    AccountId, Currency, Money, Payment, PaymentId, RefundId, RefundState, StoreError, StoredRefund, Stores,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::at_once;

/// Makes one test of each rule of a refund store. Takes an `async fn() -> Stores` that opens empty ones, for a refund
/// is of a payment.
#[macro_export]
macro_rules! refund_store_suite {
    ($open:path) => {
        $crate::refund_store_suite!(@tests $open,
            a_refund_is_stored_once_by_its_id,
            a_payment_has_one_open_refund,
            one_of_many_refunds_of_a_payment_at_once_is_opened,
            the_same_refund_many_times_at_once_is_stored_once,
            a_refund_only_moves_on,
            due_refunds_are_bounded_and_the_longest_waiting_come_first,
            a_due_refund_goes_to_one_of_many_callers,
            a_refund_is_claimed_by_one_of_many_who_saw_it,
            a_refund_that_has_ended_is_never_due,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::refunds::$rule($open().await).await;
            }
        )*
    };
}

fn uah(text: &str) -> Money {
    Money::parse(text, Currency::UAH).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

async fn payment(stores: &Stores) -> PaymentId {
    let credit = Money::parse("10", Currency::USD).unwrap();
    let account = AccountId::new("acme").unwrap();
    let payment = Payment::new(PaymentId::new(), account, "fondy", uah("415.50"), credit, now());
    stores.payments.insert(&payment).await.unwrap().id
}

fn refund(payment: PaymentId) -> StoredRefund {
    StoredRefund::new(RefundId::new(), payment, uah("100.50"), uah("15"), "olena", now())
}

/// A repeat answers how the refund stands; other content under the id is a mistake.
pub async fn a_refund_is_stored_once_by_its_id(stores: Stores) {
    let store = &stores.refunds;
    let first = refund(payment(&stores).await).allowing_debt(true);
    assert_eq!(store.refund(first.id).await.unwrap(), None);
    assert_eq!(store.insert_refund(&first).await.unwrap(), first);
    assert_eq!(store.refund(first.id).await.unwrap().as_ref(), Some(&first));
    let accepted = store.move_refund(first.id, RefundState::Accepted, None, now()).await.unwrap();
    assert_eq!(store.insert_refund(&first).await.unwrap(), accepted);
    let mut of_another_payment = first.clone();
    of_another_payment.payment = payment(&stores).await;
    let mut of_another_amount = first.clone();
    of_another_amount.amount = uah("100.51");
    for other in [of_another_payment, of_another_amount, first.clone().allowing_debt(false)] {
        let refused = store.insert_refund(&other).await;
        assert!(matches!(refused, Err(StoreError::RefundIdReused { id }) if id == first.id), "{refused:?}");
    }
    assert_eq!(store.refund(first.id).await.unwrap(), Some(accepted));
}

/// What a provider shows as refunded is then that one.
pub async fn a_payment_has_one_open_refund(stores: Stores) {
    let (store, of) = (&stores.refunds, payment(&stores).await);
    for end in [RefundState::Done, RefundState::Declined] {
        assert_eq!(store.open_refund(of).await.unwrap(), None);
        let open = store.insert_refund(&refund(of)).await.unwrap();
        for state in [RefundState::Requested, RefundState::Accepted] {
            let open = store.move_refund(open.id, state, None, now()).await.unwrap();
            assert_eq!(store.open_refund(of).await.unwrap().as_ref(), Some(&open));
            let refused = store.insert_refund(&refund(of)).await;
            assert!(
                matches!(refused, Err(StoreError::RefundOpen { payment, refund })
                    if payment == of && refund == open.id),
                "{refused:?}"
            );
        }
        store.move_refund(open.id, end, None, now()).await.unwrap();
    }
    store.insert_refund(&refund(payment(&stores).await)).await.unwrap();
    store.insert_refund(&refund(of)).await.unwrap();
}

/// Two operators who refund one payment at the same moment begin one refund.
pub async fn one_of_many_refunds_of_a_payment_at_once_is_opened(stores: Stores) {
    let of = payment(&stores).await;
    let answers = at_once((0..20).map(|_| {
        let store = Arc::clone(&stores.refunds);
        async move { store.insert_refund(&refund(of)).await }
    }))
    .await;
    let open = stores.refunds.open_refund(of).await.unwrap().unwrap();
    let mut begun = 0;
    for answer in answers {
        match answer {
            Ok(refund) => {
                assert_eq!(refund, open);
                begun += 1;
            }
            Err(StoreError::RefundOpen { refund, .. }) => assert_eq!(refund, open.id),
            Err(error) => panic!("{error:?}"),
        }
    }
    assert_eq!(begun, 1);
}

/// A repeat does not wait for the first call to end.
pub async fn the_same_refund_many_times_at_once_is_stored_once(stores: Stores) {
    let refund = refund(payment(&stores).await);
    let answers = at_once((0..20).map(|_| {
        let (store, refund) = (Arc::clone(&stores.refunds), refund.clone());
        async move { store.insert_refund(&refund).await.unwrap() }
    }))
    .await;
    assert!(answers.iter().all(|answer| *answer == refund), "{answers:?}");
}

/// Late news do not undo newer ones, and the reason of the end stays.
pub async fn a_refund_only_moves_on(stores: Stores) {
    use RefundState::{Accepted, Declined, Done, Requested};
    let store = &stores.refunds;
    let second = now() + TimeDelta::seconds(1);
    for (news, ends, failure) in [
        (vec![Requested, Accepted, Requested], Accepted, None),
        (vec![Accepted, Done, Declined, Accepted, Requested], Done, None),
        (vec![Declined, Done, Accepted, Requested], Declined, Some("declined")),
        (vec![Accepted, Declined, Done], Declined, Some("declined")),
    ] {
        let id = store.insert_refund(&refund(payment(&stores).await)).await.unwrap().id;
        for state in &news {
            let reason = (*state == Declined).then_some("declined");
            store.move_refund(id, *state, reason, now()).await.unwrap();
        }
        // It has been there already: nothing changes, not even when it was changed.
        let stored = store.move_refund(id, ends, Some("told again"), second).await.unwrap();
        assert_eq!((stored.state, stored.failure.as_deref()), (ends, failure), "{news:?}");
        assert_eq!(stored.updated_at, now());
        assert_eq!(store.refund(id).await.unwrap(), Some(stored));
    }
    let id = RefundId::new();
    let unknown = store.move_refund(id, Done, None, now()).await;
    assert!(matches!(unknown, Err(StoreError::RefundNotFound { id: told }) if told == id), "{unknown:?}");
}

/// Refunds whose time comes one second after the other, oldest first.
async fn waiting(stores: &Stores, count: usize) -> Vec<RefundId> {
    let mut ids = Vec::new();
    let mut at = now();
    for _ in 0..count {
        let mut refund = refund(payment(stores).await);
        refund.next_try_at = at;
        ids.push(stores.refunds.insert_refund(&refund).await.unwrap().id);
        at += TimeDelta::seconds(1);
    }
    ids
}

/// A round of work is bounded, and nobody waits for ever.
pub async fn due_refunds_are_bounded_and_the_longest_waiting_come_first(stores: Stores) {
    let (store, ids) = (&stores.refunds, waiting(&stores, 3).await);
    let until = now() + TimeDelta::minutes(5);
    let at = now() + TimeDelta::seconds(1);
    for (limit, expected) in [(1, vec![ids[0]]), (9, vec![ids[1]]), (9, vec![])] {
        let due = store.due_refunds(at, until, limit).await.unwrap();
        assert_eq!(due.iter().map(|refund| refund.id).collect::<Vec<_>>(), expected);
        for refund in due {
            assert_eq!((refund.attempts, refund.next_try_at), (1, until));
            assert_eq!(store.refund(refund.id).await.unwrap(), Some(refund));
        }
    }
    let again = store.due_refunds(until, until + TimeDelta::minutes(5), 9).await.unwrap();
    let attempts = |id| again.iter().find(|refund| refund.id == id).map(|refund| refund.attempts);
    assert_eq!(ids.iter().map(|id| attempts(*id)).collect::<Vec<_>>(), [Some(2), Some(2), Some(1)]);
}

/// Any number of processes share the work.
pub async fn a_due_refund_goes_to_one_of_many_callers(stores: Stores) {
    let mut expected = waiting(&stores, 12).await;
    let at = now() + TimeDelta::minutes(1);
    let until = at + TimeDelta::minutes(5);
    let mut taken = Vec::new();
    // Who comes while others are at it may go with less than there is; what is left is found again.
    while taken.len() < expected.len() {
        let answers = at_once((0..6).map(|_| {
            let store = Arc::clone(&stores.refunds);
            async move { store.due_refunds(at, until, 3).await.unwrap() }
        }))
        .await;
        let before = taken.len();
        taken.extend(answers.into_iter().flatten().map(|refund| refund.id));
        assert!(taken.len() > before, "{} are left and nobody got one", expected.len() - before);
    }
    taken.sort();
    expected.sort();
    assert_eq!(taken, expected);
}

/// What is over is over.
pub async fn a_refund_that_has_ended_is_never_due(stores: Stores) {
    let ids = waiting(&stores, 2).await;
    for (id, end) in ids.into_iter().zip([RefundState::Done, RefundState::Declined]) {
        stores.refunds.move_refund(id, end, None, now()).await.unwrap();
    }
    let later = now() + TimeDelta::days(1);
    assert_eq!(stores.refunds.due_refunds(later, later, 9).await.unwrap(), []);
}

/// Of many who have the same refund in hand, one goes on with it.
pub async fn a_refund_is_claimed_by_one_of_many_who_saw_it(stores: Stores) {
    let seen = stores.refunds.insert_refund(&refund(payment(&stores).await)).await.unwrap();
    let until = seen.next_try_at + TimeDelta::minutes(5);
    let claims = at_once((0..20).map(|_| {
        let (store, seen) = (Arc::clone(&stores.refunds), seen.clone());
        async move { store.claim_refund(&seen, until).await.unwrap() }
    }))
    .await;
    assert_eq!(claims.into_iter().filter(|claimed| *claimed).count(), 1);

    let claimed = stores.refunds.refund(seen.id).await.unwrap().unwrap();
    assert_eq!((claimed.next_try_at, claimed.attempts), (until, 0));
    stores.refunds.move_refund(seen.id, RefundState::Declined, None, until).await.unwrap();
    assert!(!stores.refunds.claim_refund(&claimed, until).await.unwrap(), "it has ended");
}
