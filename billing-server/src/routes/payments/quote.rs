use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Currency, Quote, QuoteId};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::start::amount_of;
use crate::{
    App,
    amount::{Amount, AmountField},
    auth::Caller,
    client_address::ClientAddress,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
    routes::AccountErrors,
};

/// An amount to quote.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewQuote {
    /// What is to be paid, in hryvnias.
    #[schema(required)]
    amount_uah: Option<AmountField>,
}

/// What an amount will be credited, if a payment is started with this quote in time.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct QuoteAnswer {
    /// Its name, for the payment.
    quote_id: Uuid,
    /// What is to be paid.
    amount_uah: Amount,
    /// What is credited for it.
    amount_usd: Amount,
    /// What one hryvnia is credited, the spread taken off, as a decimal.
    #[schema(example = "0.0240963855")]
    usd_for_uah: String,
    /// What one dollar was worth in hryvnias, as a decimal.
    #[schema(example = "41.50")]
    usd_in_uah: String,
    /// What is kept of the exchange, in percent.
    #[schema(example = "0")]
    spread_percent: String,
    /// Who told the rate.
    source: String,
    /// As of when.
    as_of: DateTime<Utc>,
    /// Until when a payment may be started with it.
    valid_until: DateTime<Utc>,
}

impl From<Quote> for QuoteAnswer {
    fn from(quote: Quote) -> Self {
        Self {
            quote_id: quote.id.as_uuid(),
            amount_uah: quote.amount.into(),
            amount_usd: quote.credit.into(),
            usd_for_uah: quote.rate.to_string(),
            usd_in_uah: quote.market.value.to_string(),
            spread_percent: quote.spread_percent.to_string(),
            source: quote.market.source,
            as_of: quote.market.as_of,
            valid_until: quote.valid_until,
        }
    }
}

/// What a payment in hryvnias would be credited. The word is kept for a quarter of an hour.
#[utoipa::path(
    post,
    path = "/api/billing/quote",
    tag = "payments",
    security(("token" = [])),
    request_body = NewQuote,
    responses(
        (status = 200, body = QuoteAnswer),
        (status = 400, description = "The body or amount is not as it has to be.", body = ErrorBody),
        (status = 404, description = "No payments in hryvnias are on offer here.", body = ErrorBody),
        (status = 429, description = "Too many quotes within a minute: see `Retry-After`.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn quote(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ClientAddress(address): ClientAddress,
    ApiJson(asked): ApiJson<NewQuote>,
) -> Result<Json<QuoteAnswer>, ApiError> {
    let amount = amount_of(asked.amount_uah.as_ref(), "amount_uah", Currency::UAH)?;
    app.top_ups.check("fondy", amount)?;
    app.quote_limit.check(&account, address)?;
    Ok(Json(app.top_ups.quote(account, amount).await?.into()))
}

/// The quote that a caller names.
pub(super) fn quote_id(text: &str) -> Result<QuoteId, ApiError> {
    text.parse().map_err(|_| ApiError::bad_request("INVALID_QUOTE", "quote_id: it is no id of a quote"))
}
