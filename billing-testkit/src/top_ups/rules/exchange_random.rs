use std::{collections::BTreeMap, sync::Arc};

use billing_core::{
    AccountId, Currency, ManualClock, Money, NewRefund, PaymentId, PostingKind, RefundId, RefundState,
    Residue, StartTopUp, TakeBack, TakeBackKind, TopUps,
};
use chrono::TimeDelta;
use fastrand::Rng;
use rust_decimal::Decimal;

use super::super::{
    Backend, FakeGateway, FakeRates,
    backend::{still_clock, usd},
};

/// Thousands of payments at rates that change all the time, paid and given back in parts and wholly: for each account,
/// and in total, credits less reversals plus residues are what was paid less what was taken back, each at its rate,
/// to the last digit. What is taken back wholly leaves nothing, and an untouched balance is always enough for it.
pub async fn exchanged_money_is_exact_to_the_last_digit(backend: Backend) {
    let seed = 20_261_125;
    let mut market = Market::new(&backend, seed);
    let rounds = backend.rounds(10_000);
    for round in 0..rounds {
        market.round(&backend, round).await;
    }
    let audit = backend.stores().ledger.verify().await.unwrap();
    assert!(audit.is_clean(), "seed {seed}: {:?}", audit.differences);
    let (mut total, mut residues) = (Decimal::ZERO, Residue::ZERO);
    for (account, expected) in &market.expected {
        let (balance, residue) = booked(&backend, account).await;
        assert_eq!(balance.to_decimal() + residue.to_decimal(), *expected, "seed {seed}: {account}");
        total += balance.to_decimal() + residue.to_decimal();
        residues = residues.checked_add(residue).unwrap();
    }
    assert_eq!(total, market.expected.values().sum::<Decimal>());
    assert_eq!(audit.residue, residues, "seed {seed}");
    assert!(!residues.is_zero(), "seed {seed}: nothing was rounded");
}

/// What an account's postings come to, and their residues.
async fn booked(backend: &Backend, account: &AccountId) -> (Money, Residue) {
    let (mut balance, mut residue) = (usd("0"), Residue::ZERO);
    for posting in backend.postings(account).await {
        balance = balance.checked_add(posting.change()).unwrap();
        let back = posting.kind == PostingKind::Reversal;
        let sum =
            if back { residue.checked_sub(posting.residue) } else { residue.checked_add(posting.residue) };
        residue = sum.unwrap();
    }
    assert_eq!(backend.stores().ledger.account(account).await.unwrap().posted, balance);
    (balance, residue)
}

/// A provider, rates that change, and what everything should come to.
struct Market {
    rng: Rng,
    gateway: Arc<FakeGateway>,
    clock: ManualClock,
    rates: Arc<FakeRates>,
    top_ups: TopUps,
    expected: BTreeMap<AccountId, Decimal>,
}

/// A payment that was paid, and what is left of it.
struct Paid {
    id: PaymentId,
    order: String,
    left: i64,
    rate: Decimal,
}

impl Market {
    fn new(backend: &Backend, seed: u64) -> Self {
        let (gateway, clock) = (Arc::new(FakeGateway::in_hryvnias()), still_clock());
        let rates = Arc::new(FakeRates::new(Arc::new(clock.clone()), Decimal::ONE));
        let top_ups = backend.exchanging(&gateway, &clock, Arc::<FakeRates>::clone(&rates));
        Self { rng: Rng::with_seed(seed), gateway, clock, rates, top_ups, expected: BTreeMap::new() }
    }

    /// From a kopiika to a million hryvnias, small amounts as often as large ones.
    fn kopiikas(&mut self) -> i64 {
        let most = 10_i64.pow(self.rng.u32(0..9));
        self.rng.i64(1..=most)
    }

    /// About 41 hryvnias for a dollar, with up to 10 decimals.
    fn rate(&mut self) -> Decimal {
        let decimals = self.rng.u32(0..=10);
        let one = 10_i64.pow(decimals);
        Decimal::new(self.rng.i64(38 * one..=45 * one), decimals)
    }

    async fn round(&mut self, backend: &Backend, round: u32) {
        self.clock.advance(TimeDelta::minutes(1));
        let rate = self.rate();
        self.rates.set(Some(rate));
        // Half of them pay often; the other half have nothing but this one payment.
        let name =
            if self.rng.bool() { format!("payer {}", round % 3) } else { format!("payer once {round}") };
        let account = AccountId::new(name).unwrap();
        let before = backend.stores().ledger.account(&account).await.unwrap().posted;
        let mut paid = self.pay(&account).await;
        for _ in 0..self.rng.u8(..4) {
            if paid.left > 0 {
                self.take_back(&account, &mut paid).await;
            }
        }
        if paid.left == 0 {
            let after = backend.stores().ledger.account(&account).await.unwrap().posted;
            assert_eq!(after, before, "round {round}: the whole of {} at {}", paid.id, paid.rate);
        }
    }

    /// Counts what was paid or taken back at the payment's rate.
    fn count(&mut self, account: &AccountId, kopiikas: i64, rate: Decimal) {
        *self.expected.entry(account.clone()).or_default() += Decimal::new(kopiikas, 2) * rate;
    }

    async fn pay(&mut self, account: &AccountId) -> Paid {
        let (id, kopiikas) = (PaymentId::new(), self.kopiikas());
        let amount = hryvnias(kopiikas);
        let mut request = StartTopUp::new(id, account.clone(), "fake", amount);
        if self.rng.bool() {
            let quote = self.top_ups.quote(account.clone(), amount).await.unwrap();
            request = request.with_quote(quote.id);
            let changed = self.rate();
            self.rates.set(Some(changed));
        }
        let started = self.top_ups.start(request).await.unwrap().payment;
        let rate = started.exchange.unwrap().rate;
        let order = self.gateway.order_of(id);
        self.gateway.pay(&order, amount);
        self.top_ups.receive("fake", self.gateway.webhook(&order)).await.unwrap();
        self.count(account, kopiikas, rate);
        Paid { id, order, left: kopiikas, rate }
    }

    /// Gives a part back, or all: asked for by an operator or at the provider's console, which may fail later.
    async fn take_back(&mut self, account: &AccountId, paid: &mut Paid) {
        let kopiikas = if self.rng.u8(..3) == 0 { paid.left } else { self.rng.i64(1..=paid.left) };
        let amount = hryvnias(kopiikas);
        paid.left -= kopiikas;
        self.count(account, -kopiikas, paid.rate);
        if self.rng.bool() {
            let request = NewRefund::new(RefundId::new(), paid.id, "olena").with_amount(amount);
            let refund = self.top_ups.refund(request).await.unwrap();
            assert_eq!(refund.state, RefundState::Done);
            return;
        }
        let mut refund = TakeBack::new(RefundId::new().to_string(), TakeBackKind::Refund, amount);
        self.gateway.take_back(&paid.order, refund.clone());
        self.top_ups.receive("fake", self.gateway.notice(&paid.order)).await.unwrap();
        if self.rng.u8(..4) == 0 {
            refund.returned = amount;
            self.gateway.take_back(&paid.order, refund);
            self.top_ups.receive("fake", self.gateway.notice(&paid.order)).await.unwrap();
            paid.left += kopiikas;
            self.count(account, kopiikas, paid.rate);
        }
    }
}

fn hryvnias(kopiikas: i64) -> Money {
    Money::from_minor(kopiikas, Currency::UAH).unwrap()
}
