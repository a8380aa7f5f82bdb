use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::{
    Adjust, Authorize, Capture, Charge, Currency, Extend, LedgerError, LedgerSettings, Money, Reverse, TopUp,
    Void,
};

/// Refuses what no account could make valid: a wrong id, currency or amount.
///
/// # Errors
/// [`LedgerError::InvalidId`], [`LedgerError::WrongCurrency`], [`LedgerError::InvalidAmount`] or
/// [`LedgerError::InvalidRequest`].
pub trait Check {
    /// Whether the request is well formed at `now`.
    ///
    /// # Errors
    /// Those of the trait.
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError>;
}

impl Check for Authorize {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.id.as_uuid(), now)?;
        check_ttl(self.ttl)?;
        check_amount(self.amount, settings.currency(), 0, "must not be negative")
    }
}

impl Check for Capture {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.hold.as_uuid(), now)?;
        check_amount(self.amount, settings.currency(), 0, "must not be negative")
    }
}

impl Check for Void {
    fn check(&self, _settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.hold.as_uuid(), now)
    }
}

impl Check for Extend {
    fn check(&self, _settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.hold.as_uuid(), now)?;
        check_ttl(Some(self.ttl))
    }
}

impl Check for Charge {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.id.as_uuid(), now)?;
        check_amount(self.amount, settings.currency(), 0, "must not be negative")
    }
}

impl Check for TopUp {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.id.as_uuid(), now)?;
        check_text("gateway", &self.gateway, 64)?;
        check_amount(self.amount, settings.currency(), 1, "must be greater than 0")
    }
}

impl Check for Reverse {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.top_up.as_uuid(), now)?;
        check_amount(self.total, settings.currency(), 0, "must not be negative")
    }
}

impl Check for Adjust {
    fn check(&self, settings: &LedgerSettings, now: DateTime<Utc>) -> Result<(), LedgerError> {
        check_id(self.id.as_uuid(), now)?;
        check_text("actor", &self.actor, 200)?;
        check_text("reason", &self.reason, 1_000)?;
        if self.amount.is_zero() {
            return Err(LedgerError::InvalidAmount { amount: self.amount, rule: "must not be 0" });
        }
        let magnitude = Money::from_micros(self.amount.micros().saturating_abs(), self.amount.currency());
        check_amount(magnitude, settings.currency(), 1, "must not be 0")
    }
}

/// Refuses an id that no ledger takes, before anything is done that the ledger has to hear of later.
///
/// # Errors
/// [`LedgerError::InvalidId`] when it is no UUID of version 7, or lies more than a day ahead of `now`.
pub fn check_id(id: Uuid, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let made_at = match id.get_timestamp() {
        Some(stamp) if id.get_version_num() == 7 => stamp.to_unix().0,
        _ => return Err(LedgerError::InvalidId { id, rule: "is not a UUID of version 7" }),
    };
    let latest = u64::try_from(now.timestamp()).unwrap_or_default() + 24 * 60 * 60;
    if made_at > latest {
        return Err(LedgerError::InvalidId { id, rule: "lies more than a day ahead" });
    }
    Ok(())
}

fn check_ttl(ttl: Option<std::time::Duration>) -> Result<(), LedgerError> {
    match ttl {
        Some(ttl) if ttl.is_zero() || ttl > LedgerSettings::MAX_HOLD_TTL => {
            Err(LedgerError::InvalidRequest { field: "ttl", rule: "must be above 0 and at most a day" })
        }
        _ => Ok(()),
    }
}

pub(super) fn check_amount(
    amount: Money,
    currency: Currency,
    least_micros: i64,
    rule: &'static str,
) -> Result<(), LedgerError> {
    if amount.currency() != currency {
        return Err(LedgerError::WrongCurrency { expected: currency, found: amount.currency() });
    }
    if amount.micros() < least_micros {
        return Err(LedgerError::InvalidAmount { amount, rule });
    }
    if amount.micros() > Money::MAX_UNITS * 1_000_000 {
        return Err(LedgerError::InvalidAmount { amount, rule: "must be at most 1000000000" });
    }
    Ok(())
}

pub(super) fn check_text(field: &'static str, text: &str, most_bytes: usize) -> Result<(), LedgerError> {
    if text.trim().is_empty() || text.len() > most_bytes {
        return Err(LedgerError::InvalidRequest { field, rule: "must not be blank or too long" });
    }
    // What one database can't keep, none does.
    if text.contains('\0') {
        return Err(LedgerError::InvalidRequest { field, rule: "must not have a NUL" });
    }
    Ok(())
}
