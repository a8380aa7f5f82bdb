//! The real cost as an upstream tells it: in a header or trailer that its caller does not see.
use http::{HeaderMap, HeaderName};

use crate::Meter;

/// Reads the cost onto the meter and takes it out of the headers.
pub(crate) fn take_cost(name: Option<&HeaderName>, headers: &mut HeaderMap, meter: &Meter) {
    let Some(value) = name.and_then(|name| headers.remove(name)) else { return };
    // A call without a hold is not billed, whatever it cost.
    let Some(currency) = meter.currency() else { return };
    let text = String::from_utf8_lossy(value.as_bytes());
    match billing_core::Money::parse(&text, currency) {
        Ok(cost) => meter.record(cost),
        Err(error) => tracing::error!(cost = %text, "cost told by the upstream is ignored: {error}"),
    }
}
