use std::time::Duration;

use billing_core::{
    Authorize, Capture, Currency, Extend, HoldId, LedgerError, Money, PostingId, Reverse, TopUp, Void,
};
use uuid::{NoContext, Timestamp, Uuid};

use super::{
    Subject,
    subject::{operation, usd},
};

fn version_7_at(seconds: i64) -> Uuid {
    Uuid::new_v7(Timestamp::from_unix(NoContext, u64::try_from(seconds).unwrap(), 0))
}

/// Ids carry their time, so that old rows can be set apart; an id from the future would outlive that.
pub async fn an_id_must_be_a_uuid_of_version_7_from_today(subject: Subject) {
    subject.top_up("5").await;
    let day_ahead = subject.clock_seconds() + 24 * 60 * 60;
    for id in [Uuid::nil(), Uuid::max(), version_7_at(day_ahead + 1)] {
        let account = || subject.account.clone();
        let hold = HoldId::from(id);
        let refused = [
            subject.try_authorize(hold, "1").await.map(drop),
            subject.ledger.capture(Capture::new(account(), hold, usd("1"))).await.map(drop),
            subject.ledger.void(Void::new(account(), hold)).await,
            subject.ledger.extend(Extend::new(account(), hold, Duration::from_secs(1))).await.map(drop),
            subject.charge_as(id.into(), "1").await.map(drop),
            subject.ledger.top_up(TopUp::new(id.into(), account(), usd("1"), "stripe")).await.map(drop),
            subject.ledger.reverse(Reverse::new(account(), id.into(), usd("1"), 1)).await.map(drop),
        ];
        for outcome in refused {
            assert!(matches!(outcome, Err(LedgerError::InvalidId { .. })), "{id}: {outcome:?}");
        }
    }
    subject.try_authorize(version_7_at(day_ahead).into(), "1").await.unwrap();
    subject.expect("5", "1").await;
}

/// Nothing moves for an amount that can't be.
pub async fn amounts_out_of_range_or_currency_change_nothing(subject: Subject) {
    subject.top_up("5").await;
    let account = || subject.account.clone();
    let authorize = |amount| Authorize::new(HoldId::new(), account(), amount, operation("search"));
    let top_up = |amount| TopUp::new(PostingId::new(), account(), amount, "stripe");
    for amount in [Money::from_micros(-1, Currency::USD), Money::from_micros(i64::MAX, Currency::USD)] {
        let refused = [
            subject.ledger.authorize(authorize(amount)).await.map(drop),
            subject.ledger.top_up(top_up(amount)).await.map(drop),
        ];
        for outcome in refused {
            assert!(matches!(outcome, Err(LedgerError::InvalidAmount { .. })), "{amount}: {outcome:?}");
        }
    }
    assert!(matches!(subject.ledger.top_up(top_up(usd("0"))).await, Err(LedgerError::InvalidAmount { .. })));
    let hryvnias = Money::parse("1", Currency::UAH).unwrap();
    let refused = subject.ledger.top_up(top_up(hryvnias)).await;
    assert!(matches!(refused, Err(LedgerError::WrongCurrency { .. })));
    for ttl in [Duration::ZERO, Duration::from_hours(25)] {
        let refused = subject.ledger.authorize(authorize(usd("1")).with_ttl(ttl)).await;
        assert!(matches!(refused, Err(LedgerError::InvalidRequest { .. })), "{ttl:?}");
    }
    subject.expect("5", "0").await;
}

impl Subject {
    fn clock_seconds(&self) -> i64 {
        billing_core::Clock::now(&self.clock).timestamp()
    }
}
