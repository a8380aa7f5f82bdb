//! The rules of [`BalanceAlarms`] of a [`Ledger`], and of [`Alerts`] on them, one function each.
mod arming;
mod crossings;
mod ringing;

use std::sync::Arc;

pub use arming::*;
use billing_core::{
    AccountChange, AccountId, Alerts, BalanceAlarms, Clock, Currency, Ledger, LedgerSettings, LowBalance,
    ManualClock,
};
pub use crossings::*;
pub use ringing::*;

use crate::ledger;

/// Makes one test of each rule of a ledger's alarms. Takes an `async fn` from
/// [`LedgerSettings`](billing_core::LedgerSettings) and an `Arc<dyn Clock>` that opens an empty ledger, as an `Arc` of
/// something that is [`Ledger`](billing_core::Ledger) and [`BalanceAlarms`](billing_core::BalanceAlarms).
#[macro_export]
macro_rules! alarm_suite {
    ($open:path) => {
        $crate::alarm_suite!(@tests $open,
            // arming
            money_arms_an_alarm_when_it_is_clear_of_the_threshold_by_a_fifth,
            a_fifth_of_a_small_threshold_is_nothing,
            an_armed_alarm_keeps_its_name,
            adjustments_and_reinstatements_arm_too,
            what_takes_money_never_arms,
            a_threshold_above_the_balance_disarms_and_one_below_arms,
            a_threshold_that_can_not_be_changes_nothing,
            // ringing
            a_balance_at_the_threshold_is_low,
            holds_do_not_make_a_balance_low,
            only_what_armed_an_alarm_disarms_it,
            an_alarm_that_has_rung_is_quiet_until_money_comes_in,
            an_alarm_is_left_in_peace_for_a_while,
            money_that_came_in_before_an_alarm_is_disarmed_arms_it_anew,
            a_top_up_and_a_disarm_at_once_leave_the_alarm_armed,
            of_many_who_disarm_at_once_one_does,
            low_balances_are_listed_by_account_up_to_a_limit,
            // everything at once
            each_crossing_is_told_once_and_none_in_the_time_of_peace,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::alarms::$rule($crate::alarms::Subject::open($open).await).await;
            }
        )*
    };
}

/// A ledger whose alarms are tested: owners are told when one dollar is left.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The ledger, its clock and one account.
    pub books: ledger::Subject,
    /// Its alarms.
    pub alarms: Arc<dyn BalanceAlarms>,
}

impl Subject {
    /// Opens a ledger whose clock stands still.
    pub async fn open<F, O, S>(open: F) -> Self
    where
        F: FnOnce(LedgerSettings, Arc<dyn Clock>) -> O,
        O: Future<Output = Arc<S>>,
        S: Ledger + BalanceAlarms,
    {
        let clock = ManualClock::new(ledger::noon());
        let settings = LedgerSettings::new(Currency::USD);
        let store = open(settings.clone(), Arc::new(clock.clone())).await;
        let account = AccountId::new("acme").unwrap();
        let alarms = Arc::<S>::clone(&store);
        Self { books: ledger::Subject { ledger: store, clock, settings, account }, alarms }
    }

    /// The same ledger, about another account.
    fn of(&self, account: &str) -> Self {
        let account = AccountId::new(account).unwrap();
        Self { books: ledger::Subject { account, ..self.books.clone() }, ..self.clone() }
    }

    async fn armed_by(&self) -> Option<u64> {
        self.books.state().await.alarm.armed_by
    }

    /// Those whose owners are to be told now.
    async fn low(&self) -> Vec<LowBalance> {
        let quiet_since = self.books.clock_now() - Alerts::COOLDOWN;
        self.alarms.low_balances(quiet_since, 100).await.unwrap()
    }

    async fn disarm(&self, armed_by: u64) -> bool {
        self.alarms.disarm(&self.books.account, armed_by, self.books.clock_now()).await.unwrap()
    }

    async fn set_threshold(&self, threshold: &str) {
        let mut change = AccountChange::default();
        change.low_balance = Some(ledger::usd(threshold));
        self.books.configure(change).await;
    }
}
