use billing_core::{
    Accepted, AccountId, Currency, Exchange, Failure, Money, Observation, PaymentId, PaymentQuery,
    PaymentStatus, Quote, QuoteTerms, Rate, Review, StoreError, Stores, TakeBack, TakeBackKind,
};
use chrono::TimeDelta;

use super::{now, payment, uah, usd};

/// A repeat answers what is stored; other content under the id is a mistake.
pub async fn a_payment_is_stored_once_by_its_id(stores: Stores) {
    let store = stores.payments;
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
pub async fn an_order_of_a_provider_belongs_to_one_payment(stores: Stores) {
    let store = stores.payments;
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
pub async fn a_status_only_rises(stores: Stores) {
    let store = stores.payments;
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
pub async fn an_observation_is_kept_whole(stores: Stores) {
    let store = stores.payments;
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

/// An operator's word replaces the credit, once; the rate stays only where the credit goes by it. What is taken back is
/// reckoned anew from then on, so the revision rises.
pub async fn what_an_operator_accepts_replaces_the_credit(stores: Stores) {
    let store = &stores.payments;
    let market = Rate::new(Currency::USD, Currency::UAH, "41.50".parse().unwrap(), "fixed", now());
    let account = AccountId::new("acme").unwrap();
    let quote = Quote::new(account, uah("415.50"), &market, QuoteTerms::default(), now()).unwrap();
    stores.quotes.insert_quote(&quote).await.unwrap();
    let exchange = Exchange::new(quote.id, quote.rate);
    let later = now() + TimeDelta::seconds(5);
    for (paid, credit, keeps_rate, expected) in
        [(uah("400"), usd("9.638554"), true, Some(exchange.clone())), (usd("9"), usd("8.5"), false, None)]
    {
        let id = store.insert(&payment("acme").with_quote(&quote)).await.unwrap().id;
        let inserted = store.get(id).await.unwrap().unwrap();
        assert_eq!((inserted.credit, inserted.exchange), (quote.credit, Some(exchange.clone())));
        let accepted = Accepted::new(paid, "olena");
        let answer = store.accept(id, &accepted, credit, keeps_rate, later).await.unwrap();
        assert_eq!((answer.credit, &answer.exchange), (credit, &expected), "{paid}");
        assert_eq!((answer.accepted.as_ref(), answer.updated_at), (Some(&accepted), later));
        assert_eq!((answer.amount, answer.whole(), answer.revision), (uah("415.50"), paid, 1));
        assert_eq!(store.get(id).await.unwrap(), Some(answer.clone()));

        let again = Accepted::new(paid, "petro");
        assert_eq!(store.accept(id, &again, credit, keeps_rate, now()).await.unwrap(), answer);
        for (paid, credit) in [(uah("1"), credit), (paid, usd("1"))] {
            let other = store.accept(id, &Accepted::new(paid, "petro"), credit, keeps_rate, now()).await;
            assert!(matches!(other, Err(StoreError::AcceptedOtherwise { .. })), "{other:?}");
        }
        assert_eq!(store.get(id).await.unwrap(), Some(answer));
    }
}

/// Whoever looked at a payment before an operator accepted what was paid does not bring its review back.
pub async fn a_review_that_was_answered_does_not_come_back(stores: Stores) {
    let store = stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    let mismatch = Observation::new(PaymentStatus::Succeeded)
        .with_paid(Some(uah("400")))
        .with_review(Some(Review::PaidMismatch));
    assert_eq!(store.record(id, &mismatch, now()).await.unwrap().review, Some(Review::PaidMismatch));
    store.accept(id, &Accepted::new(uah("400"), "olena"), usd("9"), false, now()).await.unwrap();
    assert_eq!(store.record(id, &mismatch, now()).await.unwrap().review, None);
    let more = mismatch.with_paid(Some(uah("401")));
    assert_eq!(store.record(id, &more, now()).await.unwrap().review, Some(Review::PaidMismatch));
}

/// The rate holds for ever, though nobody asks for the quote any more.
pub async fn a_payment_keeps_its_rate_when_quotes_are_forgotten(stores: Stores) {
    let market = Rate::new(Currency::USD, Currency::UAH, "41.50".parse().unwrap(), "fixed", now());
    let account = AccountId::new("acme").unwrap();
    let quote = Quote::new(account, uah("415.50"), &market, QuoteTerms::default(), now()).unwrap();
    stores.quotes.insert_quote(&quote).await.unwrap();
    let id = stores.payments.insert(&payment("acme").with_quote(&quote)).await.unwrap().id;
    stores.quotes.forget_quotes(now() + TimeDelta::days(400), 9).await.unwrap();
    let stored = stores.payments.get(id).await.unwrap().unwrap();
    assert_eq!((stored.credit, stored.exchange), (quote.credit, Some(Exchange::new(quote.id, quote.rate))));
}

/// Lists narrow by account, statuses and need for review, and are bounded.
pub async fn payments_are_listed_newest_first(stores: Stores) {
    let store = stores.payments;
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
        (PaymentQuery::newest(10).with_statuses([PaymentStatus::Pending]), vec![2, 1]),
        (PaymentQuery::newest(10).with_statuses([PaymentStatus::Processing]), vec![]),
        (
            PaymentQuery::newest(10).with_statuses([PaymentStatus::Pending, PaymentStatus::Succeeded]),
            vec![2, 1, 0],
        ),
        (PaymentQuery::newest(10).with_needs_review(), vec![0]),
    ] {
        let listed: Vec<_> = store.list(&query).await.unwrap().iter().map(|payment| payment.id).collect();
        let expected: Vec<_> = expected.into_iter().map(|place| ids[place]).collect();
        assert_eq!(listed, expected, "{query:?}");
    }
}

/// However many there are, a list that goes on where the last one ended misses none and tells none twice.
pub async fn a_list_pages_through_everything(stores: Stores) {
    let store = stores.payments;
    let mut started = Vec::new();
    for number in 0..25 {
        let account = if number % 5 == 0 { "other" } else { "acme" };
        started.push((account, store.insert(&payment(account)).await.unwrap().id));
    }
    started.reverse();
    for account in [None, Some("acme"), Some("other")] {
        let mut query = PaymentQuery::newest(4);
        query.account = account.map(|name| AccountId::new(name).unwrap());
        let mut listed = Vec::new();
        loop {
            let page = store.list(&query).await.unwrap();
            let Some(last) = page.last() else { break };
            query = query.with_before(last.id);
            listed.extend(page.iter().map(|payment| payment.id));
        }
        let of_account = started.iter().filter(|(name, _)| account.is_none_or(|account| account == *name));
        assert_eq!(listed, of_account.map(|(_, id)| *id).collect::<Vec<_>>(), "{account:?}");
    }
}

/// Nothing is stored for a payment that nobody started.
pub async fn an_unknown_payment_is_not_changed(stores: Stores) {
    let store = stores.payments;
    let id = PaymentId::new();
    let refund = TakeBack::new("re_1", TakeBackKind::Refund, usd("1"));
    for outcome in [
        store.attach(id, "pi_1", None, now()).await.map(drop),
        store.record(id, &Observation::new(PaymentStatus::Succeeded), now()).await.map(drop),
        store.take_back(id, &[refund], now()).await.map(drop),
        store.take_backs(id).await.map(drop),
        store.begin_opening(id, now(), now()).await.map(drop),
        store.accept(id, &Accepted::new(usd("1"), "olena"), usd("1"), false, now()).await.map(drop),
    ] {
        assert!(matches!(outcome, Err(StoreError::NotFound { .. })), "{outcome:?}");
    }
}
