use billing_core::{AccountChange, AccountId, HoldId, LedgerError, Period};

use super::{
    Subject,
    subject::{at, usd},
};

/// Nobody has to create an account.
pub async fn an_account_opens_at_first_sight_with_the_defaults(subject: Subject) {
    let account = subject.ledger.account(&AccountId::new("нова людина").unwrap()).await.unwrap();
    assert_eq!((account.posted, account.held, account.sequence), (usd("0"), usd("0"), 0));
    assert_eq!((account.day.limit, account.month.limit), (usd("10"), usd("100")));
    assert_eq!(account.time_zone.name(), "Europe/Kyiv");
    assert_eq!(account.day.ends_at, at("2036-11-16T22:00:00Z"));
    assert!(account.billing_enabled && !account.suspended);
    assert_eq!(subject.ledger.account(&account.id).await.unwrap(), account);
}

/// Owners move within what the operator allows.
pub async fn limits_stay_under_the_ceiling(subject: Subject) {
    let change = |daily: Option<&str>, ceiling: Option<&str>| {
        let mut change = AccountChange::default();
        (change.daily_limit, change.daily_ceiling) = (daily.map(usd), ceiling.map(usd));
        change
    };
    let account = subject.configure(change(Some("0"), None)).await;
    assert_eq!(account.day.limit, usd("0"));
    subject.configure(change(Some("1000"), None)).await;
    let refused = subject.ledger.configure(&subject.account, change(Some("1000.000001"), None)).await;
    assert!(matches!(refused, Err(LedgerError::LimitAboveCeiling { period: Period::Daily, .. })));
    let refused = subject.ledger.configure(&subject.account, change(Some("-1"), None)).await;
    assert!(matches!(refused, Err(LedgerError::InvalidAmount { .. })));
    assert_eq!(subject.state().await.day.limit, usd("1000"));
    let account = subject.configure(change(None, Some("20"))).await;
    assert_eq!((account.day.limit, account.day.ceiling), (usd("20"), usd("20")));
    let account = subject.configure(change(Some("50"), Some("60"))).await;
    assert_eq!((account.day.limit, account.day.ceiling), (usd("50"), usd("60")));
}

fn flags(suspended: bool, billing_enabled: bool) -> AccountChange {
    let mut change = AccountChange::default();
    (change.suspended, change.billing_enabled) = (Some(suspended), Some(billing_enabled));
    change
}

/// Suspension stops everything that costs money, also for those who are not billed.
pub async fn a_suspended_account_is_refused_first(subject: Subject) {
    subject.configure(flags(true, false)).await;
    let refused = subject.try_authorize(HoldId::new(), "0").await;
    assert!(matches!(refused, Err(LedgerError::AccountSuspended { .. })));
    subject.top_up("5").await;
    subject.configure(flags(false, true)).await;
    subject.charge("5").await.unwrap();
}

/// Suspended, in debt, insufficient funds, limits.
pub async fn refusals_come_in_order(subject: Subject) {
    let top_up = subject.top_up("5").await;
    subject.charge("1").await.unwrap();
    let mut change = flags(true, true);
    change.daily_limit = Some(usd("0"));
    subject.configure(change).await;
    assert!(matches!(subject.charge("9").await, Err(LedgerError::AccountSuspended { .. })));
    subject.configure(flags(false, true)).await;
    assert!(matches!(subject.charge("9").await, Err(LedgerError::InsufficientFunds { .. })));
    assert!(matches!(subject.charge("4").await, Err(LedgerError::LimitExceeded(_))));
    subject.reverse(top_up, "5", 1).await.unwrap();
    assert!(matches!(subject.charge("9").await, Err(LedgerError::InDebt { .. })));
    subject.expect("-1", "0").await;
}

/// Calls of an account that is not billed run, and are recorded.
pub async fn an_account_that_is_not_billed_runs_for_nothing(subject: Subject) {
    subject.configure(flags(false, false)).await;
    let hold = HoldId::new();
    let granted = subject.try_authorize(hold, "500").await.unwrap();
    assert_eq!((granted.hold.amount, granted.hold.exempt), (usd("0"), true));
    subject.configure(flags(false, true)).await;
    assert_eq!(subject.try_authorize(hold, "500").await.unwrap().hold, granted.hold);
    let posting = subject.capture(hold, "400").await.unwrap();
    assert_eq!((posting.amount, posting.uncollected), (usd("0"), usd("0")));
    assert_eq!(subject.capture(hold, "400").await.unwrap(), posting);
    subject.configure(flags(false, false)).await;
    assert_eq!(subject.charge("3").await.unwrap().amount, usd("0"));
    subject.expect("0", "0").await;
    assert_eq!(subject.state().await.calls, 2);
}

/// What the dashboard shows adds up to what the history holds.
pub async fn totals_count_calls_and_spending(subject: Subject) {
    subject.top_up("5").await;
    subject.charge("1").await.unwrap();
    subject.clock.set(at("2036-11-16T11:00:00Z"));
    let hold = subject.authorize("2").await;
    subject.capture(hold, "0.5").await.unwrap();
    let account = subject.state().await;
    assert_eq!((account.spent, account.calls, account.sequence), (usd("1.5"), 2, 3));
    assert_eq!(account.last_call_at, Some(at("2036-11-16T11:00:00Z")));
    let mut change = AccountChange::default();
    change.tier = Some(Some("business".to_owned()));
    assert_eq!(subject.configure(change.clone()).await.tier.as_deref(), Some("business"));
    change.tier = Some(None);
    assert_eq!(subject.configure(change).await.tier, None);
}
