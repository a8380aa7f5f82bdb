use chrono::{DateTime, Utc};

use super::{add, admit, post, roll, spend};
use crate::{
    Account, Adjust, BookAccount, Charge, HouseAccount, LedgerError, Money, Posting, PostingId, PostingKind,
    Residue, Reverse, TopUp,
};

/// How much of a top-up has been taken back, and as of which revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Reversal {
    /// The total taken back.
    pub total: Money,
    /// The revision that said so.
    pub revision: u64,
    /// What of the top-up's residue went back with it.
    pub residue: Residue,
}

impl Reversal {
    /// A stored reversal.
    pub fn new(total: Money, revision: u64, residue: Residue) -> Self {
        Self { total, revision, residue }
    }
}

/// Takes a known cost. Expired holds of the account are to be released before.
///
/// # Errors
/// A refusal.
pub fn charge(account: &mut Account, request: &Charge, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
    roll(account, now);
    let amount = admit(account, request.amount)?;
    account.day.used = add(account.day.used, amount)?;
    account.month.used = add(account.month.used, amount)?;
    let mut posting = spend(account, request.id, amount, now)?;
    posting.operation = Some(request.operation.clone());
    posting.breakdown.clone_from(&request.breakdown);
    Ok(posting)
}

/// Whether a charge whose id is taken is a repeat. A stored amount of zero is usage of an account that was not
/// billed, whatever was asked.
///
/// # Errors
/// [`LedgerError::IdReused`].
pub fn charge_again(posting: &Posting, request: &Charge) -> Result<(), LedgerError> {
    let same = posting.kind == PostingKind::Capture
        && posting.operation.as_ref() == Some(&request.operation)
        && (posting.amount == request.amount || posting.amount.is_zero());
    same.then_some(()).ok_or(LedgerError::IdReused { id: request.id.as_uuid() })
}

/// Credits money that came in.
///
/// # Errors
/// [`LedgerError::InvalidAmount`] when the balance can't hold it.
pub fn top_up(account: &mut Account, request: &TopUp, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
    let gateway = BookAccount::House(HouseAccount::Gateway(request.gateway.clone()));
    let mut posting = post(account, request.id, PostingKind::TopUp, gateway, request.amount, now)?;
    posting.residue = request.residue;
    Ok(posting)
}

/// Whether a top-up whose id is taken is a repeat.
///
/// # Errors
/// [`LedgerError::IdReused`].
pub fn top_up_again(posting: &Posting, request: &TopUp) -> Result<(), LedgerError> {
    let gateway = BookAccount::House(HouseAccount::Gateway(request.gateway.clone()));
    let same = posting.kind == PostingKind::TopUp
        && (posting.amount, posting.residue) == (request.amount, request.residue)
        && posting.debit == gateway;
    same.then_some(()).ok_or(LedgerError::IdReused { id: request.id.as_uuid() })
}

/// What a `reverse` comes to: the reversal to store, if it is news, and the posting, if money moves.
///
/// # Errors
/// [`LedgerError::InvalidAmount`] when more is taken back than came in; [`LedgerError::TopUpNotFound`] when the
/// posting is no top-up; [`LedgerError::IdReused`] when the revision was applied with another total.
pub fn reverse(
    account: &mut Account,
    top_up: &Posting,
    so_far: Option<Reversal>,
    request: &Reverse,
    now: DateTime<Utc>,
) -> Result<(Option<Reversal>, Option<Posting>), LedgerError> {
    if top_up.kind != PostingKind::TopUp {
        return Err(LedgerError::TopUpNotFound { top_up: request.top_up });
    }
    if request.total.micros() > top_up.amount.micros() {
        return Err(LedgerError::InvalidAmount { amount: request.total, rule: "exceeds the top-up" });
    }
    if let Some(so_far) = so_far {
        if request.revision < so_far.revision {
            return Ok((None, None));
        }
        if request.revision == so_far.revision {
            let same = request.total == so_far.total;
            return if same {
                Ok((None, None))
            } else {
                Err(LedgerError::IdReused { id: top_up.id.as_uuid() })
            };
        }
    }
    let taken = request.total.micros() - so_far.map_or(0, |reversal| reversal.total.micros());
    let residue_before = so_far.map_or(Residue::ZERO, |reversal| reversal.residue);
    let kind = if taken > 0 { PostingKind::Reversal } else { PostingKind::Reinstatement };
    let mut reversal =
        Reversal { total: request.total, revision: request.revision, residue: request.residue };
    if taken == 0 {
        // Nothing is posted, so no residue moves either.
        reversal.residue = residue_before;
        return Ok((Some(reversal), None));
    }
    let change = Money::from_micros(-taken, request.total.currency());
    let mut posting = post(account, PostingId::at(now), kind, top_up.debit.clone(), change, now)?;
    posting.top_up = Some(top_up.id);
    let out_of_range =
        LedgerError::InvalidAmount { amount: request.total, rule: "leaves a residue out of range" };
    let residue = if taken > 0 {
        request.residue.checked_sub(residue_before)
    } else {
        residue_before.checked_sub(request.residue)
    };
    posting.residue = residue.ok_or(out_of_range)?;
    Ok((Some(reversal), Some(posting)))
}

/// Corrects a balance. Expired holds of the account are to be released before.
///
/// # Errors
/// [`LedgerError::InsufficientFunds`] when more would be taken than is available.
pub fn adjust(account: &mut Account, request: &Adjust, now: DateTime<Utc>) -> Result<Posting, LedgerError> {
    let available = account.available();
    let taken = -request.amount.micros();
    if taken > 0 && available.micros() < taken {
        let required = Money::from_micros(taken, available.currency());
        return Err(LedgerError::InsufficientFunds { required, available });
    }
    let other = BookAccount::House(HouseAccount::Adjustments);
    let mut posting = post(account, request.id, PostingKind::Adjustment, other, request.amount, now)?;
    posting.memo = Some(request.reason.clone());
    posting.actor = Some(request.actor.clone());
    Ok(posting)
}

/// Whether an adjustment whose id is taken is a repeat.
///
/// # Errors
/// [`LedgerError::IdReused`].
pub fn adjust_again(posting: &Posting, request: &Adjust) -> Result<(), LedgerError> {
    let same = posting.kind == PostingKind::Adjustment
        && posting.change() == request.amount
        && posting.actor.as_ref() == Some(&request.actor)
        && posting.memo.as_ref() == Some(&request.reason);
    same.then_some(()).ok_or(LedgerError::IdReused { id: request.id.as_uuid() })
}
