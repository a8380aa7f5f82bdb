use std::sync::Arc;

use billing_core::{
    AccountId, Clock, ManualClock, PaymentId, QuoteId, RatesError, Residue, StartTopUp, TopUpError, TopUps,
};
use chrono::TimeDelta;
use rust_decimal::Decimal;

use super::super::{
    Backend, Call, FakeGateway, FakeRates,
    backend::{account, still_clock, uah, usd},
};

/// A gateway in hryvnias, at 41.4851 for a dollar.
struct Shop {
    gateway: Arc<FakeGateway>,
    clock: ManualClock,
    rates: Arc<FakeRates>,
    top_ups: TopUps,
}

impl Shop {
    fn new(backend: &Backend) -> Self {
        let (gateway, clock) = (Arc::new(FakeGateway::in_hryvnias()), still_clock());
        let rates = Arc::new(FakeRates::new(Arc::new(clock.clone()), "41.4851".parse().unwrap()));
        let top_ups = backend.exchanging(&gateway, &clock, Arc::<FakeRates>::clone(&rates));
        Self { gateway, clock, rates, top_ups }
    }

    fn now_worth(&self, value: &str) {
        self.rates.set(Some(value.parse().unwrap()));
    }

    async fn pay(&self, id: PaymentId, amount: &str) {
        let order = self.gateway.order_of(id);
        self.gateway.pay(&order, uah(amount));
        self.top_ups.receive("fake", self.gateway.webhook(&order)).await.unwrap();
    }
}

fn start(id: PaymentId, amount: &str) -> StartTopUp {
    StartTopUp::new(id, account(), "fake", uah(amount))
}

/// What was promised before the payment is what is credited after it, whatever the market does meanwhile.
pub async fn a_payment_in_another_currency_is_credited_at_its_quote(backend: Backend) {
    let shop = Shop::new(&backend);
    let quote = shop.top_ups.quote(account(), uah("415.37")).await.unwrap();
    shop.now_worth("20");
    let id = PaymentId::new();
    let started = shop.top_ups.start(start(id, "415.37").with_quote(quote.id)).await.unwrap();
    let exchange = started.payment.exchange.unwrap();
    assert_eq!((exchange.quote, exchange.rate, started.payment.credit), (quote.id, quote.rate, quote.credit));
    // 415.37 ÷ 41.4851.
    assert_eq!((quote.rate, quote.credit), ("0.0241050401".parse().unwrap(), usd("10.012511")));
    shop.clock.advance(TimeDelta::days(30));
    shop.pay(id, "415.37").await;
    assert_eq!(backend.balance().await, quote.credit);
    let posting = backend.postings(&account()).await.remove(0);
    assert_eq!(Some(posting.residue), Residue::of(quote.amount, quote.rate, quote.credit));
}

/// Without a quote one is made when the payment is started; a repeat does not make another.
pub async fn a_payment_without_a_quote_keeps_the_rate_of_its_start(backend: Backend) {
    let shop = Shop::new(&backend);
    let id = PaymentId::new();
    let first = shop.top_ups.start(start(id, "415.37")).await.unwrap().payment;
    shop.now_worth("20");
    let second = shop.top_ups.start(start(id, "415.37")).await.unwrap().payment;
    assert_eq!(first, second);
    let exchange = first.exchange.unwrap();
    let stored = backend.stores().quotes.quote(exchange.quote).await.unwrap().unwrap();
    assert_eq!(
        (stored.rate, stored.credit, stored.market.value),
        (exchange.rate, first.credit, "41.4851".parse::<Decimal>().unwrap())
    );
    // The source is away when the money comes.
    shop.rates.set(None);
    shop.pay(id, "415.37").await;
    assert_eq!(backend.balance().await, usd("10.012511"));
}

/// Quotes are promises to one account, of one amount, for a while.
pub async fn a_quote_is_for_one_account_and_amount_and_a_while(backend: Backend) {
    let shop = Shop::new(&backend);
    let quote = shop.top_ups.quote(account(), uah("415.37")).await.unwrap();
    let of_another = AccountId::new("other").unwrap();
    let of_another = shop.top_ups.quote(of_another, uah("415.37")).await.unwrap();
    let refused = async |amount, quote| {
        let id = PaymentId::new();
        let refused = shop.top_ups.start(start(id, amount).with_quote(quote)).await.unwrap_err();
        assert_eq!(backend.stores().payments.get(id).await.unwrap(), None);
        assert!(!refused.is_retryable());
        refused
    };
    for unknown in [of_another.id, QuoteId::new()] {
        let error = refused("415.37", unknown).await;
        assert!(matches!(error, TopUpError::QuoteNotFound { id } if id == unknown), "{error:?}");
    }
    let error = refused("415.38", quote.id).await;
    assert!(
        matches!(error, TopUpError::QuoteOfOtherAmount { quoted, .. } if quoted == uah("415.37")),
        "{error:?}"
    );
    shop.clock.set(quote.valid_until - TimeDelta::microseconds(1));
    let in_time = PaymentId::new();
    shop.top_ups.start(start(in_time, "415.37").with_quote(quote.id)).await.unwrap();
    shop.clock.advance(TimeDelta::microseconds(1));
    assert!(shop.clock.now() >= quote.valid_until);
    let error = refused("415.37", quote.id).await;
    assert!(matches!(error, TopUpError::QuoteExpired { id } if id == quote.id), "{error:?}");
    assert_eq!(shop.gateway.calls(Call::Create), 1);
    // Who was in time may ask again, and pay when he likes.
    shop.top_ups.start(start(in_time, "415.37").with_quote(quote.id)).await.unwrap();
    shop.pay(in_time, "415.37").await;
    assert_eq!(backend.balance().await, quote.credit);
}

/// A rate is never guessed: without one nothing is begun.
pub async fn without_a_rate_nothing_is_started(backend: Backend) {
    let shop = Shop::new(&backend);
    shop.rates.set(None);
    let without_rates = backend.top_ups(&shop.gateway);
    for (top_ups, is_retryable) in [(&shop.top_ups, true), (&without_rates, false)] {
        let id = PaymentId::new();
        let refused = [
            top_ups.start(start(id, "415.37")).await.map(drop),
            top_ups.quote(account(), uah("415.37")).await.map(drop),
        ];
        for refused in refused.map(Result::unwrap_err) {
            let no_rate = matches!(refused, TopUpError::Rates(RatesError::NoRate { .. }));
            assert!(
                no_rate || matches!(refused, TopUpError::Rates(RatesError::Unavailable(_))),
                "{refused:?}"
            );
            assert_eq!(refused.is_retryable(), is_retryable, "{refused:?}");
        }
        assert_eq!(backend.stores().payments.get(id).await.unwrap(), None);
    }
    assert_eq!(shop.gateway.calls(Call::Create), 0);
}
