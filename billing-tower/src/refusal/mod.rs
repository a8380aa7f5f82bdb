//! Answers to calls that are not let through.
mod fields;
mod grpc;
mod json_rpc;
mod reasons;

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Response, StatusCode, header};

use self::fields::Fields;

/// Why a call is not let through, as its caller is told: a status, and a JSON object with `error`, `message`, `code`
/// and what else helps.
///
/// | Status | Code | |
/// |---|---|---|
/// | 400 | `INVALID_IDEMPOTENCY_KEY` | the key has no 1 to 255 visible ASCII characters, or there are several |
/// | 400 | `INVALID_JSON_RPC` | the body is no JSON-RPC request, or several at once |
/// | 400 | `UNREADABLE_BODY` | the body broke off before it could be priced |
/// | 401 | `UNAUTHENTICATED` | nobody is known who pays |
/// | 402 | `INSUFFICIENT_BALANCE`, `IN_DEBT` | with `balance` and `topup_url` |
/// | 403 | `ACCOUNT_SUSPENDED` | |
/// | 404 | `UNKNOWN_OPERATION` | there is no price for it |
/// | 408 | `BODY_TIMEOUT` | the body came too slowly to be priced |
/// | 409 | `CALL_RUNNING` | a call with this `Idempotency-Key` runs; carries `Retry-After` |
/// | 409 | `CALL_CHARGED` | a call with this key has ended and was charged |
/// | 409 | `IDEMPOTENCY_KEY_REUSED` | the key was sent with another call, or too often |
/// | 413 | `BODY_TOO_LARGE` | the body is longer than what can be priced |
/// | 422 | `INVALID_CALL` | the estimator says what to mend |
/// | 429 | `DAILY_LIMIT_EXCEEDED`, `MONTHLY_LIMIT_EXCEEDED` | with `limits`; carries `Retry-After` |
/// | 500 | `BILLING_FAILED` | asking again won't help |
/// | 501 | `UPGRADE_UNSUPPORTED` | a connection taken over has no end to charge at |
/// | 503 | `BILLING_UNAVAILABLE` | carries `Retry-After` |
///
/// # Examples
/// ```
/// use billing_core::{Currency, LedgerError, Money};
/// use billing_tower::Refusal;
/// use bytes::Bytes;
/// use chrono::DateTime;
///
/// let usd = |text| Money::parse(text, Currency::USD);
/// let error = LedgerError::InsufficientFunds { required: usd("0.50")?, available: usd("0.25")? };
/// let refusal = Refusal::from_ledger(&error, DateTime::UNIX_EPOCH).with_topup_url("https://example.com/topup");
/// let response = refusal.into_response::<Bytes>();
/// assert_eq!(response.status(), 402);
/// assert_eq!(
///     response.body(),
///     r#"{"error":"Insufficient balance","message":"Required: $0.50, Available: $0.25","code":"INSUFFICIENT_BALANCE","balance":{"current_usd":0.25,"required_usd":0.50,"shortfall_usd":0.25},"topup_url":"https://example.com/topup"}"#
/// );
/// # Ok::<(), billing_core::AmountError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Refusal {
    status: StatusCode,
    code: &'static str,
    fields: Fields,
    retry_after: Option<Duration>,
}

impl Refusal {
    /// A refusal of one's own. `error` names it for people, `code` for programs; `message` says what to do.
    pub fn new(
        status: StatusCode,
        code: &'static str,
        error: impl Into<String>,
        message: impl Into<String>,
    ) -> Self {
        let fields = Fields::default().text("error", error).text("message", message).text("code", code);
        Self { status, code, fields, retry_after: None }
    }

    /// Tells where to top up; only a refusal for lack of money (402) says so.
    #[must_use]
    pub fn with_topup_url(mut self, url: impl Into<String>) -> Self {
        if self.status == StatusCode::PAYMENT_REQUIRED {
            self.fields = self.fields.text("topup_url", url);
        }
        self
    }

    /// Tells when to ask again. The header says it in whole seconds, rounded up, at least one.
    #[must_use]
    pub fn with_retry_after(mut self, wait: Duration) -> Self {
        self.retry_after = Some(wait);
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// What happened, for programs: `INSUFFICIENT_BALANCE`.
    pub fn code(&self) -> &'static str {
        self.code
    }

    /// The JSON object, as it is sent.
    pub fn to_json(&self) -> Bytes {
        self.fields.to_json().into()
    }

    /// The answer.
    pub fn into_response<B: From<Bytes>>(self) -> Response<B> {
        let mut response = Response::new(self.to_json().into());
        *response.status_mut() = self.status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        self.write_retry_after(headers);
        response
    }

    /// What is wrong and what to do, for people.
    fn message(&self) -> String {
        self.fields.get_text("message").unwrap_or(self.code).to_owned()
    }

    fn write_retry_after(&self, headers: &mut HeaderMap) {
        if let Some(seconds) = self.retry_after_seconds() {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
    }

    /// Rounded up, at least one: who comes back early is refused again.
    fn retry_after_seconds(&self) -> Option<u64> {
        let wait = self.retry_after?;
        let begun = u64::from(wait.subsec_nanos() > 0);
        Some(wait.as_secs().saturating_add(begun).max(1))
    }
}
