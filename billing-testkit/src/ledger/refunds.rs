use std::sync::Arc;

use billing_core::{AccountChange, Authorization, Authorize, HoldId, HoldState, LedgerError};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{operation, usd},
};
use crate::at_once;

impl Subject {
    async fn hold_for_refund(&self, id: HoldId, amount: &str) -> Result<Authorization, LedgerError> {
        let request = Authorize::new(id, self.account.clone(), usd(amount), operation("refund")).for_refund();
        self.ledger.authorize(request).await
    }
}

/// Money that goes back to who paid it in is no spending.
pub async fn a_refund_hold_counts_in_no_limit(subject: Subject) {
    subject.top_up("150").await;
    subject.authorize("3").await;
    let id = HoldId::new();
    let placed = subject.hold_for_refund(id, "120").await.unwrap();
    assert_eq!((placed.hold.amount, placed.available), (usd("120"), usd("27")));
    assert_eq!((placed.hold.state, placed.hold.exempt), (HoldState::Open, false));
    assert_eq!(subject.hold_for_refund(id, "120").await.unwrap(), placed);
    let account = subject.state().await;
    assert_eq!((account.day.used, account.month.used), (usd("3"), usd("3")));
    // 3 of the daily 10 are used, whatever is held for the refund.
    subject.authorize("7").await;
    assert!(matches!(subject.try_authorize(HoldId::new(), "1").await, Err(LedgerError::LimitExceeded(_))));
    subject.hold_for_refund(HoldId::new(), "20").await.unwrap();
    subject.expect("150", "150").await;
}

/// An operator refunds just those accounts, and the money is held like any other.
pub async fn a_refund_hold_is_placed_on_suspended_and_unbilled_accounts(subject: Subject) {
    subject.top_up("10").await;
    let (mut suspended, mut not_billed) = (AccountChange::default(), AccountChange::default());
    suspended.suspended = Some(true);
    not_billed.billing_enabled = Some(false);
    for (change, held) in [(suspended, "4"), (not_billed, "8")] {
        subject.configure(change).await;
        let placed = subject.hold_for_refund(HoldId::new(), "4").await.unwrap();
        assert_eq!((placed.hold.amount, placed.hold.exempt), (usd("4"), false));
        subject.expect("10", held).await;
    }
}

/// A refund takes what is there, and nothing that a call has set aside; expired holds are not in its way.
pub async fn a_refund_hold_is_refused_without_funds_and_in_debt(subject: Subject) {
    let top_up = subject.top_up("10").await;
    let call = subject.authorize("4").await;
    for (amount, required) in [("6.000001", "6.000001"), ("10", "10")] {
        let refused = subject.hold_for_refund(HoldId::new(), amount).await;
        assert!(
            matches!(refused, Err(LedgerError::InsufficientFunds { required: told, available })
                if told == usd(required) && available == usd("6")),
            "{refused:?}"
        );
    }
    subject.expect("10", "4").await;
    subject.advance(TimeDelta::minutes(5));
    let refund = HoldId::new();
    subject.hold_for_refund(refund, "10").await.unwrap();
    subject.void(refund).await.unwrap();
    subject.capture(call, "4").await.unwrap();
    subject.reverse(top_up, "10", 1).await.unwrap();
    let refused = subject.hold_for_refund(HoldId::new(), "1").await;
    assert!(matches!(refused, Err(LedgerError::InDebt { posted, .. }) if posted == usd("-4")), "{refused:?}");
    subject.expect("-4", "0").await;
}

/// It never counted as spent, so its end gives nothing back to the day and the month.
pub async fn a_refund_hold_that_ends_frees_its_money_and_changes_no_window(subject: Subject) {
    subject.top_up("10").await;
    subject.charge("3").await.unwrap();
    let (voided, expired) = (HoldId::new(), HoldId::new());
    for id in [voided, expired] {
        subject.hold_for_refund(id, "3.5").await.unwrap();
    }
    subject.expect("7", "7").await;
    subject.void(voided).await.unwrap();
    subject.expect("7", "3.5").await;
    subject.advance(TimeDelta::minutes(5));
    subject.expect("7", "0").await;
    subject.ledger.expire_holds(100).await.unwrap();
    subject.void(expired).await.unwrap();
    subject.expect("7", "0").await;
    let account = subject.state().await;
    assert_eq!((account.day.used, account.month.used), (usd("3"), usd("3")));
    let closed = subject.hold_for_refund(expired, "3.5").await;
    assert!(matches!(closed, Err(LedgerError::HoldClosed { state: HoldState::Voided, .. })), "{closed:?}");
}

/// The same money is not given back and spent.
pub async fn refund_holds_and_charges_at_once_never_overdraw(subject: Subject) {
    subject.top_up("10").await;
    subject.without_limits().await;
    let answers = at_once((0..40).map(|number| {
        let subject = Subject { ledger: Arc::clone(&subject.ledger), ..subject.clone() };
        async move {
            if number % 2 == 0 {
                subject.hold_for_refund(HoldId::new(), "0.7").await.map(drop)
            } else {
                subject.charge("0.7").await.map(drop)
            }
        }
    }))
    .await;
    let granted = answers.iter().filter(|answer| answer.is_ok()).count();
    assert_eq!(granted, 14);
    for refused in answers.into_iter().filter_map(Result::err) {
        assert!(matches!(refused, LedgerError::InsufficientFunds { .. }), "{refused:?}");
    }
    assert_eq!(subject.state().await.available(), usd("0.2"));
    assert!(subject.ledger.verify().await.unwrap().is_clean());
}
