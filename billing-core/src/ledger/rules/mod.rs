//! The arithmetic of the ledger, as plain functions over one account: for those who write a back end.
//!
//! A back end locks the account, loads it with the hold or posting in question, calls one of these, and stores what
//! changed, in one transaction. The functions never wait and know nothing of storage, so memory, SQLite and
//! PostgreSQL can't disagree about a rule.
mod check;
mod configure;
mod hold;
mod posting;

use chrono::{DateTime, Utc};

pub use check::{Check, check_id};
pub use configure::configure;
pub use hold::{
    authorize, authorize_again, capture, capture_again, expires_at, extend, let_through, release, tombstone,
    void,
};
pub use posting::{Reversal, adjust, adjust_again, charge, charge_again, reverse, top_up, top_up_again};

use super::{
    Account, BookAccount, HouseAccount, LedgerError, LimitExceeded, Period, Posting, PostingKind, SpendWindow,
};
use crate::{Money, PostingId};

/// Begins a new day or month of the account when the current one is over.
pub fn roll(account: &mut Account, now: DateTime<Utc>) {
    let zone = account.time_zone;
    let begin = |window: &mut SpendWindow, end: fn(crate::TimeZone, DateTime<Utc>) -> DateTime<Utc>| {
        if window.ends_at <= now {
            window.ends_at = end(zone, now);
            window.used = Money::zero(window.used.currency());
        }
    };
    begin(&mut account.day, crate::TimeZone::day_end);
    begin(&mut account.month, crate::TimeZone::month_end);
}

/// Decides whether the account may spend `amount`, and what it comes to: nothing when it is not billed.
fn admit(account: &Account, amount: Money) -> Result<Money, LedgerError> {
    if account.suspended {
        return Err(LedgerError::AccountSuspended { account: account.id.clone() });
    }
    if !account.billing_enabled {
        return Ok(Money::zero(amount.currency()));
    }
    if account.is_in_debt() {
        return Err(LedgerError::InDebt { required: amount, posted: account.posted });
    }
    let available = account.available();
    if available.micros() < amount.micros() {
        return Err(LedgerError::InsufficientFunds { required: amount, available });
    }
    let windows = [(Period::Daily, account.day), (Period::Monthly, account.month)];
    match windows.into_iter().find(|(_, window)| !window.admits(amount)) {
        Some((period, _)) => {
            let exceeded = LimitExceeded::new(period, amount, account.day, account.month);
            Err(LedgerError::LimitExceeded(Box::new(exceeded)))
        }
        None => Ok(amount),
    }
}

/// Decides whether the account may give `amount` back: money that it has, and that no call has set aside.
fn admit_refund(account: &Account, amount: Money) -> Result<(), LedgerError> {
    if account.is_in_debt() {
        return Err(LedgerError::InDebt { required: amount, posted: account.posted });
    }
    let available = account.available();
    if available.micros() < amount.micros() {
        return Err(LedgerError::InsufficientFunds { required: amount, available });
    }
    Ok(())
}

/// A posting of usage, and what it does to the account's totals.
fn spend(
    account: &mut Account,
    id: PostingId,
    amount: Money,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    account.spent = add(account.spent, amount)?;
    account.calls += 1;
    account.last_call_at = Some(now);
    let change = Money::from_micros(-amount.micros(), amount.currency());
    post(account, id, PostingKind::Capture, BookAccount::House(HouseAccount::Revenue), change, now)
}

/// Writes a posting that changes the account's balance by `change`, with `other` on the other side.
fn post(
    account: &mut Account,
    id: PostingId,
    kind: PostingKind,
    other: BookAccount,
    change: Money,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    account.posted = add(account.posted, change)?;
    account.sequence += 1;
    if change.is_positive() {
        account.alarm.money_came_in(account.posted, account.sequence);
    }
    let own = BookAccount::Owned(account.id.clone());
    let credits_owner =
        matches!(kind, PostingKind::TopUp | PostingKind::Reinstatement) || change.is_positive();
    let (debit, credit) = if credits_owner { (other, own) } else { (own, other) };
    let amount = Money::from_micros(change.micros().saturating_abs(), change.currency());
    let mut posting = Posting::new(id, account.id.clone(), kind, debit, credit, amount, now);
    posting.sequence = account.sequence;
    posting.balance_after = account.posted;
    Ok(posting)
}

fn add(sum: Money, amount: Money) -> Result<Money, LedgerError> {
    sum.checked_add(amount)
        .ok_or(LedgerError::InvalidAmount { amount, rule: "does not fit into the balance" })
}

fn subtract_to_zero(sum: Money, amount: Money) -> Money {
    Money::from_micros(sum.micros().saturating_sub(amount.micros()).max(0), sum.currency())
}
