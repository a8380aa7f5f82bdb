//! A caller's `Idempotency-Key`: a double click, or a repeat after a lost answer, is one payment.
use billing_core::{AccountId, Claim, PaymentId};
use chrono::TimeDelta;
use http::{HeaderMap, StatusCode};

use crate::{App, error::ApiError};

const HEADER: &str = "idempotency-key";
const LONGEST_BYTES: usize = 255;
/// Providers forget our own key after a day, and would open a second order.
const LIFE: TimeDelta = TimeDelta::hours(24);

/// The payment that a request is about.
#[derive(Debug)]
pub(super) enum Key {
    /// The one that the caller's key stands for.
    Given(Claim),
    /// A new one: the caller sent no key.
    None(PaymentId),
}

impl Key {
    /// Claims the caller's key for a new payment, unless it stands for one already.
    pub(super) async fn claim(
        app: &App,
        headers: &HeaderMap,
        account: &AccountId,
        route: &str,
        content: String,
    ) -> Result<Self, ApiError> {
        let fresh = PaymentId::new();
        let Some(key) = read(headers)? else { return Ok(Self::None(fresh)) };
        let claim = Claim::new(account.clone(), route, key, content, fresh, app.clock.now());
        let standing = app.store.keys.claim(&claim).await?;
        if standing.content != claim.content {
            let message = "this Idempotency-Key was sent with another body; take a new key for a new payment";
            return Err(ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_KEY_REUSED", message));
        }
        if claim.claimed_at - standing.claimed_at >= LIFE {
            let message = "this Idempotency-Key is older than a day; take a new one";
            return Err(ApiError::new(StatusCode::CONFLICT, "IDEMPOTENCY_KEY_EXPIRED", message));
        }
        Ok(Self::Given(standing))
    }

    pub(super) fn payment(&self) -> PaymentId {
        match self {
            Self::Given(claim) => claim.payment,
            Self::None(payment) => *payment,
        }
    }

    pub(super) fn is_given(&self) -> bool {
        matches!(self, Self::Given(_))
    }

    /// Lets the key stand for a new payment; of several who do so at once, for that of the first.
    pub(super) async fn renew(&mut self, app: &App) -> Result<(), ApiError> {
        let renewed = match self {
            Self::Given(claim) => Self::Given(app.store.keys.replace(claim, PaymentId::new()).await?),
            Self::None(_) => Self::None(PaymentId::new()),
        };
        *self = renewed;
        Ok(())
    }
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
