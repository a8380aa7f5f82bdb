//! The rules of [`QuoteStore`], one function each.
use std::sync::Arc;

use billing_core::{AccountId, Currency, Money, Quote, QuoteId, QuoteStore, QuoteTerms, Rate};
use chrono::{DateTime, TimeDelta, Utc};

/// Makes one test of each rule of a quote store. Takes an `async fn() -> Arc<dyn QuoteStore>` that opens an empty one.
#[macro_export]
macro_rules! quote_store_suite {
    ($open:path) => {
        $crate::quote_store_suite!(@tests $open,
            a_quote_comes_back_to_its_last_digit,
            a_quote_never_changes,
            an_unknown_quote_is_none,
            old_quotes_are_forgotten,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::quotes::$rule($open().await).await;
            }
        )*
    };
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

fn quote(market: &str, spread_percent: &str, amount: &str) -> Quote {
    let as_of = now() - TimeDelta::microseconds(86_400_000_001);
    let market = Rate::new(Currency::USD, Currency::UAH, market.parse().unwrap(), "Національний банк", as_of);
    let terms = QuoteTerms::default().with_spread_percent(spread_percent.parse().unwrap());
    let amount = Money::parse(amount, Currency::UAH).unwrap();
    Quote::new(AccountId::new("користувач").unwrap(), amount, &market, terms, now()).unwrap()
}

/// The rate holds for ever, so it must not lose a digit on its way through the storage.
pub async fn a_quote_comes_back_to_its_last_digit(store: Arc<dyn QuoteStore>) {
    for quote in [
        quote("41.50", "0", "1000"),
        quote("41.4851", "1.25", "0.01"),
        quote("41.123456789012345678901234567", "0.3333333333333333333333333", "999999999.99"),
        quote("0.0001", "100", "415.37"),
    ] {
        store.insert_quote(&quote).await.unwrap();
        let stored = store.quote(quote.id).await.unwrap().unwrap();
        assert_eq!(stored, quote);
        let digits =
            |quote: &Quote| [quote.rate, quote.market.value, quote.spread_percent].map(|d| d.to_string());
        assert_eq!(digits(&stored), digits(&quote));
    }
}

/// A repeat is harmless, and nobody talks a quote into something else.
pub async fn a_quote_never_changes(store: Arc<dyn QuoteStore>) {
    let first = quote("41.50", "0", "1000");
    let mut other = quote("20.75", "0", "1000");
    other.id = first.id;
    for again in [&first, &first, &other] {
        store.insert_quote(again).await.unwrap();
    }
    assert_eq!(store.quote(first.id).await.unwrap(), Some(first));
}

/// A made-up id is no quote.
pub async fn an_unknown_quote_is_none(store: Arc<dyn QuoteStore>) {
    store.insert_quote(&quote("41.50", "0", "1000")).await.unwrap();
    assert_eq!(store.quote(QuoteId::new()).await.unwrap(), None);
}

/// Anybody may ask for quotes; most are never used.
pub async fn old_quotes_are_forgotten(store: Arc<dyn QuoteStore>) {
    let mut old = Vec::new();
    for _ in 0..3 {
        let quote = quote("41.50", "0", "1000");
        store.insert_quote(&quote).await.unwrap();
        old.push(quote);
    }
    let mut fresh = quote("41.50", "0", "1000");
    fresh.valid_until += TimeDelta::microseconds(1);
    store.insert_quote(&fresh).await.unwrap();
    assert_eq!(store.forget_quotes(old[0].valid_until, 9).await.unwrap(), 0);
    assert_eq!(store.forget_quotes(fresh.valid_until, 2).await.unwrap(), 2);
    assert_eq!(store.forget_quotes(fresh.valid_until, 2).await.unwrap(), 1);
    assert_eq!(store.quote(old[1].id).await.unwrap(), None);
    assert_eq!(store.quote(fresh.id).await.unwrap(), Some(fresh));
}
