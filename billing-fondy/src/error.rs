use std::{fmt, io, time::Duration};

use billing_core::GatewayError;

use crate::{fields::Fields, order::Doubt, request::Call};

/// Why Fondy was of no help.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FondyError {
    /// It said no.
    #[error(transparent)]
    Refused(Refusal),
    /// It wants fewer calls.
    #[error("fondy asks to slow down")]
    SlowDown { retry_after: Option<Duration> },
    /// It could not be reached, or the connection was lost.
    #[error("the connection to fondy failed")]
    Unreachable(#[source] reqwest::Error),
    /// It did not answer in time, which the kind of the source tells callers that know nothing of Fondy.
    #[error("fondy did not answer in time")]
    TimedOut(#[source] io::Error),
    /// It, or something in between, answered with something else than its API does.
    #[error("the answer of fondy to {call}, with status {status}, is of no use: {reason}")]
    Useless { call: Call, status: u16, reason: &'static str },
    /// A signed message can be read but not used.
    #[error("fondy sent {what}")]
    Unusable { what: &'static str },
    /// A request of ours can't be signed so that it reads one way.
    #[error("the request to fondy can't be signed: {reason}")]
    Unsignable { reason: &'static str },
}

impl FondyError {
    /// Whether making the call again at once may help and can do no harm.
    pub(crate) fn invites_repeat(&self, call: Call) -> bool {
        match self {
            // Without a connection nothing was sent.
            Self::Unreachable(error) => error.is_connect() || !call.changes_something(),
            Self::Useless { status, .. } => !is_success(*status) && !call.changes_something(),
            _ => false,
        }
    }

    pub(crate) fn has_code(&self, code: &str) -> bool {
        matches!(self, Self::Refused(refusal) if refusal.code == code)
    }
}

/// A no, in those of its words that may be written to a log.
///
/// Fondy's messages repeat what was signed; they are for a developer, not for the payer.
#[derive(Debug)]
pub(crate) struct Refusal {
    call: Call,
    code: String,
    request_id: Option<String>,
    is_about_signature: bool,
}

impl Refusal {
    /// The no in an answer, if it is one. Of codes and ids some are texts, some numbers.
    pub(crate) fn read(call: Call, answer: &Fields) -> Option<Self> {
        let code = answer.text("error_code");
        if code.is_none() && answer.text("response_status") != Some("failure") {
            return None;
        }
        let message = answer.text("error_message").unwrap_or_default();
        Some(Self {
            call,
            code: code.and_then(word).unwrap_or_else(|| "unknown".to_owned()),
            request_id: answer.text("request_id").and_then(word),
            is_about_signature: message.to_lowercase().contains("signature"),
        })
    }
}

/// A text that is fit for a log.
pub(crate) fn word(text: &str) -> Option<String> {
    let is_word = text.len() <= 64 && text.bytes().all(|byte| byte.is_ascii_graphic());
    is_word.then(|| text.to_owned())
}

pub(crate) fn is_success(status: u16) -> bool {
    (200..300).contains(&status)
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "fondy refused {} with code {}", self.call, self.code)?;
        match &self.request_id {
            Some(id) => write!(f, " to request {id}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Refusal {}

impl From<FondyError> for GatewayError {
    fn from(error: FondyError) -> Self {
        match error {
            FondyError::Refused(refusal) => refusal.into(),
            FondyError::SlowDown { retry_after } => Self::RateLimited { retry_after },
            FondyError::Unreachable(_) | FondyError::TimedOut(_) => Self::Unavailable(error.into()),
            // What was to be changed may have been changed.
            FondyError::Useless { call, status, .. } if call.changes_something() || !is_success(status) => {
                Self::Unavailable(error.into())
            }
            FondyError::Useless { .. } | FondyError::Unusable { .. } => Self::Protocol(error.into()),
            FondyError::Unsignable { .. } => {
                Self::Declined { code: "not_signable".to_owned(), message: None }
            }
        }
    }
}

impl From<Refusal> for GatewayError {
    /// By the [codes](https://docs.fondy.eu/en/docs/page/21/) of Fondy.
    fn from(refusal: Refusal) -> Self {
        let code = refusal.code.clone();
        match code.as_str() {
            // A fault of Fondy's, or of the bank behind it.
            "1002" | "1066" | "1089" => Self::Unavailable(refusal.into()),
            // The merchant: not set up, not found, without payment systems, without this currency; the signature.
            "1006" | "1012" | "1014" | "1016" | "1017" | "1026" | "1027" => Self::Unauthorized { code },
            // The signature, as older answers tell it: a bad parameter of that name.
            "1007" if refusal.is_about_signature => Self::Unauthorized { code },
            "1018" => Self::PaymentNotFound,
            _ => Self::Declined { code, message: None },
        }
    }
}

impl From<Doubt> for FondyError {
    fn from(doubt: Doubt) -> Self {
        match doubt {
            Doubt::NotBelieved(reason) => Self::Useless { call: Call::Status, status: 200, reason },
            Doubt::Unreadable(what) => Self::Unusable { what },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn refusal(answer: &Value) -> Option<Refusal> {
        Refusal::read(Call::Reverse, &Fields::from_json(answer.to_string().as_bytes()).ok().unwrap())
    }

    fn sorted(code: &Value, message: &str) -> GatewayError {
        let answer = json!({ "response_status": "failure", "error_code": code, "error_message": message });
        refusal(&answer).unwrap().into()
    }

    #[test]
    fn a_code_says_whose_move_it_is() {
        for code in [1002, 1066, 1089] {
            assert!(matches!(sorted(&json!(code), ""), GatewayError::Unavailable(_)), "{code}");
        }
        for told in [1006, 1012, 1014, 1016, 1017, 1026, 1027] {
            let GatewayError::Unauthorized { code } = sorted(&json!(told), "") else { panic!("{told}") };
            assert_eq!(code, told.to_string());
        }
        assert!(matches!(sorted(&json!(1018), ""), GatewayError::PaymentNotFound));
        for told in [1007, 1008, 1011, 1019, 1034, 1052, 1069, 1084, 1086, 4711] {
            let GatewayError::Declined { code, message: None } = sorted(&json!(told), "Hm.") else {
                panic!("{told}")
            };
            assert_eq!(code, told.to_string());
        }
    }

    #[test]
    fn a_code_is_a_number_or_a_text() {
        for code in [json!(1018), json!("1018")] {
            assert!(matches!(sorted(&code, ""), GatewayError::PaymentNotFound), "{code}");
        }
    }

    #[test]
    fn an_older_word_for_a_wrong_signature_is_known() {
        let error = sorted(&json!("1007"), "Invalid parameter: Signature");
        assert!(matches!(error, GatewayError::Unauthorized { .. }), "{error}");
    }

    #[test]
    fn a_refusal_is_told_apart_from_an_answer() {
        assert!(refusal(&json!({ "response_status": "success" })).is_none());
        assert!(refusal(&json!({})).is_none());
        assert!(refusal(&json!({ "error_code": 1013 })).is_some());
        assert_eq!(refusal(&json!({ "response_status": "failure" })).unwrap().code, "unknown");
        assert!(refusal(&json!({ "response_status": "success", "error_code": "" })).is_none());
    }

    #[test]
    fn a_refusal_is_fit_for_a_log() {
        let told = json!({ "error_code": "1014", "request_id": "Qd1", "error_message": "test|1|UAH" });
        let refused = refusal(&told).unwrap();
        assert_eq!(refused.to_string(), "fondy refused reverse/order_id with code 1014 to request Qd1");
        let strange = refusal(&json!({ "error_code": "1\n2", "request_id": "a".repeat(65) })).unwrap();
        assert_eq!(strange.to_string(), "fondy refused reverse/order_id with code unknown");
    }

    #[test]
    fn a_useless_answer_leaves_the_outcome_of_a_change_open() {
        let sorted = |call, status| GatewayError::from(FondyError::Useless { call, status, reason: "?" });
        for (call, status) in
            [(Call::Checkout, 200), (Call::Reverse, 200), (Call::Reverse, 403), (Call::Status, 502)]
        {
            assert!(matches!(sorted(call, status), GatewayError::Unavailable(_)), "{call} {status}");
        }
        assert!(matches!(sorted(Call::Status, 200), GatewayError::Protocol(_)));
    }

    #[test]
    fn only_questions_are_repeated_once_they_may_have_been_heard() {
        let useless = |call, status| FondyError::Useless { call, status, reason: "?" }.invites_repeat(call);
        assert!(useless(Call::Status, 502));
        assert!(!useless(Call::Status, 200));
        assert!(!useless(Call::Checkout, 502) && !useless(Call::Reverse, 502));
        let late = FondyError::TimedOut(io::ErrorKind::TimedOut.into());
        assert!(!late.invites_repeat(Call::Status));
    }
}
