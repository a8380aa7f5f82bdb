//! Telling owners of accounts that their money runs out, and that a limit is reached.
mod ledger;

use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};

pub use self::ledger::AlertingLedger;
use crate::{AccountId, BillingEvent, Clock, LedgerError, Message, Money, Outbox, StoreError};

/// An account whose balance has fallen to its threshold, and whose alarm is armed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct LowBalance {
    /// Which account.
    pub account: AccountId,
    /// The settled balance.
    pub balance: Money,
    /// The account's threshold.
    pub threshold: Money,
    /// What armed the alarm; see [`BalanceAlarm::armed_by`](crate::BalanceAlarm::armed_by).
    pub armed_by: u64,
}

impl LowBalance {
    /// An account that has fallen to its threshold.
    pub fn new(account: AccountId, balance: Money, threshold: Money, armed_by: u64) -> Self {
        Self { account, balance, threshold, armed_by }
    }
}

/// The alarms of accounts: a ledger's back end has them, since postings arm them.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// The alarm suite of `billing-testkit` has to pass.
#[async_trait]
pub trait BalanceAlarms: fmt::Debug + Send + Sync + 'static {
    /// Up to `limit` accounts that are at their threshold or below, whose alarm is armed and has not rung after
    /// `quiet_since`.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`], [`LedgerError::Backend`].
    async fn low_balances(
        &self,
        quiet_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LowBalance>, LedgerError>;

    /// Notes that an alarm has rung ([`BalanceAlarm::rang`](crate::BalanceAlarm::rang)). `false`, with nothing changed,
    /// when it is not armed, or by something else than `armed_by`.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`], [`LedgerError::Backend`].
    async fn disarm(
        &self,
        account: &AccountId,
        armed_by: u64,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<B: BalanceAlarms + ?Sized> BalanceAlarms for Arc<B> {
    async fn low_balances(
        &self,
        quiet_since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<LowBalance>, LedgerError> {
        (**self).low_balances(quiet_since, limit).await
    }
    async fn disarm(
        &self,
        account: &AccountId,
        armed_by: u64,
        now: DateTime<Utc>,
    ) -> Result<bool, LedgerError> {
        (**self).disarm(account, armed_by, now).await
    }
}

/// Rings the alarms of accounts. Any number of replicas may do it: the message's key names what armed the alarm, so that
/// a crossing is told once, and each step is safe to repeat.
#[derive(Clone, Debug)]
pub struct Alerts {
    alarms: Arc<dyn BalanceAlarms>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
}

impl Alerts {
    /// How long an account is left in peace after its owner was told.
    pub const COOLDOWN: TimeDelta = TimeDelta::hours(24);

    /// Rings `alarms` by way of `outbox`.
    pub fn new(alarms: Arc<dyn BalanceAlarms>, outbox: Arc<dyn Outbox>, clock: Arc<dyn Clock>) -> Self {
        Self { alarms, outbox, clock }
    }

    /// Tells the owners of up to `limit` accounts that their money runs out; tells how many alarms rang. A crossing in
    /// the time of peace after another is told at its end, if the balance is still low.
    ///
    /// # Errors
    /// [`AlertError`]; what was not told is told the next time.
    pub async fn ring(&self, limit: u32) -> Result<u32, AlertError> {
        let now = self.clock.now();
        let mut rung = 0;
        for low in self.alarms.low_balances(now - Self::COOLDOWN, limit).await? {
            let key = format!("balance_low/{}/{}", low.account, low.armed_by);
            let event = BillingEvent::BalanceLow { balance: low.balance, threshold: low.threshold };
            // First told, then disarmed: a crash in between tells the same again, which is no news.
            self.outbox.enqueue(&Message::new(key, low.account.clone(), event, now)).await?;
            rung += u32::from(self.alarms.disarm(&low.account, low.armed_by, now).await?);
        }
        Ok(rung)
    }
}

/// Why alarms did not ring.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AlertError {
    /// The ledger can't tell.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The outbox takes nothing.
    #[error(transparent)]
    Store(#[from] StoreError),
}

const _: fn(&dyn BalanceAlarms) = |_| {};
