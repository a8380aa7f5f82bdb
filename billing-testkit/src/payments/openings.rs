use std::sync::Arc;

use billing_core::{Checkout, Opening, Payment, PaymentId, Stores};
use chrono::{DateTime, TimeDelta, Utc};

use super::{now, payment};
use crate::at_once;

fn until() -> DateTime<Utc> {
    now() + TimeDelta::seconds(40)
}

async fn begin(stores: &Stores, id: PaymentId, at: DateTime<Utc>) -> Opening {
    stores.payments.begin_opening(id, at, at + TimeDelta::seconds(40)).await.unwrap()
}

fn opened(payment: &Payment, url: &str) -> Opening {
    let external_id = payment.external_id.clone().unwrap();
    Opening::Opened(payment.clone(), Checkout::Redirect { external_id, url: url.to_owned() })
}

/// A double click opens one order.
pub async fn one_of_many_opens_an_order(stores: Stores) {
    let payment = stores.payments.insert(&payment("acme")).await.unwrap();
    let answers = at_once((0..20).map(|_| {
        let (store, id) = (Arc::clone(&stores.payments), payment.id);
        async move { store.begin_opening(id, now(), until()).await.unwrap() }
    }))
    .await;
    let begun = answers.iter().filter(|answer| **answer == Opening::Begun(payment.clone())).count();
    let busy = answers.iter().filter(|answer| **answer == Opening::Busy).count();
    assert_eq!((begun, busy), (1, 19), "{answers:?}");
}

/// Who began may have died; nobody waits for him for ever.
pub async fn an_opening_is_free_again_after_its_time(stores: Stores) {
    let payment = stores.payments.insert(&payment("acme")).await.unwrap();
    let begun = Opening::Begun(payment.clone());
    assert_eq!(begin(&stores, payment.id, now()).await, begun);
    assert_eq!(begin(&stores, payment.id, until() - TimeDelta::microseconds(1)).await, Opening::Busy);
    assert_eq!(begin(&stores, payment.id, until()).await, begun);
    assert_eq!(begin(&stores, payment.id, until()).await, Opening::Busy);
}

/// Who was refused by the provider makes room at once.
pub async fn an_opening_given_back_is_free_again(stores: Stores) {
    let payment = stores.payments.insert(&payment("acme")).await.unwrap();
    assert_eq!(begin(&stores, payment.id, now()).await, Opening::Begun(payment.clone()));
    stores.payments.end_opening(payment.id).await.unwrap();
    assert_eq!(begin(&stores, payment.id, now()).await, Opening::Begun(payment));
}

/// Where payers are sent to a page, a repeat learns it without asking the provider, and the first page stays.
pub async fn an_opened_order_answers_its_page(stores: Stores) {
    let store = &stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    begin(&stores, id, now()).await;
    let later = now() + TimeDelta::seconds(1);
    let attached = store.attach(id, "order_1", Some("https://pay.example/1"), later).await.unwrap();
    for url in [Some("https://pay.example/2"), None] {
        assert_eq!(begin(&stores, id, now()).await, opened(&attached, "https://pay.example/1"));
        assert_eq!(store.attach(id, "order_1", url, until()).await.unwrap(), attached);
    }
    assert_eq!(store.get(id).await.unwrap(), Some(attached));
}

/// A webhook may tell of the order before the answer to its opening comes with the page.
pub async fn a_page_that_was_unknown_is_added(stores: Stores) {
    let store = &stores.payments;
    let id = store.insert(&payment("acme")).await.unwrap().id;
    begin(&stores, id, now()).await;
    let attached = store.attach(id, "order_1", None, now()).await.unwrap();
    // It has ended the opening: where no page is known, the provider is asked how to pay.
    assert_eq!(begin(&stores, id, now()).await, Opening::Begun(attached.clone()));
    let told = store.attach(id, "order_1", Some("https://pay.example/1"), now()).await.unwrap();
    assert_eq!((attached.checkout_url, told.checkout_url.as_deref()), (None, Some("https://pay.example/1")));
    assert_eq!(begin(&stores, id, now()).await, opened(&told, "https://pay.example/1"));
}
