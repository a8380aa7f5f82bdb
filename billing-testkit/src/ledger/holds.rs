use billing_core::{
    AccountId, Authorize, Breakdown, Capture, Extend, HoldId, HoldState, LedgerError, PostingId, PostingKind,
    TopUp,
};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{operation, usd},
};

/// A granted authorize moves money from available to held.
pub async fn a_hold_sets_money_aside(subject: Subject) {
    subject.top_up("5").await;
    let hold = HoldId::new();
    let granted = subject.try_authorize(hold, "2").await.unwrap();
    assert_eq!((granted.hold.amount, granted.available), (usd("2"), usd("3")));
    assert_eq!(granted.hold.state, HoldState::Open);
    assert_eq!(granted.hold.expires_at, granted.hold.created_at + TimeDelta::minutes(5));
    subject.expect("5", "2").await;
    assert!(matches!(
        subject.try_authorize(HoldId::new(), "3.000001").await,
        Err(LedgerError::InsufficientFunds { required, available })
            if required == usd("3.000001") && available == usd("3")
    ));
    subject.authorize("3").await;
    subject.expect("5", "5").await;
}

/// A repeated capture answers the first posting; another amount is another capture.
pub async fn a_hold_is_captured_at_most_once(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    let first = subject.capture(hold, "2").await.unwrap();
    assert_eq!((first.id, first.kind, first.amount), (PostingId::from(hold), PostingKind::Capture, usd("2")));
    assert_eq!(subject.capture(hold, "2").await.unwrap(), first);
    assert!(matches!(subject.capture(hold, "1").await, Err(LedgerError::IdReused { .. })));
    subject.expect("3", "0").await;
}

/// What was held beyond the cost is free again, exactly.
pub async fn a_capture_frees_the_rest(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    let posting = subject.capture(hold, "0.000001").await.unwrap();
    assert_eq!((posting.balance_after, posting.uncollected), (usd("4.999999"), usd("0")));
    subject.expect("4.999999", "0").await;
    let account = subject.state().await;
    assert_eq!((account.day.used, account.month.used), (usd("0.000001"), usd("0.000001")));
}

/// A call that turned out to cost nothing is still recorded.
pub async fn a_capture_of_nothing_records_usage(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    assert_eq!(subject.capture(hold, "0").await.unwrap().amount, usd("0"));
    subject.expect("5", "0").await;
    assert_eq!(subject.state().await.calls, 1);
}

/// Above the hold, the balance gives what it has; the rest is written down.
pub async fn a_capture_above_the_hold_takes_what_is_available_and_no_more(subject: Subject) {
    subject.top_up("5").await;
    let (first, second) = (subject.authorize("1").await, subject.authorize("1").await);
    let posting = subject.capture(first, "3").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected), (usd("3"), usd("0")));
    subject.expect("2", "1").await;
    let posting = subject.capture(second, "4").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected, posting.late), (usd("2"), usd("2"), false));
    assert_eq!(subject.capture(second, "4").await.unwrap(), posting);
    subject.expect("0", "0").await;
}

/// The posting says what was paid for and how the cost came about, as it was written.
pub async fn a_capture_carries_operation_and_breakdown(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("1").await;
    let breakdown = Breakdown::new(r#"{"units": 3, "base": 0.100, "tool":"пошук"}"#).unwrap();
    let request = Capture::new(subject.account.clone(), hold, usd("0.5")).with_breakdown(breakdown.clone());
    let posting = subject.ledger.capture(request.clone()).await.unwrap();
    assert_eq!(posting.operation, Some(operation("search")));
    assert_eq!(posting.breakdown, Some(breakdown));
    assert_eq!(subject.ledger.capture(request).await.unwrap(), posting);
}

/// A voided hold is as if it had never been.
pub async fn a_void_frees_the_money(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    subject.void(hold).await.unwrap();
    subject.void(hold).await.unwrap();
    subject.expect("5", "0").await;
    let account = subject.state().await;
    assert_eq!((account.day.used, account.calls), (usd("0"), 0));
}

/// A hold ends one way.
pub async fn a_captured_hold_is_not_voided_and_a_voided_one_not_captured(subject: Subject) {
    subject.top_up("5").await;
    let (captured, voided) = (subject.authorize("1").await, subject.authorize("1").await);
    subject.capture(captured, "1").await.unwrap();
    subject.void(voided).await.unwrap();
    assert!(matches!(
        subject.void(captured).await,
        Err(LedgerError::HoldClosed { state: HoldState::Captured, .. })
    ));
    assert!(matches!(
        subject.capture(voided, "1").await,
        Err(LedgerError::HoldClosed { state: HoldState::Voided, .. })
    ));
    let unknown = subject.capture(HoldId::new(), "1").await;
    assert!(matches!(unknown, Err(LedgerError::HoldNotFound { .. })));
    subject.expect("4", "0").await;
}

/// A call that was given up while its authorize was on the way holds nothing.
pub async fn a_void_of_an_unknown_hold_wins_over_a_late_authorize(subject: Subject) {
    subject.top_up("5").await;
    let hold = HoldId::new();
    subject.void(hold).await.unwrap();
    subject.void(hold).await.unwrap();
    assert!(matches!(
        subject.try_authorize(hold, "1").await,
        Err(LedgerError::HoldClosed { state: HoldState::Voided, .. })
    ));
    subject.expect("5", "0").await;
}

/// A retry learns what happened.
pub async fn an_authorize_repeated_answers_the_same_hold_with_the_current_balance(subject: Subject) {
    subject.top_up("5").await;
    let hold = HoldId::new();
    let first = subject.try_authorize(hold, "2").await.unwrap();
    subject.charge("1").await.unwrap();
    let again = subject.try_authorize(hold, "2").await.unwrap();
    assert_eq!(again.hold, first.hold);
    assert_eq!((first.available, again.available), (usd("3"), usd("2")));
    subject.expect("4", "2").await;
    // Finer than any back end can store.
    let ttl = std::time::Duration::from_nanos(1_000_000_999);
    let request =
        Authorize::new(HoldId::new(), subject.account.clone(), usd("1"), operation("search")).with_ttl(ttl);
    let first = subject.ledger.authorize(request.clone()).await.unwrap();
    assert_eq!(subject.ledger.authorize(request).await.unwrap().hold, first.hold);
}

/// A call never runs on a hold that has ended.
pub async fn an_authorize_on_an_ended_hold_does_not_let_the_call_pass(subject: Subject) {
    subject.top_up("5").await;
    let (captured, voided, expired) =
        (subject.authorize("1").await, subject.authorize("1").await, subject.authorize("1").await);
    subject.capture(captured, "1").await.unwrap();
    subject.void(voided).await.unwrap();
    subject.advance(TimeDelta::minutes(5));
    for (hold, state) in
        [(captured, HoldState::Captured), (voided, HoldState::Voided), (expired, HoldState::Expired)]
    {
        match subject.try_authorize(hold, "1").await {
            Err(LedgerError::HoldClosed { state: found, .. }) => assert_eq!(found, state),
            other => panic!("{state}: {other:?}"),
        }
    }
}

/// Another amount or operation under the same id is a mistake, not a repeat.
pub async fn a_hold_id_with_other_content_is_refused(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("1").await;
    assert!(matches!(subject.try_authorize(hold, "2").await, Err(LedgerError::IdReused { .. })));
    let other = Authorize::new(hold, subject.account.clone(), usd("1"), operation("other"));
    assert!(matches!(subject.ledger.authorize(other).await, Err(LedgerError::IdReused { .. })));
    subject.expect("5", "1").await;
}

/// Time frees a hold, to the microsecond.
pub async fn an_expired_hold_frees_its_money_by_itself(subject: Subject) {
    subject.top_up("5").await;
    let hold = HoldId::new();
    let request = Authorize::new(hold, subject.account.clone(), usd("2"), operation("search"))
        .with_ttl(TimeDelta::seconds(60).to_std().unwrap());
    subject.ledger.authorize(request).await.unwrap();
    subject.advance(TimeDelta::microseconds(59_999_999));
    assert_eq!(subject.ledger.expire_holds(100).await.unwrap(), 0);
    assert_eq!(subject.state().await.held, usd("2"));
    subject.advance(TimeDelta::microseconds(1));
    let account = subject.state().await;
    assert_eq!((account.held, account.day.used), (usd("0"), usd("0")));
    subject.ledger.expire_holds(100).await.unwrap();
    assert_eq!(subject.ledger.expire_holds(100).await.unwrap(), 0);
    subject.expect("5", "0").await;
}

/// Nobody is refused for money or a limit that only an expired hold takes up.
pub async fn expired_holds_are_freed_before_anything_is_refused(subject: Subject) {
    subject.top_up("5").await;
    subject.authorize("5").await;
    subject.advance(TimeDelta::minutes(5));
    subject.authorize("5").await;
    subject.expect("5", "5").await;
    subject.advance(TimeDelta::minutes(5));
    subject.charge("5").await.unwrap();
    subject.expect("0", "0").await;
    subject.top_up("100").await;
    subject.authorize("5").await;
    subject.advance(TimeDelta::minutes(5));
    // 5 of the daily 10 are spent; the expired hold does not count.
    let hold = subject.authorize("5").await;
    subject.capture(hold, "5").await.unwrap();
    assert_eq!(subject.state().await.day.used, usd("10"));
}

/// The work was done: a late capture takes what it finds, once, whatever the account's flags say.
pub async fn a_late_capture_takes_at_most_what_is_available_once(subject: Subject) {
    subject.top_up("5").await;
    let (first, second) = (subject.authorize("2").await, subject.authorize("2").await);
    subject.advance(TimeDelta::minutes(5));
    let posting = subject.capture(first, "3").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected, posting.late), (usd("3"), usd("0"), true));
    assert_eq!(subject.capture(first, "3").await.unwrap(), posting);
    let mut change = billing_core::AccountChange::default();
    change.suspended = Some(true);
    subject.configure(change).await;
    let posting = subject.capture(second, "3").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected, posting.late), (usd("2"), usd("1"), true));
    subject.expect("0", "0").await;
    assert_eq!(subject.state().await.day.used, usd("5"));
}

/// Expiry only frees the money; the first word after it decides how the call ended.
pub async fn a_void_after_expiry_forbids_a_late_capture(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    subject.advance(TimeDelta::minutes(5));
    subject.ledger.expire_holds(100).await.unwrap();
    subject.void(hold).await.unwrap();
    assert!(matches!(
        subject.capture(hold, "2").await,
        Err(LedgerError::HoldClosed { state: HoldState::Voided, .. })
    ));
    subject.expect("5", "0").await;
}

/// A long call keeps its hold alive; nothing brings an ended one back.
pub async fn an_extended_hold_lives_longer_and_an_ended_one_is_not_revived(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("2").await;
    let minutes = |count| TimeDelta::minutes(count).to_std().unwrap();
    subject.advance(TimeDelta::minutes(4));
    let extend = |ttl| subject.ledger.extend(Extend::new(subject.account.clone(), hold, minutes(ttl)));
    let extended = extend(10).await.unwrap();
    assert_eq!(extended.hold.expires_at, extended.hold.created_at + TimeDelta::minutes(14));
    assert_eq!(extend(1).await.unwrap().hold.expires_at, extended.hold.expires_at);
    subject.advance(TimeDelta::minutes(9));
    assert_eq!(subject.ledger.expire_holds(100).await.unwrap(), 0);
    subject.advance(TimeDelta::minutes(1));
    assert!(matches!(extend(10).await, Err(LedgerError::HoldClosed { state: HoldState::Expired, .. })));
    let unknown = Extend::new(subject.account.clone(), HoldId::new(), minutes(1));
    assert!(matches!(subject.ledger.extend(unknown).await, Err(LedgerError::HoldNotFound { .. })));
}

/// The job's work is bounded, and what is left is found again.
pub async fn expiry_frees_a_bounded_number_of_holds(subject: Subject) {
    subject.top_up("5").await;
    for _ in 0..5 {
        subject.authorize("1").await;
    }
    subject.advance(TimeDelta::minutes(5));
    assert_eq!(subject.ledger.expire_holds(2).await.unwrap(), 2);
    assert_eq!(subject.ledger.verify().await.unwrap().open_holds, 3);
    assert_eq!(subject.ledger.expire_holds(100).await.unwrap(), 3);
    subject.expect("5", "0").await;
}

/// An id belongs to its account: another account's hold can't be seen or ended.
pub async fn the_same_hold_id_in_two_accounts_is_two_holds(subject: Subject) {
    subject.top_up("5").await;
    let hold = subject.authorize("1").await;
    let other = AccountId::new("other").unwrap();
    let capture = Capture::new(other.clone(), hold, usd("1"));
    assert!(matches!(subject.ledger.capture(capture.clone()).await, Err(LedgerError::HoldNotFound { .. })));
    let top_up = TopUp::new(PostingId::new(), other.clone(), usd("3"), "stripe");
    subject.ledger.top_up(top_up).await.unwrap();
    let authorize = Authorize::new(hold, other.clone(), usd("1"), operation("search"));
    subject.ledger.authorize(authorize).await.unwrap();
    subject.ledger.capture(capture).await.unwrap();
    assert_eq!(subject.ledger.account(&other).await.unwrap().posted, usd("2"));
    subject.expect("5", "1").await;
}
