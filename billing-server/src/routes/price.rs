use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{AccountId, Breakdown, Call, CostEstimator as _, Currency, Estimate, Money, Operation};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AccountErrors;
use crate::{
    App,
    amount::Amount,
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiQuery,
};

/// Which call.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PriceParams {
    /// What would be called.
    #[param(example = "search_cases")]
    operation: String,
    /// Its body, as it would be sent; nothing is a call without one.
    #[param(example = r#"{"reasoning_budget":"quick"}"#)]
    arguments: Option<String>,
}

/// What a call would cost its caller.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Price {
    /// What would be called.
    #[schema(value_type = String)]
    operation: Operation,
    /// Whether it needs no money at all.
    free: bool,
    /// What is held before it runs, and charged unless it says what it really cost.
    amount_usd: Amount,
    /// The tier that the caller's prices go by; null where they go by none.
    tier: Option<String>,
    /// How the price comes about, as the history will show it; null of what is free.
    #[schema(value_type = Option<Object>)]
    breakdown: Option<Breakdown>,
}

/// What a call would cost now, by the code that charges.
#[utoipa::path(
    get,
    path = "/api/billing/price",
    tag = "account",
    security(("token" = [])),
    params(PriceParams),
    responses(
        (status = 200, body = Price),
        (status = 400, body = ErrorBody),
        (status = 404, description = "No price is set for the operation.", body = ErrorBody),
        (status = 413, description = "The arguments are longer than what is priced.", body = ErrorBody),
        (status = 422, description = "The call can't be priced as it is, or there are no prices.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn price(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(params): ApiQuery<PriceParams>,
) -> Result<Json<Price>, ApiError> {
    let operation = Operation::new(params.operation)
        .map_err(|error| ApiError::bad_request("INVALID_QUERY", error.to_string()))?;
    let arguments = Bytes::from(params.arguments.unwrap_or_default());
    let Estimated { estimate, tier } = estimate(&app, &account, &operation, &arguments).await?;
    let (amount, breakdown) = match estimate {
        Estimate::UpTo { amount, breakdown } => (Some(amount), breakdown),
        _ => (None, None),
    };
    Ok(Json(Price {
        free: amount.is_none(),
        amount_usd: amount.unwrap_or(Money::zero(Currency::USD)).into(),
        tier,
        breakdown,
        operation,
    }))
}

/// What a call may cost, and the tier that its price goes by.
pub(super) struct Estimated {
    pub(super) estimate: Estimate,
    tier: Option<String>,
}

/// Prices a call that `account` would make now, as if it came here with its arguments as its body.
pub(super) async fn estimate(
    app: &App,
    account: &AccountId,
    operation: &Operation,
    arguments: &Bytes,
) -> Result<Estimated, ApiError> {
    let Some(prices) = &app.prices else {
        let message = "this server has no prices: its operator has set no PRICES_FILE";
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "NO_PRICES", message));
    };
    let table = prices.current();
    if table.needs(operation).body_limit.is_some_and(|limit_bytes| arguments.len() > limit_bytes) {
        let message = "the arguments are longer than a call of this operation may be";
        return Err(ApiError::new(StatusCode::PAYLOAD_TOO_LARGE, "BODY_TOO_LARGE", message));
    }
    let profile = app.profiles.get(account).await?;
    let headers =
        HeaderMap::from_iter([(header::CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    let call = Call::new(&Method::POST, "/", operation, &headers).with_body(arguments).with_profile(&profile);
    Ok(Estimated { estimate: table.estimate(&call)?, tier: table.tier_of(&profile).map(str::to_owned) })
}
