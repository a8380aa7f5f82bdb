//! Calls that pass in another way than on a hold of their own money: repeats, observed calls, calls let through.
use std::sync::Arc;

use billing_core::{
    AccountChange, AccountId, Authorize, Capture, HoldId, HoldState, LedgerError, RefusalReason, TopUp,
};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{operation, usd},
};

fn request(subject: &Subject, id: HoldId, amount: &str) -> Authorize {
    Authorize::new(id, subject.account.clone(), usd(amount), operation("search"))
}

fn let_through(subject: &Subject, id: HoldId, amount: &str) -> Capture {
    Capture::new(subject.account.clone(), id, usd(amount)).let_through(operation("search"))
}

/// An id that stands for one call lets no second one pass, while the first runs or after.
pub async fn a_first_authorize_is_refused_on_a_hold_that_is_there(subject: Subject) {
    subject.top_up("5").await;
    let id = HoldId::new();
    let first = request(&subject, id, "1").first();
    subject.ledger.authorize(first.clone()).await.unwrap();
    let again = subject.ledger.authorize(first.clone()).await;
    assert!(matches!(again, Err(LedgerError::HoldOpen { hold }) if hold == id), "{again:?}");
    // Who does not demand to be the first learns how it stands.
    subject.try_authorize(id, "1").await.unwrap();
    subject.expect("5", "1").await;
    subject.capture(id, "1").await.unwrap();
    let ended = subject.ledger.authorize(first).await;
    assert!(matches!(ended, Err(LedgerError::HoldClosed { state: HoldState::Captured, .. })), "{ended:?}");
    subject.expect("4", "0").await;
}

/// Of many repeats at once, one is the first.
pub async fn of_many_first_authorizes_at_once_one_passes(subject: Subject) {
    subject.top_up("5").await;
    let id = HoldId::new();
    let tasks: Vec<_> = (0..20)
        .map(|_| {
            let (ledger, request) = (Arc::clone(&subject.ledger), request(&subject, id, "1").first());
            tokio::spawn(async move { ledger.authorize(request).await })
        })
        .collect();
    let mut passed = 0;
    for task in tasks {
        match task.await.unwrap() {
            Ok(_) => passed += 1,
            Err(LedgerError::HoldOpen { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
    assert_eq!(passed, 1);
    subject.expect("5", "1").await;
}

/// Where there is money, to observe is to hold and to capture.
pub async fn an_observed_call_that_is_granted_is_held_as_any_other(subject: Subject) {
    subject.top_up("5").await;
    let id = HoldId::new();
    let granted = subject.ledger.authorize(request(&subject, id, "2").observed()).await.unwrap();
    assert_eq!((granted.hold.amount, granted.hold.would_refuse), (usd("2"), None));
    subject.expect("5", "2").await;
    let posting = subject.capture(id, "1").await.unwrap();
    assert_eq!((posting.amount, posting.would_refuse), (usd("1"), None));
    subject.expect("4", "0").await;
}

/// Where there is none, the call runs for nothing, and its posting says why and what it would have cost.
pub async fn an_observed_call_that_would_be_refused_runs_for_nothing_and_says_why(subject: Subject) {
    subject.top_up("5").await;
    let refused = async |amount: &str| {
        let id = HoldId::new();
        let request = request(&subject, id, amount).observed();
        let observed = subject.ledger.authorize(request.clone()).await.unwrap();
        assert_eq!((observed.hold.amount, observed.hold.requested), (usd("0"), Some(usd(amount))));
        assert_eq!(subject.ledger.authorize(request).await.unwrap().hold, observed.hold);
        let posting = subject.capture(id, amount).await.unwrap();
        assert_eq!((posting.amount, posting.uncollected), (usd("0"), usd(amount)));
        assert_eq!(posting.would_refuse, observed.hold.would_refuse);
        assert_eq!(subject.capture(id, amount).await.unwrap(), posting);
        posting.would_refuse
    };
    assert_eq!(refused("6").await, Some(RefusalReason::InsufficientFunds));
    let mut limits = AccountChange::default();
    (limits.daily_limit, limits.monthly_limit) = (Some(usd("3")), Some(usd("4")));
    subject.configure(limits).await;
    assert_eq!(refused("3.5").await, Some(RefusalReason::DailyLimit));
    let mut limits = AccountChange::default();
    limits.daily_limit = Some(usd("10"));
    subject.configure(limits).await;
    assert_eq!(refused("4.5").await, Some(RefusalReason::MonthlyLimit));
    let mut suspended = AccountChange::default();
    suspended.suspended = Some(true);
    subject.configure(suspended).await;
    assert_eq!(refused("1").await, Some(RefusalReason::Suspended));
    subject.expect("5", "0").await;
    let account = subject.state().await;
    assert_eq!((account.day.used, account.spent, account.calls), (usd("0"), usd("0"), 4));
}

/// The report tells who would have been refused what, the dearest first, and no call that was billed.
pub async fn observed_refusals_are_summed_by_account_operation_and_reason(subject: Subject) {
    let other = AccountId::new("other").unwrap();
    subject.top_up("1").await;
    subject.ledger.top_up(TopUp::new(HoldId::new().into(), other.clone(), usd("1"), "stripe")).await.unwrap();
    let observe = async |account: &AccountId, name: &str, amount: &str| {
        let id = HoldId::new();
        let request = Authorize::new(id, account.clone(), usd(amount), operation(name)).observed();
        subject.ledger.authorize(request).await.unwrap();
        subject.ledger.capture(Capture::new(account.clone(), id, usd(amount))).await.unwrap();
    };
    let from = subject.clock_now();
    observe(&subject.account, "search", "2").await;
    observe(&subject.account, "search", "3").await;
    observe(&subject.account, "search", "0.5").await;
    observe(&subject.account, "read", "20").await;
    observe(&other, "search", "4").await;
    subject.advance(TimeDelta::seconds(1));
    let to = subject.clock_now();
    observe(&other, "search", "5").await;

    let report = subject.ledger.observed(from, to).await.unwrap();
    let lines: Vec<_> = report
        .iter()
        .map(|line| {
            let operation = line.operation.as_ref().unwrap().as_str();
            (line.account.as_str(), operation, line.reason, line.calls, line.amount)
        })
        .collect();
    let short = RefusalReason::InsufficientFunds;
    assert_eq!(
        lines,
        [
            ("acme", "read", short, 1, usd("20")),
            ("acme", "search", short, 2, usd("5")),
            ("other", "search", short, 1, usd("4")),
        ]
    );
}

/// The ledger was out of reach when the call began: it is charged once, as far as there is money.
pub async fn a_call_let_through_without_a_hold_is_captured_late_once(subject: Subject) {
    subject.top_up("5").await;
    let (first, second) = (HoldId::new(), HoldId::new());
    let posting = subject.ledger.capture(let_through(&subject, first, "3")).await.unwrap();
    assert_eq!(
        (posting.amount, posting.late, posting.operation.clone()),
        (usd("3"), true, Some(operation("search")))
    );
    assert_eq!(subject.ledger.capture(let_through(&subject, first, "3")).await.unwrap(), posting);
    // The authorize that was on its way asks for the estimate, which need not be the cost.
    let again = subject.try_authorize(first, "4").await;
    assert!(matches!(again, Err(LedgerError::HoldClosed { state: HoldState::Captured, .. })), "{again:?}");
    let posting = subject.ledger.capture(let_through(&subject, second, "3")).await.unwrap();
    assert_eq!((posting.amount, posting.uncollected), (usd("2"), usd("1")));
    subject.expect("0", "0").await;
    assert_eq!(subject.state().await.day.used, usd("5"));
}

/// The answer was lost, not the hold: the money comes out of it.
pub async fn a_call_let_through_whose_hold_was_placed_is_captured_from_it(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("3").await;
    let posting = subject.ledger.capture(let_through(&subject, hold, "2")).await.unwrap();
    assert_eq!((posting.amount, posting.late), (usd("2"), false));
    subject.expect("3", "0").await;
}

/// A call that was given up is not charged after all.
pub async fn a_call_let_through_and_voided_is_not_captured(subject: Subject) {
    subject.top_up("5").await;
    let hold = HoldId::new();
    subject.void(hold).await.unwrap();
    let captured = subject.ledger.capture(let_through(&subject, hold, "2")).await;
    assert!(
        matches!(captured, Err(LedgerError::HoldClosed { state: HoldState::Voided, .. })),
        "{captured:?}"
    );
    subject.expect("5", "0").await;
}
