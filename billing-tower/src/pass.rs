//! What a call gets that is let through.
use billing_core::{Authorization, Authorize, HoldId, Money};
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Meter, guard::HoldGuard};

const HOLD: HeaderName = HeaderName::from_static("x-billing-hold");
const HELD: HeaderName = HeaderName::from_static("x-billing-held");
const AVAILABLE: HeaderName = HeaderName::from_static("x-billing-available");

/// A call that is let through with money held for it.
pub(crate) struct Pass {
    pub(crate) guard: HoldGuard,
    pub(crate) headers: PassHeaders,
}

impl Pass {
    pub(crate) fn meter(pass: Option<&Self>) -> Meter {
        pass.map_or_else(Meter::unbilled, |pass| pass.guard.meter().clone())
    }
}

/// What a caller learns about a call that was let through.
pub(crate) struct PassHeaders {
    hold: HoldId,
    held: Money,
    available: Option<Money>,
}

impl PassHeaders {
    pub(crate) fn new(authorization: &Authorization) -> Self {
        let hold = &authorization.hold;
        Self { hold: hold.id, held: hold.amount, available: Some(authorization.available) }
    }

    /// Without a hold, for the ledger is out of reach.
    pub(crate) fn let_through(authorize: &Authorize) -> Self {
        let held = Money::zero(authorize.amount.currency());
        Self { hold: authorize.id, held, available: None }
    }

    pub(crate) fn write(self, headers: &mut HeaderMap) {
        let amount = |money: Money| HeaderValue::try_from(money.amount().to_string()).ok();
        let available = self.available.and_then(amount);
        let hold = HeaderValue::try_from(self.hold.to_string()).ok();
        for (name, value) in [(HOLD, hold), (HELD, amount(self.held)), (AVAILABLE, available)] {
            if let Some(value) = value {
                headers.insert(name, value);
            }
        }
    }
}
