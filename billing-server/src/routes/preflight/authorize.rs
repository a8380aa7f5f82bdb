use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{
    AccountId, Authorization, Authorize, Breakdown, CostEstimator as _, Currency, Estimate, HoldId, Money,
    Operation, RefusalReason, SharedPrices, rules::check_id,
};
use billing_tower::Mode;
use bytes::Bytes;
use chrono::{DateTime, Utc};
use http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use utoipa::ToSchema;
use uuid::Uuid;

use super::{super::price::estimate, PreflightErrors, Refused, ttl};
use crate::{
    App,
    amount::{Amount, AmountField},
    auth::PreflightService,
    error::{ApiError, ErrorBody, chain},
    extract::ApiJson,
};

/// A call that is about to run.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewHold {
    /// The name of the hold, made by the service once for each call: a UUID of version 7.
    hold_id: Uuid,
    /// Who pays.
    #[schema(value_type = String, example = "user-1")]
    account: AccountId,
    /// What is called.
    #[schema(value_type = String, example = "search_cases")]
    operation: Operation,
    /// What it is called with: what its price may depend on.
    #[schema(value_type = Option<serde_json::Value>)]
    arguments: Option<Box<RawValue>>,
    /// What it may cost, instead of what the price table says.
    amount_usd: Option<AmountField>,
    /// How long the hold lives, else as the server is configured.
    #[schema(minimum = 1, maximum = 86_400)]
    ttl_seconds: Option<u64>,
}

/// Money that is set aside for a call, which may run now.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PlacedHold {
    /// The name of the hold.
    hold_id: Uuid,
    /// Who pays.
    #[schema(value_type = String)]
    account: AccountId,
    /// What is called.
    #[schema(value_type = String)]
    operation: Operation,
    /// Whether the call needs no money: nothing is held then, and nothing is to be captured or voided.
    free: bool,
    /// What the call may cost.
    amount_usd: Amount,
    /// What is set aside for it: nothing for an account that is not billed.
    held_usd: Amount,
    /// What is left to spend beside it; null of a free call.
    available_usd: Option<Amount>,
    /// When the hold frees its money by itself; null of a free call.
    expires_at: Option<DateTime<Utc>>,
    /// How the price comes about, for the capture.
    #[schema(value_type = Option<Object>)]
    breakdown: Option<Breakdown>,
    /// Why the call would be refused, on a server that only observes; else null.
    #[schema(value_type = Option<String>, example = json!(null))]
    would_refuse: Option<&'static str>,
}

/// What a call is to be held for.
struct Priced {
    amount: Money,
    breakdown: Option<Breakdown>,
}

impl PlacedHold {
    fn free(asked: NewHold) -> Self {
        let zero = Amount::from(Money::zero(Currency::USD));
        Self {
            hold_id: asked.hold_id,
            account: asked.account,
            operation: asked.operation,
            free: true,
            amount_usd: zero,
            held_usd: zero,
            available_usd: None,
            expires_at: None,
            breakdown: None,
            would_refuse: None,
        }
    }

    fn new(asked: NewHold, priced: Priced, placed: &Authorization) -> Self {
        Self {
            free: false,
            amount_usd: priced.amount.into(),
            held_usd: placed.hold.amount.into(),
            available_usd: Some(placed.available.into()),
            expires_at: Some(placed.hold.expires_at),
            breakdown: priced.breakdown,
            would_refuse: placed.hold.would_refuse.map(RefusalReason::as_str),
            ..Self::free(asked)
        }
    }
}

/// Sets money aside for a call of a service. A repeat with the same id and content answers the same hold.
#[utoipa::path(
    post,
    path = "/api/billing/preflight/authorize",
    operation_id = "preflight_authorize",
    tag = "preflight",
    security(("api_key" = []), ("api_key_bearer" = [])),
    request_body = NewHold,
    responses(
        (status = 200, body = PlacedHold),
        (status = 402, description = "Not enough money; with `balance` and `topup_url`.", body = ErrorBody),
        (status = 404, description = "No price is set for the operation.", body = ErrorBody),
        (status = 413, description = "The arguments are longer than what is priced.", body = ErrorBody),
        (status = 429, description = "A limit is reached; with `limits` and `Retry-After`.", body = ErrorBody),
        PreflightErrors
    )
)]
pub(crate) async fn authorize(
    State(app): State<Arc<App>>,
    _: PreflightService,
    ApiJson(asked): ApiJson<NewHold>,
) -> Result<Json<PlacedHold>, Refused> {
    if app.preflight.mode == Mode::Off {
        return Ok(Json(PlacedHold::free(asked)));
    }
    let ttl = ttl(asked.ttl_seconds)?;
    let refused = |error| Refused::by_ledger(&app, &asked.account, error);
    check_id(asked.hold_id, app.clock.now()).map_err(refused)?;
    let Some(priced) = price(&app, &asked).await? else {
        return Ok(Json(PlacedHold::free(asked)));
    };
    let id = HoldId::from(asked.hold_id);
    let mut request = Authorize::new(id, asked.account.clone(), priced.amount, asked.operation.clone());
    request.ttl = ttl;
    request.observe = app.preflight.mode == Mode::Observe;
    match app.watchful.authorize(request).await {
        Ok(placed) => Ok(Json(PlacedHold::new(asked, priced, &placed))),
        Err(error) if error.is_retryable() && app.preflight.mode == Mode::Observe => {
            tracing::warn!("observed call runs unbilled: {}", chain(&error));
            Ok(Json(PlacedHold::free(asked)))
        }
        Err(error) => Err(refused(error)),
    }
}

/// What the call is to be held for; `None` when it runs for nothing.
async fn price(app: &App, asked: &NewHold) -> Result<Option<Priced>, ApiError> {
    let amount = asked.amount_usd.as_ref().map(|field| field.not_negative("amount_usd", Currency::USD));
    let amount = amount.transpose()?;
    if let Some(amount) = amount {
        return Ok(Some(Priced { amount, breakdown: None }));
    }
    let NewHold { account, operation, arguments, .. } = asked;
    let reads_arguments = |prices: &SharedPrices| prices.needs(operation).body_limit.is_some();
    if arguments.is_none() && app.prices.as_ref().is_some_and(reads_arguments) {
        let message = format!("arguments: the price of {operation} depends on them; {{}} are none");
        return Err(ApiError::new(StatusCode::UNPROCESSABLE_ENTITY, "INVALID_CALL", message));
    }
    let arguments = Bytes::from(arguments.as_ref().map(|json| json.get().to_owned()).unwrap_or_default());
    match estimate(app, account, operation, &arguments).await.map(|estimated| estimated.estimate) {
        Ok(Estimate::UpTo { amount, breakdown }) => Ok(Some(Priced { amount, breakdown })),
        Ok(_) => Ok(None),
        Err(error) if app.preflight.mode == Mode::Observe => {
            let cause = chain(&error);
            tracing::warn!(%operation, "observed call of {operation} can't be priced, and runs unbilled: {cause}");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}
