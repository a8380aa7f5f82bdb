use billing_core::{AccountChange, HoldId, LedgerError, Period};
use chrono::TimeDelta;

use super::{
    Subject,
    subject::{at, usd},
};

fn limits(daily: &str, monthly: &str) -> AccountChange {
    let mut change = AccountChange::default();
    (change.daily_limit, change.monthly_limit) = (Some(usd(daily)), Some(usd(monthly)));
    change
}

#[track_caller]
fn expect_exceeded<T: std::fmt::Debug>(
    outcome: Result<T, LedgerError>,
    period: Period,
    used: &str,
    resets_at: &str,
) {
    match outcome {
        Err(LedgerError::LimitExceeded(exceeded)) => {
            assert_eq!(exceeded.period, period);
            assert_eq!(exceeded.window().used, usd(used));
            assert_eq!(exceeded.window().ends_at, at(resets_at));
        }
        other => panic!("not a limit: {other:?}"),
    }
}

/// Both limits hold, to the micro; the daily one is named first.
pub async fn the_daily_limit_comes_before_the_monthly_one(subject: Subject) {
    subject.top_up("100").await;
    subject.configure(limits("5", "5")).await;
    subject.charge("4").await.unwrap();
    expect_exceeded(subject.charge("1.000001").await, Period::Daily, "4", "2036-11-16T22:00:00Z");
    subject.configure(limits("6", "5")).await;
    let refused = subject.try_authorize(HoldId::new(), "1.000001").await;
    expect_exceeded(refused, Period::Monthly, "4", "2036-11-30T22:00:00Z");
    subject.charge("1").await.unwrap();
    subject.expect("95", "0").await;
}

/// Money that is set aside is spent as far as limits go.
pub async fn open_holds_count_as_used(subject: Subject) {
    subject.top_up("100").await;
    let hold = subject.authorize("9").await;
    expect_exceeded(subject.charge("2").await, Period::Daily, "9", "2036-11-16T22:00:00Z");
    subject.capture(hold, "1").await.unwrap();
    subject.charge("9").await.unwrap();
    assert_eq!(subject.state().await.day.used, usd("10"));
}

/// Windows end at midnight where the account lives, not where the server does.
pub async fn a_new_day_and_month_begin_at_local_midnight(subject: Subject) {
    subject.top_up("100").await;
    subject.configure(limits("5", "8")).await;
    subject.clock.set(at("2036-11-29T12:00:00Z"));
    subject.charge("5").await.unwrap();
    subject.clock.set(at("2036-11-29T21:59:59.999999Z"));
    expect_exceeded(subject.charge("1").await, Period::Daily, "5", "2036-11-29T22:00:00Z");
    subject.clock.set(at("2036-11-29T22:00:00Z"));
    assert_eq!(subject.state().await.day.used, usd("0"));
    subject.charge("3").await.unwrap();
    expect_exceeded(subject.charge("1").await, Period::Monthly, "8", "2036-11-30T22:00:00Z");
    subject.clock.set(at("2036-11-30T22:00:00Z"));
    subject.charge("5").await.unwrap();
    let account = subject.state().await;
    assert_eq!((account.day.used, account.month.used), (usd("5"), usd("5")));
    assert_eq!(account.month.ends_at, at("2036-12-31T22:00:00Z"));
    subject.expect("87", "0").await;
}

/// In Kyiv the 29th of March 2037 is an hour short, the 25th of October an hour long.
pub async fn days_last_23_and_25_hours_when_the_clock_changes(subject: Subject) {
    subject.top_up("100").await;
    for (start, end) in
        [("2037-03-28T22:00:00Z", "2037-03-29T21:00:00Z"), ("2037-10-24T21:00:00Z", "2037-10-25T22:00:00Z")]
    {
        subject.clock.set(at(start));
        subject.charge("10").await.unwrap();
        subject.clock.set(at(end) - TimeDelta::microseconds(1));
        expect_exceeded(subject.charge("1").await, Period::Daily, "10", end);
        subject.clock.set(at(end));
        subject.charge("1").await.unwrap();
    }
    subject.expect("78", "0").await;
}

/// Yesterday's hold does not make room today.
pub async fn a_hold_gives_its_share_back_only_to_its_own_window(subject: Subject) {
    subject.top_up("100").await;
    subject.clock.set(at("2036-11-16T21:59:00Z"));
    let (captured, voided) = (subject.authorize("4").await, subject.authorize("3").await);
    subject.clock.set(at("2036-11-16T22:01:00Z"));
    subject.charge("2").await.unwrap();
    subject.capture(captured, "1").await.unwrap();
    subject.void(voided).await.unwrap();
    let account = subject.state().await;
    // The month is the same: 4 + 3 were held in it, 1 of that was taken; the day began with nothing.
    assert_eq!((account.day.used, account.month.used), (usd("2"), usd("3")));
    subject.expect("97", "0").await;
}

/// The work was done: it counts, but is not refused.
pub async fn a_capture_above_the_hold_ignores_limits_but_counts(subject: Subject) {
    subject.top_up("100").await;
    subject.clock.set(at("2036-11-16T21:59:00Z"));
    let (today, yesterday) = (subject.authorize("9").await, subject.authorize("1").await);
    subject.capture(today, "20").await.unwrap();
    assert_eq!(subject.state().await.day.used, usd("21"));
    subject.clock.set(at("2036-11-16T22:01:00Z"));
    subject.capture(yesterday, "3").await.unwrap();
    let account = subject.state().await;
    assert_eq!((account.day.used, account.month.used), (usd("2"), usd("23")));
    subject.expect("77", "0").await;
}

/// Nobody gets a second day by moving house.
pub async fn a_change_of_zone_takes_effect_with_the_next_window(subject: Subject) {
    subject.top_up("100").await;
    subject.charge("10").await.unwrap();
    let mut change = AccountChange::default();
    change.time_zone = Some("Pacific/Kiritimati".parse().unwrap());
    let account = subject.configure(change).await;
    assert_eq!(account.day.ends_at, at("2036-11-16T22:00:00Z"));
    expect_exceeded(subject.charge("1").await, Period::Daily, "10", "2036-11-16T22:00:00Z");
    subject.clock.set(at("2036-11-16T22:00:00Z"));
    subject.charge("1").await.unwrap();
    assert_eq!(subject.state().await.day.ends_at, at("2036-11-17T10:00:00Z"));
}

/// A clock that is set back gives nobody a fresh window.
pub async fn windows_do_not_move_back_with_the_clock(subject: Subject) {
    subject.top_up("100").await;
    subject.charge("10").await.unwrap();
    subject.clock.set(at("2036-11-15T10:00:00Z"));
    expect_exceeded(subject.charge("1").await, Period::Daily, "10", "2036-11-16T22:00:00Z");
    assert_eq!(subject.state().await.day.ends_at, at("2036-11-16T22:00:00Z"));
}
