//! Holding the money for a call that has a price.
use std::sync::Arc;

use billing_core::{Authorization, Authorize, Breakdown, HoldState, LedgerError, Void};

use crate::{
    Mode, Refusal,
    gate::{Gate, Priced},
    guard::HoldGuard,
    idempotency::IdempotencyKey,
    in_time::in_time,
    pass::{Pass, PassHeaders},
    settler::Place,
};

/// Takes the means to settle, then the hold: whatever is dropped from there on is undone. Nothing in observe mode, where
/// a call that can't be held runs unbilled.
pub(crate) async fn admit(gate: Arc<Gate>, priced: Priced) -> Result<Option<Pass>, Refusal> {
    let Some(place) = gate.settler.place().await else {
        tracing::error!("call can't be billed: the settler has no place left");
        return unbilled_if_observed(&gate, Refusal::unavailable());
    };
    let Priced { authorize, breakdown, key } = priced;
    let Some(key) = key else { return admit_once(&gate, place, authorize, breakdown).await };
    // Half an authorize of a key can't be undone: the hold may be that of the call which this one repeats. So it is
    // always carried to its end, and undone then if nobody waits any more.
    match tokio::spawn(async move { admit_keyed(&gate, place, authorize, breakdown, key).await }).await {
        Ok(outcome) => outcome,
        Err(error) if error.is_panic() => std::panic::resume_unwind(error.into_panic()),
        Err(_stopped) => Err(Refusal::unavailable()),
    }
}

/// A call of its own: the hold's id is new.
async fn admit_once(
    gate: &Gate,
    place: Place,
    authorize: Authorize,
    breakdown: Option<Breakdown>,
) -> Result<Option<Pass>, Refusal> {
    let ledger = gate.settler.ledger();
    let guard = HoldGuard::new(place, Arc::clone(ledger), authorize.clone(), breakdown, gate.terms());
    match in_time(ledger.authorize(authorize.clone())).await {
        Ok(authorization) => Ok(Some(pass(gate, guard, &authorization))),
        Err(error) if error.is_retryable() => let_through(gate, guard, &authorize, &error).await,
        Err(error) => {
            // Only a refusal is sure to have left no hold behind.
            if error.is_refusal() {
                guard.disarm();
            }
            refuse(gate, &authorize, &error)
        }
    }
}

/// A call that may be the repeat of another: the first hold of its key that has not ended for nothing decides. Where that
/// stays unknown, nothing is undone, for the hold may be the other call's; if it is our own, it expires.
async fn admit_keyed(
    gate: &Gate,
    place: Place,
    mut authorize: Authorize,
    breakdown: Option<Breakdown>,
    key: IdempotencyKey,
) -> Result<Option<Pass>, Refusal> {
    let ledger = gate.settler.ledger();
    for attempt in 0..IdempotencyKey::MOST_ATTEMPTS {
        authorize.id = key.hold(&authorize.account, attempt);
        let error = match in_time(ledger.authorize(authorize.clone())).await {
            Ok(authorization) => {
                let guard = HoldGuard::new(place, Arc::clone(ledger), authorize, breakdown, gate.terms());
                return Ok(Some(pass(gate, guard, &authorization)));
            }
            Err(error) => error,
        };
        let refusal = match error {
            LedgerError::HoldClosed { state: HoldState::Voided, .. } => continue,
            LedgerError::HoldClosed { state: HoldState::Expired, .. } => {
                // Whatever has become of that call, it is not charged after this one.
                let void = Void::new(authorize.account.clone(), authorize.id);
                match in_time(ledger.void(void)).await {
                    Ok(()) => continue,
                    Err(LedgerError::HoldClosed { .. }) => Refusal::call_charged(),
                    Err(error) => return refuse(gate, &authorize, &error),
                }
            }
            LedgerError::HoldClosed { .. } => Refusal::call_charged(),
            LedgerError::HoldOpen { .. } => Refusal::call_running(),
            LedgerError::IdReused { .. } => Refusal::idempotency_key_reused(),
            LedgerError::InvalidId { .. } => Refusal::invalid_idempotency_key(),
            error => return refuse(gate, &authorize, &error),
        };
        return unbilled_if_observed(gate, refusal);
    }
    unbilled_if_observed(gate, Refusal::idempotency_key_reused())
}

fn pass(gate: &Gate, mut guard: HoldGuard, authorization: &Authorization) -> Pass {
    if let Some(fail_open) = &gate.fail_open {
        fail_open.granted(authorization);
    }
    let hold = &authorization.hold;
    if let Some(reason) = hold.would_refuse {
        tracing::info!(
            account.id = %hold.account, hold.id = %hold.id, %reason,
            "observed call of account {} would be refused: {reason}", hold.account
        );
    }
    guard.keep(gate.settler.keeper().keep(hold));
    Pass { guard, headers: PassHeaders::new(authorization) }
}

/// What becomes of a call while the ledger is out of reach, and nobody knows whether there is a hold.
async fn let_through(
    gate: &Gate,
    mut guard: HoldGuard,
    authorize: &Authorize,
    error: &LedgerError,
) -> Result<Option<Pass>, Refusal> {
    let ticket = gate.fail_open.as_ref().and_then(|fail_open| fail_open.admit(authorize));
    if let Some(ticket) = ticket {
        guard.let_through(Some(ticket.clone()));
        if ticket.write_down(authorize).await {
            return Ok(Some(Pass { guard, headers: PassHeaders::let_through(authorize) }));
        }
        guard.let_through(None);
    }
    refuse(gate, authorize, error)
}

fn refuse(gate: &Gate, authorize: &Authorize, error: &LedgerError) -> Result<Option<Pass>, Refusal> {
    if let Some(fail_open) = gate.fail_open.as_ref().filter(|_| error.is_refusal()) {
        fail_open.refused(&authorize.account);
    }
    log_refusal(authorize, error);
    unbilled_if_observed(gate, gate.refusal(error))
}

fn unbilled_if_observed(gate: &Gate, refusal: Refusal) -> Result<Option<Pass>, Refusal> {
    if gate.mode == Mode::Observe {
        tracing::warn!(code = refusal.code(), "observed call runs unbilled");
        return Ok(None);
    }
    Err(refusal)
}

fn log_refusal(authorize: &Authorize, error: &LedgerError) {
    let Authorize { account, operation, .. } = authorize;
    match error {
        LedgerError::InsufficientFunds { .. } | LedgerError::InDebt { .. } => {
            tracing::info!(account.id = %account, %operation, "Insufficient balance of account {account}: {error}");
        }
        error if error.is_refusal() => {
            tracing::info!(account.id = %account, %operation, "call of account {account} is refused: {error}");
        }
        error => {
            let error: &(dyn std::error::Error + 'static) = error;
            tracing::error!(account.id = %account, %operation, error, "call of account {account} can't be billed");
        }
    }
}
