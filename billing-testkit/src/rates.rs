//! The rules of [`RateStore`], one function each.
use std::sync::Arc;

use billing_core::{Currency, Rate, RateStore};
use chrono::{DateTime, TimeDelta};

use crate::at_once;

/// Makes one test of each rule of a rate store. Takes an `async fn() -> Arc<dyn RateStore>` that opens an empty one.
#[macro_export]
macro_rules! rate_store_suite {
    ($open:path) => {
        $crate::rate_store_suite!(@tests $open,
            the_newest_rate_stays_in_whatever_order_they_are_saved,
            rates_saved_at_once_leave_the_newest,
            each_source_and_pair_has_a_rate_of_its_own,
            a_rate_comes_back_to_its_last_digit,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::rates::$rule($open().await).await;
            }
        )*
    };
}

fn rate(source: &str, hour: i64, value: &str) -> Rate {
    let as_of = DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap() + TimeDelta::hours(hour);
    Rate::new(Currency::USD, Currency::UAH, value.parse().unwrap(), source, as_of)
}

async fn latest(store: &dyn RateStore, source: &str) -> Option<Rate> {
    store.latest(source, Currency::USD, Currency::UAH).await.unwrap()
}

/// Two processes ask a source, and the slower one has the older answer.
pub async fn the_newest_rate_stays_in_whatever_order_they_are_saved(store: Arc<dyn RateStore>) {
    let told = [rate("", 0, "41.50"), rate("", 1, "41.4851"), rate("", 2, "41.60")];
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let source = format!("{order:?}");
        for place in order.iter().chain(&order) {
            let mut rate = told[*place].clone();
            rate.source.clone_from(&source);
            store.save(&rate).await.unwrap();
        }
        assert_eq!(latest(&*store, &source).await, Some(rate(&source, 2, "41.60")));
    }
}

/// Nobody's older rate comes out on top.
pub async fn rates_saved_at_once_leave_the_newest(store: Arc<dyn RateStore>) {
    at_once((0..20).map(|index| {
        let store = Arc::clone(&store);
        let hour = (index * 7) % 20;
        async move { store.save(&rate("bank", hour, &format!("41.{hour:02}"))).await.unwrap() }
    }))
    .await;
    assert_eq!(latest(&*store, "bank").await, Some(rate("bank", 19, "41.19")));
}

/// What one source says of a pair is no other's word, and no other pair's rate.
pub async fn each_source_and_pair_has_a_rate_of_its_own(store: Arc<dyn RateStore>) {
    let (bank, other) = (rate("bank", 0, "41.50"), rate("other", 1, "42"));
    let mut euro = rate("bank", 2, "48");
    euro.from = Currency::EUR;
    for rate in [&bank, &other, &euro] {
        store.save(rate).await.unwrap();
    }
    assert_eq!(latest(&*store, "bank").await, Some(bank));
    assert_eq!(latest(&*store, "other").await, Some(other));
    assert_eq!(store.latest("bank", Currency::EUR, Currency::UAH).await.unwrap(), Some(euro));
    assert_eq!(store.latest("bank", Currency::UAH, Currency::USD).await.unwrap(), None);
    assert_eq!(latest(&*store, "third").await, None);
}

/// A rate is money: no digit is lost.
pub async fn a_rate_comes_back_to_its_last_digit(store: Arc<dyn RateStore>) {
    let values = ["41.50", "0.0000000001", "79228162514264337593543950335", "0.1234567890123456789012345678"];
    for (hour, value) in (0..).zip(values) {
        let saved = rate("bank", hour, value);
        store.save(&saved).await.unwrap();
        let stored = latest(&*store, "bank").await.unwrap();
        assert_eq!((stored.value.to_string(), &stored), (value.to_owned(), &saved));
    }
}
