use billing_core::{AccountChange, Adjust, Currency, LedgerError, Money, PostingId, Residue, TopUp};

use super::Subject;
use crate::ledger::usd;

impl Subject {
    async fn adjust(&self, amount: Money) {
        let account = self.books.account.clone();
        let request = Adjust::new(PostingId::new(), account, amount, "olena", "test");
        self.books.ledger.adjust(request).await.unwrap();
    }

    /// A top-up that was paid in another currency, or in the ledger's own.
    async fn exchanged_top_up(&self, amount: &str, picos: i64) {
        let account = self.books.account.clone();
        let request = TopUp::new(PostingId::new(), account, usd(amount), "fondy");
        let request = request.with_residue(Residue::from_picos(picos));
        self.books.ledger.top_up(request).await.unwrap();
    }
}

/// A balance that swings about the threshold rings once. What armed an alarm is the posting that brought the money.
pub async fn money_arms_an_alarm_when_it_is_clear_of_the_threshold_by_a_fifth(subject: Subject) {
    for (account, picos) in [("acme", 0), ("borys", 5)] {
        let subject = subject.of(account);
        for (amount, armed_by) in
            [("0.9", None), ("0.1", None), ("0.199999", None), ("0.000001", Some(4)), ("5", Some(4))]
        {
            subject.exchanged_top_up(amount, picos).await;
            assert_eq!(subject.armed_by().await, armed_by, "{account}, {amount}");
        }
        let alarm = subject.books.state().await.alarm;
        assert_eq!((alarm.threshold, alarm.rang_at), (usd("1"), None));
    }
}

/// Fractions of a micro are left out; a balance is above its threshold all the same.
pub async fn a_fifth_of_a_small_threshold_is_nothing(subject: Subject) {
    for (threshold, clear) in [("0", "0.000001"), ("0.000004", "0.000005"), ("0.000005", "0.000006")] {
        let subject = subject.of(threshold);
        subject.set_threshold(threshold).await;
        if threshold != "0" {
            subject.books.top_up(threshold).await;
        }
        assert_eq!(subject.armed_by().await, None, "{threshold}");
        subject.books.top_up("0.000001").await;
        let account = subject.books.state().await;
        assert_eq!((account.posted, account.alarm.armed_by), (usd(clear), Some(account.sequence)));
    }
}

/// Whoever has read it disarms that crossing, not a later one.
pub async fn an_armed_alarm_keeps_its_name(subject: Subject) {
    subject.books.top_up("5").await;
    subject.books.charge("3").await.unwrap();
    subject.exchanged_top_up("1", 0).await;
    subject.exchanged_top_up("1", 5).await;
    subject.adjust(usd("1")).await;
    // Low, and not told yet.
    subject.books.charge("4.5").await.unwrap();
    subject.exchanged_top_up("4", 0).await;
    assert_eq!(subject.armed_by().await, Some(1));
}

/// Whichever way money comes in.
pub async fn adjustments_and_reinstatements_arm_too(subject: Subject) {
    subject.adjust(usd("1.1")).await;
    assert_eq!(subject.armed_by().await, None);
    subject.adjust(usd("0.1")).await;
    assert_eq!(subject.armed_by().await, Some(2));
    let borys = subject.of("borys");
    let top_up = borys.books.top_up("5").await;
    borys.books.reverse(top_up, "5", 1).await.unwrap();
    assert!(borys.disarm(1).await);
    assert_eq!(borys.armed_by().await, None);
    borys.books.reverse(top_up, "4", 2).await.unwrap();
    assert_eq!(borys.armed_by().await, None);
    borys.books.reverse(top_up, "3.8", 3).await.unwrap();
    assert_eq!(borys.armed_by().await, Some(4));
}

/// Nor does what moves none.
pub async fn what_takes_money_never_arms(subject: Subject) {
    let top_up = subject.books.top_up("5").await;
    subject.books.charge("4").await.unwrap();
    assert!(subject.disarm(1).await);
    subject.books.top_up("0.19").await;
    let (captured, voided) = (subject.books.authorize("0.02").await, subject.books.authorize("0.02").await);
    subject.books.capture(captured, "0.01").await.unwrap();
    subject.books.void(voided).await.unwrap();
    subject.books.charge("0.01").await.unwrap();
    subject.books.charge("0").await.unwrap();
    subject.adjust(Money::from_micros(-10_000, Currency::USD)).await;
    subject.books.reverse(top_up, "0.01", 1).await.unwrap();
    subject.books.reverse(top_up, "0.01", 2).await.unwrap();
    let account = subject.books.state().await;
    assert_eq!((account.posted, account.alarm.armed_by), (usd("1.15"), None));
}

/// A balance that is below already has not fallen; one that is above may fall, however near it is.
pub async fn a_threshold_above_the_balance_disarms_and_one_below_arms(subject: Subject) {
    subject.books.top_up("2").await;
    subject.books.top_up("3").await;
    for (threshold, armed_by) in
        [("4.999999", Some(1)), ("5", None), ("7", None), ("4.999999", Some(2)), ("0", Some(2)), ("6", None)]
    {
        subject.set_threshold(threshold).await;
        let alarm = subject.books.state().await.alarm;
        assert_eq!((alarm.threshold, alarm.armed_by), (usd(threshold), armed_by), "{threshold}");
        assert_eq!(subject.low().await, [], "{threshold}");
    }
    subject.books.top_up("2.199999").await;
    assert_eq!(subject.armed_by().await, None);
    subject.books.top_up("0.000001").await;
    assert_eq!(subject.armed_by().await, Some(4));
    // A change of something else is none of the alarm.
    subject.books.configure(AccountChange::default()).await;
    assert_eq!(subject.armed_by().await, Some(4));
}

/// And nothing else of the same change is done.
pub async fn a_threshold_that_can_not_be_changes_nothing(subject: Subject) {
    subject.books.top_up("5").await;
    let before = subject.books.state().await;
    for (threshold, is_currency) in
        [(Money::from_micros(-1, Currency::USD), false), (Money::from_micros(1, Currency::UAH), true)]
    {
        let mut change = AccountChange::default();
        (change.low_balance, change.suspended) = (Some(threshold), Some(true));
        match subject.books.ledger.configure(&subject.books.account, change).await {
            Err(LedgerError::WrongCurrency { .. }) if is_currency => {}
            Err(LedgerError::InvalidAmount { .. }) if !is_currency => {}
            outcome => panic!("{threshold}: {outcome:?}"),
        }
    }
    assert_eq!(subject.books.state().await, before);
}
