//! A caller's `Idempotency-Key`: a double click, or a repeat after a lost answer, is one payment.
use billing_core::{AccountId, Claim, Money, PaymentId};
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};

use crate::{App, error::ApiError};

const HEADER: &str = "idempotency-key";
const LONGEST_BYTES: usize = 255;
/// Providers forget our own key after a day, and would open a second order.
const LIFE: TimeDelta = TimeDelta::hours(24);

/// The payment that a request is about: a new one, or the one that its key stands for.
pub(super) async fn payment_of(
    app: &App,
    headers: &HeaderMap,
    account: &AccountId,
    route: &str,
    amount: Money,
) -> Result<PaymentId, ApiError> {
    let fresh = PaymentId::new();
    let Some(key) = read(headers)? else { return Ok(fresh) };
    let claim = Claim::new(account.clone(), route, key, amount.to_string(), fresh, app.clock.now());
    let standing = app.store.keys.claim(&claim).await?;
    if standing.content != claim.content {
        let message = "this Idempotency-Key was sent with another amount; take a new key for a new payment";
        return Err(ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_KEY_REUSED", message));
    }
    if claim.claimed_at - standing.claimed_at >= LIFE {
        let message = "this Idempotency-Key is older than a day; take a new one";
        return Err(ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_KEY_EXPIRED", message));
    }
    Ok(standing.payment)
}

fn read(headers: &HeaderMap) -> Result<Option<&str>, ApiError> {
    let mut keys = headers.get_all(HEADER).iter();
    let Some(key) = keys.next() else { return Ok(None) };
    let visible = |key: &&str| {
        (1..=LONGEST_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
    };
    match key.to_str().ok().filter(visible) {
        Some(key) if keys.next().is_none() => Ok(Some(key)),
        _ => {
            let message = "the header Idempotency-Key has 1 to 255 visible ASCII characters, once";
            Err(ApiError::bad_request("INVALID_IDEMPOTENCY_KEY", message))
        }
    }
}
