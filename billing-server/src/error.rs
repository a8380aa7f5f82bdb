//! The one form of every error: `{"error", "message", "code"}`.
use std::{error::Error, fmt, io, time::Duration};

use axum::{
    Json,
    response::{IntoResponse, Response},
};
use billing_core::{BoxError, EstimateError, GatewayError, LedgerError, StoreError, TopUpError};
use http::{HeaderValue, StatusCode, header};
use serde::Serialize;
use utoipa::ToSchema;

/// How long a caller should wait before asking again while something is away.
const RETRY_AFTER: Duration = Duration::from_secs(1);

/// The same for exchange rates, whose source is asked once a minute.
const RATE_RETRY_AFTER: Duration = Duration::from_mins(1);

/// The body of every error. Some carry more: see the 402 and 429 of a paid call.
#[derive(Debug, Serialize, ToSchema)]
pub struct ErrorBody {
    /// What kind of error, for people.
    #[schema(example = "Not Found")]
    pub error: &'static str,
    /// What is wrong and what to do, for people.
    #[schema(example = "there is no such payment")]
    pub message: String,
    /// What is wrong, for programs; it never changes.
    #[schema(example = "PAYMENT_NOT_FOUND")]
    pub code: &'static str,
}

/// Why a request was not answered as asked.
#[derive(Debug)]
pub struct ApiError {
    status: StatusCode,
    code: &'static str,
    message: String,
    hint: Option<Hint>,
    source: Option<BoxError>,
}

/// What a header tells beside the body.
#[derive(Clone, Copy, Debug)]
enum Hint {
    /// Sign in with a token.
    Bearer,
    /// Ask again after so long.
    RetryAfter(Duration),
}

impl ApiError {
    /// An error by its status, code and message.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), hint: None, source: None }
    }

    /// 400: the request is not of the form it has to be.
    pub fn bad_request(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, code, message)
    }

    /// 401: who is calling is not known.
    pub fn unauthorized(code: &'static str, message: impl Into<String>) -> Self {
        Self { hint: Some(Hint::Bearer), ..Self::new(StatusCode::UNAUTHORIZED, code, message) }
    }

    /// 404: there is no such thing, or it is somebody else's.
    pub fn not_found(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, code, message)
    }

    /// 500: our own fault, told to nobody but the log.
    pub fn internal(source: impl Into<BoxError>) -> Self {
        let message = "something went wrong on our side; nothing of it is your doing";
        Self {
            source: Some(source.into()),
            ..Self::new(StatusCode::INTERNAL_SERVER_ERROR, "INTERNAL_ERROR", message)
        }
    }

    /// 503: something that is needed is away for now.
    pub fn unavailable(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(StatusCode::SERVICE_UNAVAILABLE, code, message).with_retry_after(RETRY_AFTER)
    }

    /// Says when to ask again.
    #[must_use]
    pub fn with_retry_after(mut self, delay: Duration) -> Self {
        self.hint = Some(Hint::RetryAfter(delay));
        self
    }

    /// With what caused it, for the log.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<BoxError>) -> Self {
        self.source = Some(source.into());
        self
    }

    /// The status.
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The one place where a fault of ours is logged: here it leaves the program.
    fn log(&self) {
        if self.status.is_server_error() {
            let cause = self.source.as_deref().map(|source| chain(source)).unwrap_or_default();
            tracing::error!(
                code = self.code,
                status = self.status.as_u16(),
                cause,
                "request failed: {}",
                self.message
            );
        }
    }

    fn title(&self) -> &'static str {
        match self.status {
            StatusCode::PAYMENT_REQUIRED => "Payment required",
            StatusCode::UNPROCESSABLE_ENTITY => "Refused",
            StatusCode::INTERNAL_SERVER_ERROR => "Internal error",
            status => status.canonical_reason().unwrap_or("Error"),
        }
    }
}

/// An error and its causes in one line. A cause that its error has told already is not told again.
pub fn chain(error: &(dyn Error + 'static)) -> String {
    let told = error.to_string();
    match error.source().map(chain) {
        Some(causes) if !told.ends_with(&causes) => format!("{told}: {causes}"),
        _ => told,
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl Error for ApiError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source.as_deref().map(|source| source as _)
    }
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let body = ErrorBody { error: self.title(), message: self.message, code: self.code };
        let mut response = (self.status, Json(body)).into_response();
        let headers = response.headers_mut();
        match self.hint {
            Some(Hint::Bearer) => {
                headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
            }
            Some(Hint::RetryAfter(delay)) => {
                // Rounded up: who comes back early is refused again.
                let seconds = delay.as_secs() + u64::from(delay.subsec_nanos() > 0);
                headers.insert(header::RETRY_AFTER, seconds.max(1).into())
            }
            None => None,
        };
        response
    }
}

impl From<LedgerError> for ApiError {
    fn from(error: LedgerError) -> Self {
        let refused = |code| Self::new(StatusCode::UNPROCESSABLE_ENTITY, code, error.to_string());
        match &error {
            LedgerError::LimitAboveCeiling { .. } => refused("LIMIT_ABOVE_CEILING"),
            LedgerError::InvalidAmount { .. } => refused("INVALID_AMOUNT"),
            LedgerError::InvalidRequest { .. } => refused("INVALID_REQUEST"),
            LedgerError::Unavailable(_) => database_away().with_source(error),
            _ => Self::internal(error),
        }
    }
}

impl From<EstimateError> for ApiError {
    fn from(error: EstimateError) -> Self {
        match error {
            EstimateError::NoPrice { .. } => Self::not_found("UNKNOWN_OPERATION", error.to_string()),
            EstimateError::Invalid { message } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_CALL", message)
            }
            _ => {
                let message = "this call can't be billed; nothing of it is your doing";
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "BILLING_FAILED", message).with_source(error)
            }
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        if error.is_retryable() { database_away().with_source(error) } else { Self::internal(error) }
    }
}

impl From<GatewayError> for ApiError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::NotAuthentic { reason } => {
                Self::bad_request("INVALID_SIGNATURE", format!("webhook is not authentic: {reason}"))
            }
            GatewayError::Declined { code, message } => {
                let message = message.unwrap_or_else(|| format!("the payment provider refused: {code}"));
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "PAYMENT_DECLINED", message)
            }
            GatewayError::RateLimited { retry_after } => {
                Self::unavailable("PROVIDER_BUSY", "the payment provider asks to slow down; please try again")
                    .with_retry_after(retry_after.unwrap_or(RETRY_AFTER))
            }
            GatewayError::OrderExists { .. } => {
                let message = "this payment was started before, and how to pay it can't be told again; \
                    please start another, with another Idempotency-Key";
                Self::new(StatusCode::CONFLICT, "PAYMENT_EXISTS", message)
            }
            GatewayError::Unavailable(_) if timed_out(&error) => {
                let message = "the payment provider did not answer in time; please try again";
                Self::new(StatusCode::GATEWAY_TIMEOUT, "PROVIDER_TIMEOUT", message)
                    .with_retry_after(RETRY_AFTER)
                    .with_source(error)
            }
            GatewayError::Unavailable(_) => Self::unavailable(
                "PROVIDER_UNAVAILABLE",
                "the payment provider can't be reached; please try again",
            )
            .with_source(error),
            GatewayError::Protocol(_) | GatewayError::Unauthorized { .. } => {
                let message = "the payment provider did not do as it has to; nothing of it is your doing";
                Self::new(StatusCode::BAD_GATEWAY, "PROVIDER_ERROR", message).with_source(error)
            }
            _ => Self::internal(error),
        }
    }
}

/// Whether what is behind an error is that an answer did not come in time.
fn timed_out(error: &(dyn Error + 'static)) -> bool {
    let is_timeout = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    error.downcast_ref().is_some_and(is_timeout) || error.source().is_some_and(timed_out)
}

impl From<TopUpError> for ApiError {
    fn from(error: TopUpError) -> Self {
        match error {
            TopUpError::UnknownGateway { .. } => unknown_provider(),
            TopUpError::UnknownPayment { .. } => unknown_payment(),
            TopUpError::AmountNotTaken { min, max } => {
                let message = format!("the amount must be from {} to {}", min.with_sign(), max.with_sign());
                Self::bad_request("INVALID_AMOUNT", message)
            }
            TopUpError::Starting { .. } => {
                let message = "this payment is being started by another call; please try again in a moment";
                Self::new(StatusCode::CONFLICT, "PAYMENT_IN_PROGRESS", message).with_retry_after(RETRY_AFTER)
            }
            TopUpError::QuoteNotFound { .. } => Self::not_found("QUOTE_NOT_FOUND", "you have no such quote"),
            TopUpError::QuoteOfOtherAmount { quoted, .. } => {
                let message = format!("this quote is for {}", quoted.with_sign());
                Self::new(StatusCode::CONFLICT, "QUOTE_OF_OTHER_AMOUNT", message)
            }
            TopUpError::QuoteExpired { .. } => {
                let message = "this quote has expired; please take a new one";
                Self::new(StatusCode::CONFLICT, "QUOTE_EXPIRED", message)
            }
            TopUpError::NotPossible { .. } => {
                Self::new(StatusCode::UNPROCESSABLE_ENTITY, "NOT_POSSIBLE", error.to_string())
            }
            TopUpError::Rates(_) => {
                let message = "there is no exchange rate to go by for now; please try again later";
                Self::unavailable("EXCHANGE_RATE_UNAVAILABLE", message)
                    .with_retry_after(RATE_RETRY_AFTER)
                    .with_source(error)
            }
            TopUpError::Gateway(error) => error.into(),
            TopUpError::Ledger(error) => error.into(),
            TopUpError::Store(error) => error.into(),
            _ => Self::internal(error),
        }
    }
}

/// 503 while the storage is away.
pub fn database_away() -> ApiError {
    ApiError::unavailable("DATABASE_UNAVAILABLE", "the database can't be reached for now; please try again")
}

/// 404 for an address at which there is nothing.
pub(crate) fn nothing_here() -> ApiError {
    ApiError::not_found(
        "NOT_FOUND",
        "there is nothing at this address; GET /openapi.json tells what there is",
    )
}

/// 404 for a provider that is not on offer.
pub fn unknown_provider() -> ApiError {
    ApiError::not_found("UNKNOWN_PROVIDER", "there is no such payment provider here")
}

/// 404 for a payment that is not there, or not the caller's.
pub fn unknown_payment() -> ApiError {
    ApiError::not_found("PAYMENT_NOT_FOUND", "you have no such payment")
}

#[cfg(test)]
mod tests {
    use billing_core::{Currency, Money};

    use super::*;

    #[test]
    fn a_fault_of_ours_says_nothing_of_its_cause() {
        let error = ApiError::from(LedgerError::Backend("relation secrets does not exist".into()));
        assert_eq!(error.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert!(!error.to_string().contains("secrets"));
        assert_eq!(chain(&error).matches("relation secrets").count(), 1);
    }

    #[test]
    fn storage_that_is_away_asks_to_come_back() {
        let response = ApiError::from(StoreError::Unavailable("refused".into())).into_response();
        assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
        assert_eq!(response.headers()[header::RETRY_AFTER], "1");
    }

    #[test]
    fn what_is_wrong_with_a_provider_is_told_apart() {
        let late = io::Error::from(io::ErrorKind::TimedOut);
        let refused = io::Error::from(io::ErrorKind::ConnectionRefused);
        let external_id = "order_secret".to_owned();
        for (error, status, code) in [
            (GatewayError::Protocol("secret".into()), 502, "PROVIDER_ERROR"),
            (GatewayError::Unauthorized { code: "secret".to_owned() }, 502, "PROVIDER_ERROR"),
            (GatewayError::Unavailable(late.into()), 504, "PROVIDER_TIMEOUT"),
            (GatewayError::Unavailable(refused.into()), 503, "PROVIDER_UNAVAILABLE"),
            (GatewayError::OrderExists { external_id }, 409, "PAYMENT_EXISTS"),
            (GatewayError::PaymentNotFound, 500, "INTERNAL_ERROR"),
        ] {
            let error = ApiError::from(TopUpError::from(error));
            assert_eq!((error.status().as_u16(), error.code), (status, code));
            assert!(!error.to_string().contains("secret"), "{error}");
        }
    }

    #[test]
    fn an_amount_out_of_range_names_the_range() {
        let usd = |text| Money::parse(text, Currency::USD).unwrap();
        let error = ApiError::from(TopUpError::AmountNotTaken { min: usd("0.5"), max: usd("999999.99") });
        assert_eq!(error.status(), StatusCode::BAD_REQUEST);
        assert_eq!(error.to_string(), "the amount must be from $0.50 to $999999.99");
    }
}
