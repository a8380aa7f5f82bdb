//! What a call gets that is let through.
use billing_core::Authorization;
use http::{HeaderMap, HeaderName, HeaderValue};

use crate::{Meter, guard::HoldGuard};

/// A call that is let through with money held for it.
pub(crate) struct Pass {
    pub(crate) guard: HoldGuard,
    pub(crate) headers: PassHeaders,
}

impl Pass {
    pub(crate) fn meter(pass: Option<&Self>) -> Meter {
        pass.map_or_else(Meter::unbilled, |pass| pass.guard.meter())
    }
}

/// What a caller learns about a call that was let through.
pub(crate) struct PassHeaders([(HeaderName, String); 3]);

impl PassHeaders {
    pub(crate) fn new(authorization: &Authorization) -> Self {
        let hold = &authorization.hold;
        Self([
            (HeaderName::from_static("x-billing-hold"), hold.id.to_string()),
            (HeaderName::from_static("x-billing-held"), hold.amount.amount().to_string()),
            (HeaderName::from_static("x-billing-available"), authorization.available.amount().to_string()),
        ])
    }

    pub(crate) fn write(self, headers: &mut HeaderMap) {
        for (name, text) in self.0 {
            if let Ok(value) = HeaderValue::try_from(text) {
                headers.insert(name, value);
            }
        }
    }
}
