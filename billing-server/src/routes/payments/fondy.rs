use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{BoxError, Checkout, Currency, Started};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::{
    quote::quote_id,
    start::{self, NewOrder, amount_of},
};
use crate::{
    App,
    amount::{Amount, AmountField},
    auth::Caller,
    client_address::ClientAddress,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
    routes::{AccountErrors, language},
    words::{LanguageCode, StatusOfPayment},
};

/// A payment in hryvnias to start.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewHryvniaPayment {
    /// What is to be paid.
    #[schema(required)]
    amount_uah: Option<AmountField>,
    /// The quote that says what is credited; else one is made now.
    #[schema(value_type = Option<Uuid>)]
    quote_id: Option<String>,
    /// The language of the provider's page, where it has one: that of the page that the payer comes from.
    #[schema(value_type = Option<LanguageCode>, example = "uk")]
    language: Option<String>,
}

/// A payment that waits for its payer, on Fondy's page.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewFondyPayment {
    /// The page to pay on.
    payment_url: String,
    /// Fondy's id of it.
    order_id: String,
    /// Our id of it.
    payment_id: Uuid,
    /// What is to be paid.
    #[serde(rename = "amount_uah")]
    amount_uah: Amount,
    /// What is credited when it is paid: settled now, whatever rates do.
    #[serde(rename = "amount_usd")]
    amount_usd: Amount,
    /// In which currency it is paid.
    #[schema(example = "UAH")]
    currency: String,
    /// How far it has come.
    #[schema(value_type = StatusOfPayment, example = "pending")]
    status: &'static str,
}

/// Starts a payment through Fondy.
#[utoipa::path(
    post,
    path = "/api/billing/payment/fondy/create",
    tag = "payments",
    security(("token" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Made once for each payment: a repeat with the same key, within a day, is the same payment."
    )),
    request_body = NewHryvniaPayment,
    responses(
        (status = 200, body = NewFondyPayment),
        (status = 400, description = "The body or amount is not as it has to be.", body = ErrorBody),
        (status = 404, description = "Fondy is not on offer here, or there is no such quote.", body = ErrorBody),
        (status = 409, description = "The key was used for another body or is too old, its payment is being started, or the quote is for another amount or has expired.", body = ErrorBody),
        (status = 422, description = "Fondy refused.", body = ErrorBody),
        (status = 429, description = "Too many payments within a minute: see `Retry-After`.", body = ErrorBody),
        (status = 502, description = "Fondy's answer can't be used, or it does not let us in.", body = ErrorBody),
        (status = 504, description = "Fondy did not answer in time: see `Retry-After`.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn create_fondy_payment(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    ApiJson(payment): ApiJson<NewHryvniaPayment>,
) -> Result<Json<NewFondyPayment>, ApiError> {
    let amount = amount_of(payment.amount_uah.as_ref(), "amount_uah", Currency::UAH)?;
    let quote = payment.quote_id.as_deref().map(quote_id).transpose()?;
    let language = payment.language.as_deref().map(language).transpose()?;
    let order = NewOrder { account, gateway: "fondy", amount, quote, language };
    answer(start::start(&app, &headers, address, order).await?).map(Json)
}

fn answer(started: Started) -> Result<NewFondyPayment, ApiError> {
    let Checkout::Redirect { external_id, url } = started.checkout else {
        return Err(ApiError::internal(BoxError::from("fondy gave no page to pay on")));
    };
    let payment = started.payment;
    Ok(NewFondyPayment {
        payment_url: url,
        order_id: external_id,
        payment_id: payment.id.as_uuid(),
        amount_uah: payment.amount.into(),
        amount_usd: payment.credit.into(),
        currency: payment.amount.currency().to_string(),
        status: payment.status.as_str(),
    })
}
