use std::time::Duration;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

use super::{add, admit, admit_refund, roll, spend, subtract_to_zero};
use crate::{
    Account, Authorize, Capture, Extend, Hold, HoldState, LedgerError, LedgerSettings, Money, Posting,
    RefusalReason, SpendWindow, Void,
};

/// Places a new hold. Expired holds of the account are to be released before.
///
/// # Errors
/// A refusal.
pub fn authorize(
    account: &mut Account,
    request: &Authorize,
    settings: &LedgerSettings,
    now: DateTime<Utc>,
) -> Result<Hold, LedgerError> {
    roll(account, now);
    let mut hold = new_hold(request, expires_at(now, request.ttl.unwrap_or(settings.hold_ttl)), now);
    if request.is_refund {
        admit_refund(account, request.amount)?;
        account.held = add(account.held, request.amount)?;
        return Ok(hold);
    }
    let amount = match admit(account, request.amount) {
        Ok(amount) => amount,
        Err(error) => {
            let reason = error.refusal().filter(|_| request.observe).ok_or(error)?;
            return Ok(observed(hold, account, reason));
        }
    };
    account.held = add(account.held, amount)?;
    account.day.used = add(account.day.used, amount)?;
    account.month.used = add(account.month.used, amount)?;
    hold.amount = amount;
    hold.exempt = !account.billing_enabled;
    (hold.day_ends_at, hold.month_ends_at) = (account.day.ends_at, account.month.ends_at);
    Ok(hold)
}

/// A hold of all that is asked for, which counts in no window.
fn new_hold(request: &Authorize, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> Hold {
    Hold {
        requested: Some(request.amount),
        operation: Some(request.operation.clone()),
        created_at: now,
        ..Hold::new(request.id, request.account.clone(), request.amount, expires_at)
    }
}

/// A hold of nothing, which says why there would be none.
fn observed(hold: Hold, account: &Account, reason: RefusalReason) -> Hold {
    Hold {
        amount: Money::zero(hold.amount.currency()),
        exempt: true,
        would_refuse: Some(reason),
        day_ends_at: account.day.ends_at,
        month_ends_at: account.month.ends_at,
        ..hold
    }
}

/// What an authorize on a stored hold answers: nothing when the hold is the one asked for and open.
///
/// # Errors
/// [`LedgerError::IdReused`], [`LedgerError::HoldClosed`] or [`LedgerError::HoldOpen`].
pub fn authorize_again(hold: &Hold, request: &Authorize, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let same = hold.requested == Some(request.amount) && hold.operation.as_ref() == Some(&request.operation);
    if hold.requested.is_some() && !same {
        return Err(LedgerError::IdReused { id: hold.id.as_uuid() });
    }
    check_open(hold, now)?;
    if request.is_first { Err(LedgerError::HoldOpen { hold: hold.id }) } else { Ok(()) }
}

/// Frees a hold's money: `end` says by whom. Does nothing to a hold that is no longer open.
pub fn release(account: &mut Account, hold: &mut Hold, end: HoldState, now: DateTime<Utc>) {
    if hold.state != HoldState::Open {
        return;
    }
    roll(account, now);
    account.held = subtract_to_zero(account.held, hold.amount);
    give_back(&mut account.day, hold.day_ends_at, hold.amount);
    give_back(&mut account.month, hold.month_ends_at, hold.amount);
    hold.state = end;
}

/// Ends a hold as voided.
///
/// # Errors
/// [`LedgerError::HoldClosed`] when it was captured.
pub fn void(account: &mut Account, hold: &mut Hold, now: DateTime<Utc>) -> Result<(), LedgerError> {
    match hold.state {
        HoldState::Captured => Err(LedgerError::HoldClosed { hold: hold.id, state: hold.state }),
        HoldState::Open => {
            release(account, hold, HoldState::Voided, now);
            Ok(())
        }
        HoldState::Voided | HoldState::Expired => {
            hold.state = HoldState::Voided;
            Ok(())
        }
    }
}

/// A hold that was voided before it was placed.
pub fn tombstone(account: &Account, request: &Void, now: DateTime<Utc>) -> Hold {
    Hold {
        id: request.hold,
        account: request.account.clone(),
        amount: Money::zero(account.posted.currency()),
        requested: None,
        operation: None,
        state: HoldState::Voided,
        exempt: false,
        would_refuse: None,
        captured: None,
        expires_at: now,
        day_ends_at: account.day.ends_at,
        month_ends_at: account.month.ends_at,
        created_at: now,
    }
}

/// The hold of a call that was let through without one: it holds nothing, and its capture is late. `None` where the
/// capture is not of such a call.
pub fn let_through(account: &Account, request: &Capture, now: DateTime<Utc>) -> Option<Hold> {
    let operation = request.let_through.clone()?;
    Some(Hold {
        id: request.hold,
        account: request.account.clone(),
        amount: Money::zero(account.posted.currency()),
        requested: None,
        operation: Some(operation),
        state: HoldState::Expired,
        exempt: !account.billing_enabled,
        would_refuse: None,
        captured: None,
        expires_at: now,
        day_ends_at: account.day.ends_at,
        month_ends_at: account.month.ends_at,
        created_at: now,
    })
}

/// Gives an open hold until `ttl` from now, and never less than it had.
///
/// # Errors
/// [`LedgerError::HoldClosed`].
pub fn extend(hold: &mut Hold, request: &Extend, now: DateTime<Utc>) -> Result<(), LedgerError> {
    check_open(hold, now)?;
    hold.expires_at = hold.expires_at.max(expires_at(now, request.ttl));
    Ok(())
}

/// Takes the cost of a call. Other expired holds of the account are to be released before.
///
/// # Errors
/// [`LedgerError::HoldClosed`] when the hold was captured or voided; whether a captured one is a repeat is for
/// [`capture_again`] to say.
pub fn capture(
    account: &mut Account,
    hold: &mut Hold,
    request: &Capture,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    roll(account, now);
    if hold.expires_at <= now {
        release(account, hold, HoldState::Expired, now);
    }
    let beyond = account.available().micros().max(0);
    let (held, late) = match hold.state {
        HoldState::Open => (hold.amount, false),
        HoldState::Expired => (Money::zero(hold.amount.currency()), true),
        HoldState::Captured | HoldState::Voided => {
            return Err(LedgerError::HoldClosed { hold: hold.id, state: hold.state });
        }
    };
    let wanted = if hold.exempt { 0 } else { request.amount.micros() };
    let taken = wanted.min(held.micros().saturating_add(beyond));
    account.held = subtract_to_zero(account.held, held);
    count(&mut account.day, hold.day_ends_at, taken, held.micros());
    count(&mut account.month, hold.month_ends_at, taken, held.micros());
    hold.state = HoldState::Captured;
    hold.captured = Some(request.amount);

    let taken = Money::from_micros(taken, held.currency());
    let mut posting = spend(account, hold.id.into(), taken, now)?;
    let wanted = if hold.would_refuse.is_some() { request.amount.micros() } else { wanted };
    posting.uncollected = Money::from_micros(wanted - taken.micros(), held.currency());
    posting.would_refuse = hold.would_refuse;
    posting.late = late;
    posting.operation.clone_from(&hold.operation);
    posting.breakdown.clone_from(&request.breakdown);
    Ok(posting)
}

/// Whether a capture of a captured hold is a repeat.
///
/// # Errors
/// [`LedgerError::IdReused`] when the hold was captured with another amount.
pub fn capture_again(hold: &Hold, request: &Capture) -> Result<(), LedgerError> {
    if hold.captured == Some(request.amount) {
        Ok(())
    } else {
        Err(LedgerError::IdReused { id: hold.id.as_uuid() })
    }
}

/// Whether a hold is open at `now`; one whose time is over counts as expired.
fn check_open(hold: &Hold, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let state = match hold.state {
        HoldState::Open if hold.expires_at <= now => HoldState::Expired,
        state => state,
    };
    if state == HoldState::Open { Ok(()) } else { Err(LedgerError::HoldClosed { hold: hold.id, state }) }
}

/// Counts what was taken in place of what was held: less only in the window that counted the hold, more always.
fn count(window: &mut SpendWindow, held_until: DateTime<Utc>, taken: i64, held: i64) {
    let change = taken - held;
    if change > 0 || window.ends_at == held_until {
        let used = window.used.micros().saturating_add(change).max(0);
        window.used = Money::from_micros(used, window.used.currency());
    }
}

fn give_back(window: &mut SpendWindow, held_until: DateTime<Utc>, amount: Money) {
    if window.ends_at == held_until {
        window.used = subtract_to_zero(window.used, amount);
    }
}

/// When a hold of `ttl` ends that is placed at `now`: in whole microseconds, as every back end stores it.
pub fn expires_at(now: DateTime<Utc>, ttl: Duration) -> DateTime<Utc> {
    let ttl = TimeDelta::from_std(ttl.min(LedgerSettings::MAX_HOLD_TTL)).unwrap_or_default();
    now.checked_add_signed(ttl).unwrap_or(DateTime::<Utc>::MAX_UTC).trunc_subsecs(6)
}
