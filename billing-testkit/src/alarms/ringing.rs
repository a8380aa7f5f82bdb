use std::sync::Arc;

use billing_core::{Alerts, LowBalance};
use chrono::TimeDelta;

use super::Subject;
use crate::{at_once, ledger::usd, rounds};

impl Subject {
    /// An account that was topped up, and has one dollar left.
    async fn run_low(&self) {
        self.books.top_up("5").await;
        self.books.charge("4").await.unwrap();
    }
}

/// To the micro; and below it as well.
pub async fn a_balance_at_the_threshold_is_low(subject: Subject) {
    subject.books.top_up("5").await;
    subject.books.charge("3.999999").await.unwrap();
    assert_eq!(subject.low().await, []);
    for (spent, balance) in [("0.000001", "1"), ("0.000001", "0.999999"), ("0.999999", "0")] {
        subject.books.charge(spent).await.unwrap();
        let account = subject.books.account.clone();
        assert_eq!(subject.low().await, [LowBalance::new(account, usd(balance), usd("1"), 1)]);
    }
}

/// They come and go with each call: what is told is what is spent.
pub async fn holds_do_not_make_a_balance_low(subject: Subject) {
    subject.books.top_up("5").await;
    let hold = subject.books.authorize("5").await;
    assert_eq!(subject.low().await, []);
    subject.books.capture(hold, "4").await.unwrap();
    assert_eq!(subject.low().await.len(), 1);
}

/// One who has read of an earlier crossing changes nothing.
pub async fn only_what_armed_an_alarm_disarms_it(subject: Subject) {
    subject.run_low().await;
    let before = subject.books.state().await;
    for other in [0, 2, u64::MAX] {
        assert!(!subject.disarm(other).await, "{other}");
    }
    assert!(!subject.of("unknown").disarm(1).await);
    assert_eq!(subject.books.state().await, before);
    assert!(subject.disarm(1).await);
    let alarm = subject.books.state().await.alarm;
    assert_eq!((alarm.armed_by, alarm.rang_at), (None, Some(subject.books.clock_now())));
    assert!(!subject.disarm(1).await);
}

/// However long it takes, and however much is spent meanwhile.
pub async fn an_alarm_that_has_rung_is_quiet_until_money_comes_in(subject: Subject) {
    subject.run_low().await;
    assert!(subject.disarm(1).await);
    subject.books.advance(TimeDelta::days(30));
    assert_eq!(subject.low().await, []);
    subject.books.charge("0.9").await.unwrap();
    // More than the threshold, but not clear of it.
    subject.books.top_up("1").await;
    subject.books.charge("0.5").await.unwrap();
    assert_eq!(subject.low().await, []);
    subject.books.top_up("1").await;
    subject.books.charge("1").await.unwrap();
    let account = subject.books.account.clone();
    assert_eq!(subject.low().await, [LowBalance::new(account, usd("0.6"), usd("1"), 6)]);
}

/// Counted from when it rang, to the microsecond.
pub async fn an_alarm_is_left_in_peace_for_a_while(subject: Subject) {
    subject.run_low().await;
    assert!(subject.disarm(1).await);
    subject.books.top_up("5").await;
    subject.books.charge("5").await.unwrap();
    assert_eq!(subject.armed_by().await, Some(3));
    assert_eq!(subject.low().await, []);
    subject.books.advance(Alerts::COOLDOWN - TimeDelta::microseconds(1));
    assert_eq!(subject.low().await, []);
    subject.books.advance(TimeDelta::microseconds(1));
    assert_eq!(subject.low().await.len(), 1);
    assert!(subject.disarm(3).await);
    assert_eq!(subject.books.state().await.alarm.rang_at, Some(subject.books.clock_now()));
}

/// The owner was told of one crossing, and will be told of the next.
pub async fn money_that_came_in_before_an_alarm_is_disarmed_arms_it_anew(subject: Subject) {
    subject.run_low().await;
    subject.books.top_up("5").await;
    subject.books.charge("0.5").await.unwrap();
    assert!(subject.disarm(1).await);
    // By how the account stands then.
    assert_eq!(subject.armed_by().await, Some(4));
    // Not by money that leaves the balance near the threshold, or below.
    let borys = subject.of("borys");
    borys.run_low().await;
    borys.books.top_up("0.199999").await;
    assert!(borys.disarm(1).await);
    assert_eq!(borys.armed_by().await, None);
}

/// Whichever is first.
pub async fn a_top_up_and_a_disarm_at_once_leave_the_alarm_armed(subject: Subject) {
    for round in 0..rounds(50) {
        let subject = subject.of(&format!("account {round}"));
        subject.run_low().await;
        let (topping_up, ringing) = (subject.clone(), subject.clone());
        let top_up = tokio::spawn(async move { topping_up.books.top_up("5").await });
        let disarm = tokio::spawn(async move { ringing.disarm(1).await });
        top_up.await.unwrap();
        assert!(disarm.await.unwrap(), "round {round}");
        let alarm = subject.books.state().await.alarm;
        assert_eq!(
            (alarm.armed_by, alarm.rang_at),
            (Some(3), Some(subject.books.clock_now())),
            "round {round}"
        );
    }
}

/// However many have read of it.
pub async fn of_many_who_disarm_at_once_one_does(subject: Subject) {
    for round in 0..rounds(10) {
        let subject = subject.of(&format!("account {round}"));
        subject.run_low().await;
        let answers = at_once((0..20).map(|_| {
            let subject = subject.clone();
            async move { subject.disarm(1).await }
        }))
        .await;
        assert_eq!(answers.iter().filter(|was_first| **was_first).count(), 1, "{answers:?}");
        assert_eq!(subject.armed_by().await, None);
    }
}

/// A round of work is bounded, and none of those who wait is passed over for ever.
pub async fn low_balances_are_listed_by_account_up_to_a_limit(subject: Subject) {
    for number in [3, 0, 4, 1, 2] {
        subject.of(&format!("account {number}")).run_low().await;
    }
    subject.of("account 5").books.top_up("5").await;
    let quiet_since = subject.books.clock_now() - Alerts::COOLDOWN;
    let alarms = Arc::clone(&subject.alarms);
    for (limit, expected) in [(0, &[][..]), (2, &[0, 1]), (2, &[2, 3]), (2, &[4]), (2, &[])] {
        let low = alarms.low_balances(quiet_since, limit).await.unwrap();
        let accounts: Vec<_> = low.iter().map(|low| low.account.to_string()).collect();
        let expected: Vec<_> = expected.iter().map(|number| format!("account {number}")).collect();
        assert_eq!(accounts, expected);
        for low in low {
            assert!(alarms.disarm(&low.account, low.armed_by, subject.books.clock_now()).await.unwrap());
        }
    }
}
