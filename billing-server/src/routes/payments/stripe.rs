use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{BoxError, Checkout, Currency, Language, Started};
use http::HeaderMap;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::start::{self, NewOrder, amount_of};
use crate::{
    App, Mode,
    amount::{Amount, AmountField},
    auth::Caller,
    client_address::ClientAddress,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
    routes::{AccountErrors, language},
    words::{LanguageCode, StatusOfPayment},
};

/// A payment to start.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct NewPayment {
    /// What is to be paid.
    #[schema(required)]
    amount_usd: Option<AmountField>,
    /// The language of the provider's page, where it has one: that of the page that the payer comes from.
    #[schema(value_type = Option<LanguageCode>, example = "uk")]
    language: Option<String>,
}

/// A payment that waits for its payer.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NewStripePayment {
    /// Lets its holder pay, in Stripe's elements.
    client_secret: String,
    /// Stripe's id of it.
    payment_intent_id: String,
    /// Our id of it.
    payment_id: Uuid,
    /// What is to be paid.
    #[serde(rename = "amount_usd")]
    amount_usd: Amount,
    /// In which currency.
    #[schema(example = "USD")]
    currency: String,
    /// How far it has come.
    #[schema(value_type = StatusOfPayment, example = "pending")]
    status: &'static str,
    /// In the sandbox: the page to pay on, from which the browser comes back here.
    #[serde(skip_serializing_if = "Option::is_none")]
    payment_url: Option<String>,
}

/// Starts a payment through Stripe.
#[utoipa::path(
    post,
    path = "/api/billing/payment/stripe/create",
    tag = "payments",
    security(("token" = [])),
    params((
        "Idempotency-Key" = Option<String>, Header,
        description = "Made once for each payment: a repeat with the same key, within a day, is the same payment."
    )),
    request_body = NewPayment,
    responses(
        (status = 200, body = NewStripePayment),
        (status = 400, description = "The body or amount is not as it has to be.", body = ErrorBody),
        (status = 404, description = "Stripe is not on offer here.", body = ErrorBody),
        (status = 409, description = "The key was used for another body or is too old, or its payment is being started.", body = ErrorBody),
        (status = 422, description = "Stripe refused.", body = ErrorBody),
        (status = 429, description = "Too many payments within a minute: see `Retry-After`.", body = ErrorBody),
        (status = 502, description = "Stripe's answer can't be used, or it does not let us in.", body = ErrorBody),
        (status = 504, description = "Stripe did not answer in time: see `Retry-After`.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn create_stripe_payment(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    ApiJson(payment): ApiJson<NewPayment>,
) -> Result<Json<NewStripePayment>, ApiError> {
    let amount = amount_of(payment.amount_usd.as_ref(), "amount_usd", Currency::USD)?;
    let language = payment.language.as_deref().map(language).transpose()?;
    let order = NewOrder { account, gateway: "stripe", amount, quote: None, language };
    answer(&app, start::start(&app, &headers, address, order).await?, language).map(Json)
}

fn answer(app: &App, started: Started, language: Option<Language>) -> Result<NewStripePayment, ApiError> {
    let Checkout::ClientSecret { external_id, client_secret } = started.checkout else {
        return Err(ApiError::internal(BoxError::from("stripe gave no client secret")));
    };
    let payment = started.payment;
    let payment_url = match &app.mode {
        Mode::Sandbox { stripe, .. } => {
            let page = format!("{stripe}/checkout/{external_id}");
            let back = app.addresses.backend.join(&format!("/payment/stripe/return?payment={}", payment.id));
            let language = language.unwrap_or(app.language).as_str();
            let terms = [
                ("client_secret", client_secret.as_str()),
                ("return_url", back.as_str()),
                ("lang", language),
            ];
            Some(reqwest::Url::parse_with_params(&page, terms).map_err(ApiError::internal)?.into())
        }
        Mode::Serve => None,
    };
    Ok(NewStripePayment {
        client_secret,
        payment_intent_id: external_id,
        payment_id: payment.id.as_uuid(),
        amount_usd: payment.amount.into(),
        currency: payment.amount.currency().to_string(),
        status: payment.status.as_str(),
        payment_url,
    })
}
