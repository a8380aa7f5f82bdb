//! The rules of [`PaymentStore`], one function each.
use std::sync::Arc;

use billing_core::{
    AccountId, Currency, Failure, Money, Observation, Payment, PaymentId, PaymentQuery, PaymentStatus,
    PaymentStore, Review, StoreError, TakeBack, TakeBackKind,
};
use chrono::{DateTime, TimeDelta, Utc};

/// Makes one test of each rule of a payment store. Takes an `async fn() -> Arc<dyn PaymentStore>` that opens an empty
/// one.
#[macro_export]
macro_rules! payment_store_suite {
    ($open:path) => {
        $crate::payment_store_suite!(@tests $open,
            a_payment_is_stored_once_by_its_id,
            an_order_of_a_provider_belongs_to_one_payment,
            a_status_only_rises,
            an_observation_is_kept_whole,
            take_backs_only_grow_and_raise_the_revision,
            take_backs_told_at_once_count_once,
            payments_are_listed_newest_first,
            an_unknown_payment_is_not_changed,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::payments::$rule($open().await).await;
            }
        )*
    };
}

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

fn payment(account: &str) -> Payment {
    let uah = Money::parse("415.50", Currency::UAH).unwrap();
    Payment::new(PaymentId::new(), AccountId::new(account).unwrap(), "stripe", uah, usd("10"), now())
}

/// A repeat answers what is stored; other content under the id is a mistake.
pub async fn a_payment_is_stored_once_by_its_id(store: Arc<dyn PaymentStore>) {
    let first = payment("acme");
    assert_eq!(store.insert(&first).await.unwrap(), first);
    store.attach(first.id, "pi_1", None, now()).await.unwrap();
    assert_eq!(store.insert(&first).await.unwrap().external_id.as_deref(), Some("pi_1"));
    let mut other = first.clone();
    other.amount = Money::parse("415.51", Currency::UAH).unwrap();
    assert!(matches!(store.insert(&other).await, Err(StoreError::IdReused { id }) if id == first.id));
    assert_eq!(store.get(first.id).await.unwrap().unwrap().amount, first.amount);
    // The credit was settled when it was first asked for.
    other = first.clone();
    other.credit = usd("11");
    assert_eq!(store.insert(&other).await.unwrap().credit, usd("10"));
    assert_eq!(store.get(PaymentId::new()).await.unwrap(), None);
}

/// One order of the provider is one payment.
pub async fn an_order_of_a_provider_belongs_to_one_payment(store: Arc<dyn PaymentStore>) {
    let (first, second) = (payment("acme"), payment("acme"));
    store.insert(&first).await.unwrap();
    store.insert(&second).await.unwrap();
    let later = now() + TimeDelta::seconds(5);
    let attached = store.attach(first.id, "pi_1", None, later).await.unwrap();
    assert_eq!((attached.external_id.as_deref(), attached.updated_at), (Some("pi_1"), later));
    assert_eq!(store.attach(first.id, "pi_1", None, now()).await.unwrap(), attached);
    for (id, external_id) in [(first.id, "pi_2"), (second.id, "pi_1")] {
        let refused = store.attach(id, external_id, None, now()).await;
        assert!(matches!(refused, Err(StoreError::ExternalIdTaken { .. })), "{refused:?}");
    }
    assert_eq!(store.find("stripe", "pi_1").await.unwrap(), Some(attached));
    assert_eq!(store.find("fondy", "pi_1").await.unwrap(), None);
    assert_eq!(store.find("stripe", "pi_2").await.unwrap(), None);
}

/// Late news do not undo newer ones.
pub async fn a_status_only_rises(store: Arc<dyn PaymentStore>) {
    let id = store.insert(&payment("acme")).await.unwrap().id;
    for (seen, expected) in [
        (PaymentStatus::Processing, PaymentStatus::Processing),
        (PaymentStatus::Pending, PaymentStatus::Processing),
        (PaymentStatus::Canceled, PaymentStatus::Canceled),
        (PaymentStatus::Processing, PaymentStatus::Canceled),
        (PaymentStatus::Succeeded, PaymentStatus::Succeeded),
        (PaymentStatus::Failed, PaymentStatus::Succeeded),
    ] {
        let stored = store.record(id, &Observation::new(seen), now()).await.unwrap();
        assert_eq!(stored.status, expected, "{seen}");
    }
}

/// What was seen is stored; what was not seen stays; each observation of a success judges the need for review anew.
pub async fn an_observation_is_kept_whole(store: Arc<dyn PaymentStore>) {
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let later = now() + TimeDelta::microseconds(1);
    let failure = Failure::new("card_declined", Some("Картку відхилено".to_owned()));
    let seen = Observation::new(PaymentStatus::Pending).with_failure(Some(failure.clone()));
    store.record(id, &seen, now()).await.unwrap();
    let stored = store.get(id).await.unwrap().unwrap();
    assert_eq!((stored.paid, stored.failure), (None, Some(failure)));
    let seen = Observation::new(PaymentStatus::Succeeded)
        .with_paid(Some(usd("9.99")))
        .with_review(Some(Review::PaidMismatch));
    store.record(id, &seen, later).await.unwrap();
    // Late news of an attempt that failed judge nothing.
    let late =
        Observation::new(PaymentStatus::Pending).with_failure(Some(Failure::new("card_declined", None)));
    let stored = store.record(id, &late, later).await.unwrap();
    assert_eq!((stored.paid, stored.failure), (Some(usd("9.99")), None));
    assert_eq!((stored.review, stored.updated_at), (Some(Review::PaidMismatch), later));
    let stored = store.record(id, &Observation::new(PaymentStatus::Succeeded), now()).await.unwrap();
    assert_eq!((stored.paid, stored.failure, stored.review), (Some(usd("9.99")), None, None));
}

/// Refunds and disputes add up, in whatever order they are told.
pub async fn take_backs_only_grow_and_raise_the_revision(store: Arc<dyn PaymentStore>) {
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let uah = |text| Money::parse(text, Currency::UAH).unwrap();
    let refund = |text| TakeBack::new("re_1", TakeBackKind::Refund, uah(text));
    let dispute =
        |returned| TakeBack::new("dp_1", TakeBackKind::Dispute, uah("70")).with_returned(uah(returned));
    for (news, total, revision) in [
        (vec![], "0", 0),
        (vec![refund("30")], "30", 1),
        (vec![refund("30")], "30", 1),
        (vec![refund("20")], "30", 1),
        (vec![refund("30"), dispute("70")], "30", 2),
        (vec![dispute("0")], "30", 2),
        (vec![refund("40").with_returned(uah("15"))], "25", 3),
    ] {
        let taken = store.take_back(id, &news, now()).await.unwrap();
        assert_eq!((taken.total, taken.revision), (uah(total), revision), "{news:?}");
    }
    let stored = store.get(id).await.unwrap().unwrap();
    assert_eq!((stored.taken_back, stored.revision), (uah("25"), 3));
}

/// Two webhooks of one refund at the same moment are one refund.
pub async fn take_backs_told_at_once_count_once(store: Arc<dyn PaymentStore>) {
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let tasks: Vec<_> = (0..20)
        .map(|index| {
            let store = Arc::clone(&store);
            let name = format!("re_{}", index % 4);
            let amount = Money::parse("10", Currency::UAH).unwrap();
            let news = [TakeBack::new(name, TakeBackKind::Refund, amount)];
            tokio::spawn(async move { store.take_back(id, &news, now()).await.unwrap() })
        })
        .collect();
    for task in tasks {
        task.await.unwrap();
    }
    let stored = store.get(id).await.unwrap().unwrap();
    assert_eq!((stored.taken_back, stored.revision), (Money::parse("40", Currency::UAH).unwrap(), 4));
}

/// Lists narrow by account, status and need for review, and are bounded.
pub async fn payments_are_listed_newest_first(store: Arc<dyn PaymentStore>) {
    let mut ids = Vec::new();
    for account in ["acme", "acme", "other"] {
        ids.push(store.insert(&payment(account)).await.unwrap().id);
    }
    let seen = Observation::new(PaymentStatus::Succeeded).with_review(Some(Review::PaidMismatch));
    store.record(ids[0], &seen, now()).await.unwrap();
    let acme = AccountId::new("acme").unwrap();
    for (query, expected) in [
        (PaymentQuery::newest(10), vec![2, 1, 0]),
        (PaymentQuery::newest(2), vec![2, 1]),
        (PaymentQuery::newest(10).with_account(acme), vec![1, 0]),
        (PaymentQuery::newest(10).with_status(PaymentStatus::Pending), vec![2, 1]),
        (PaymentQuery::newest(10).with_needs_review(), vec![0]),
    ] {
        let listed: Vec<_> = store.list(&query).await.unwrap().iter().map(|payment| payment.id).collect();
        let expected: Vec<_> = expected.into_iter().map(|place| ids[place]).collect();
        assert_eq!(listed, expected, "{query:?}");
    }
}

/// Nothing is stored for a payment that nobody started.
pub async fn an_unknown_payment_is_not_changed(store: Arc<dyn PaymentStore>) {
    let id = PaymentId::new();
    let refund = TakeBack::new("re_1", TakeBackKind::Refund, usd("1"));
    for outcome in [
        store.attach(id, "pi_1", None, now()).await.map(drop),
        store.record(id, &Observation::new(PaymentStatus::Succeeded), now()).await.map(drop),
        store.take_back(id, &[refund], now()).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "{outcome:?}");
    }
}
