use std::{fmt, io, time::Duration};

use billing_core::GatewayError;
use http::Method;
use serde::Deserialize;

/// Why Stripe was of no help.
#[derive(Debug, thiserror::Error)]
pub(crate) enum StripeError {
    /// It said no.
    #[error(transparent)]
    Refused(Box<Refusal>),
    /// It could not be reached, or the connection was lost.
    #[error("the connection to stripe failed")]
    Unreachable(#[source] reqwest::Error),
    /// It did not answer in time, which the kind of the source tells callers that know nothing of Stripe.
    #[error("stripe did not answer in time")]
    TimedOut(#[source] io::Error),
    /// It, or something in between, answered with something else than its API does.
    #[error("the answer of stripe to a {method} with status {status} could not be read: {reason}")]
    Unreadable { method: Method, status: u16, reason: String },
    /// The answer can be read but not used.
    #[error("stripe sent {what}")]
    Unusable { what: &'static str },
}

/// A no, in those of its words that may be written to a log.
///
/// Stripe repeats the whole payment in its errors, client secret included, and parts of keys in their messages; so the
/// message is kept only where it is meant for the payer.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) status: u16,
    pub(crate) error: ErrorObject,
    pub(crate) retry_after: Option<Duration>,
    pub(crate) request_id: Option<String>,
}

/// An [error](https://docs.stripe.com/api/errors) of a call, or the last one of a payment.
#[derive(Debug, Default, Deserialize)]
#[serde(from = "Told")]
pub(crate) struct ErrorObject {
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message_for_payer: Option<String>,
}

/// An error as Stripe tells it.
#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: Option<String>,
    code: Option<String>,
    decline_code: Option<String>,
    message: Option<String>,
}

impl From<Told> for ErrorObject {
    fn from(told: Told) -> Self {
        let Told { kind, code, decline_code, message } = told;
        let message_for_payer = message.filter(|_| kind.as_deref() == Some("card_error"));
        Self { kind, code, decline_code, message_for_payer }
    }
}

impl ErrorObject {
    /// The narrowest code that it carries.
    pub(crate) fn code(&self) -> &str {
        let codes = [&self.decline_code, &self.code, &self.kind];
        codes.into_iter().flatten().next().map_or("unknown", String::as_str)
    }

    /// What the payer may read: Stripe's documentation says so of card errors only.
    pub(crate) fn message_for_payer(&self) -> Option<String> {
        self.message_for_payer.clone()
    }

    fn is(&self, kind: &str) -> bool {
        self.kind.as_deref() == Some(kind)
    }
}

impl Refusal {
    /// Whether the payment is in a state that does not allow what was asked.
    pub(crate) fn is_unexpected_state(&self) -> bool {
        self.error.code() == "payment_intent_unexpected_state"
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = self.error.kind.as_deref().unwrap_or("error");
        write!(f, "stripe answered {} {kind} {}", self.status, self.error.code())?;
        match &self.request_id {
            Some(id) => write!(f, " to request {id}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

/// Whether the same call may do better a moment later.
pub(crate) fn is_passing(status: u16) -> bool {
    matches!(status, 409 | 424 | 429 | 500..=504)
}

impl From<StripeError> for GatewayError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Refused(refusal) => (*refusal).into(),
            StripeError::Unreachable(_) | StripeError::TimedOut(_) => Self::Unavailable(error.into()),
            // What was to be changed may have been changed.
            StripeError::Unreadable { ref method, status, .. }
                if *method == Method::POST || is_passing(status) =>
            {
                Self::Unavailable(error.into())
            }
            StripeError::Unreadable { .. } | StripeError::Unusable { .. } => Self::Protocol(error.into()),
        }
    }
}

impl From<Refusal> for GatewayError {
    fn from(refusal: Refusal) -> Self {
        let code = refusal.error.code().to_owned();
        match refusal.status {
            401 | 403 => Self::Unauthorized { code },
            404 if code == "resource_missing" => Self::PaymentNotFound,
            429 => Self::RateLimited { retry_after: refusal.retry_after },
            status if is_passing(status) || status >= 500 => Self::Unavailable(refusal.into()),
            // The id was used with other content: the first order stands, so this is no word on the payment.
            _ if refusal.error.is("idempotency_error") => Self::Protocol(refusal.into()),
            _ => Self::Declined { code, message: refusal.error.message_for_payer() },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn sorted(status: u16, error: serde_json::Value) -> GatewayError {
        let error = serde_json::from_value(error).unwrap();
        Refusal { status, error, retry_after: None, request_id: None }.into()
    }

    #[test]
    fn a_declined_card_is_told_with_the_words_for_the_payer() {
        let declined = sorted(
            402,
            json!({ "type": "card_error", "code": "card_declined", "decline_code": "lost_card", "message": "No." }),
        );
        let GatewayError::Declined { code, message } = declined else { panic!("{declined:?}") };
        assert_eq!((code.as_str(), message.as_deref()), ("lost_card", Some("No.")));
    }

    #[test]
    fn words_that_are_not_for_the_payer_are_dropped() {
        let too_small =
            json!({ "type": "invalid_request_error", "code": "amount_too_small", "message": "Hm." });
        let declined = sorted(400, too_small);
        let GatewayError::Declined { code, message } = declined else { panic!("{declined:?}") };
        assert_eq!((code.as_str(), message), ("amount_too_small", None));
    }

    #[test]
    fn a_refusal_says_whose_move_it_is() {
        let invalid = |code: &str| json!({ "type": "invalid_request_error", "code": code });
        assert!(matches!(sorted(401, json!({})), GatewayError::Unauthorized { code } if code == "unknown"));
        assert!(matches!(sorted(403, invalid("x")), GatewayError::Unauthorized { code } if code == "x"));
        assert!(matches!(sorted(404, invalid("resource_missing")), GatewayError::PaymentNotFound));
        assert!(matches!(sorted(429, invalid("lock_timeout")), GatewayError::RateLimited { .. }));
        for status in [409, 424, 500, 502, 503, 504, 520] {
            assert!(matches!(sorted(status, json!({})), GatewayError::Unavailable(_)), "{status}");
        }
        let reused = json!({ "type": "idempotency_error" });
        assert!(matches!(sorted(400, reused), GatewayError::Protocol(_)));
    }

    #[test]
    fn an_unreadable_answer_to_a_write_leaves_the_outcome_open() {
        let unreadable = |method, status| {
            GatewayError::from(StripeError::Unreadable { method, status, reason: "no json".to_owned() })
        };
        assert!(unreadable(Method::POST, 200).is_retryable());
        assert!(unreadable(Method::GET, 502).is_retryable());
        assert!(matches!(unreadable(Method::GET, 200), GatewayError::Protocol(_)));
    }
}
