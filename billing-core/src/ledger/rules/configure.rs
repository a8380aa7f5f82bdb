use chrono::{DateTime, Utc};

use super::{
    check::{check_amount, check_text},
    roll,
};
use crate::{Account, AccountChange, LedgerError, Money, Period, SpendWindow};

/// Changes limits, zone, flags, tier or threshold.
///
/// # Errors
/// [`LedgerError::LimitAboveCeiling`], [`LedgerError::InvalidAmount`], [`LedgerError::WrongCurrency`] or
/// [`LedgerError::InvalidRequest`]; the account is unchanged then.
pub fn configure(
    account: &mut Account,
    change: &AccountChange,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let mut changed = account.clone();
    roll(&mut changed, now);
    set_limit(&mut changed.day, Period::Daily, change.daily_limit, change.daily_ceiling)?;
    set_limit(&mut changed.month, Period::Monthly, change.monthly_limit, change.monthly_ceiling)?;
    if let Some(tier) = &change.tier {
        tier.as_deref().map_or(Ok(()), |tier| check_text("tier", tier, 64))?;
        changed.tier.clone_from(tier);
    }
    if let Some(threshold) = change.low_balance {
        check_amount(threshold, changed.posted.currency(), 0, "must not be negative")?;
        changed.alarm.set_threshold(threshold, changed.posted, changed.sequence);
    }
    changed.time_zone = change.time_zone.unwrap_or(changed.time_zone);
    changed.suspended = change.suspended.unwrap_or(changed.suspended);
    changed.billing_enabled = change.billing_enabled.unwrap_or(changed.billing_enabled);
    *account = changed;
    Ok(())
}

fn set_limit(
    window: &mut SpendWindow,
    period: Period,
    limit: Option<Money>,
    ceiling: Option<Money>,
) -> Result<(), LedgerError> {
    for amount in [limit, ceiling].into_iter().flatten() {
        check_amount(amount, window.limit.currency(), 0, "must not be negative")?;
    }
    if let Some(ceiling) = ceiling {
        window.ceiling = ceiling;
        if window.limit.micros() > ceiling.micros() {
            window.limit = ceiling;
        }
    }
    match limit {
        Some(limit) if limit.micros() > window.ceiling.micros() => {
            Err(LedgerError::LimitAboveCeiling { period, limit, ceiling: window.ceiling })
        }
        Some(limit) => {
            window.limit = limit;
            Ok(())
        }
        None => Ok(()),
    }
}
