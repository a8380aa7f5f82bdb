use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use billing_core::{AccountId, Payment, PaymentId, Review};
use chrono::{DateTime, Utc};
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{
    App,
    amount::Amount,
    auth::Caller,
    error::{ApiError, ErrorBody, chain, unknown_payment},
    extract::ApiPath,
    gateways,
    routes::AccountErrors,
};

/// A provider that takes longer is asked again with the next request; meanwhile what is stored is told.
const SYNC_TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_ID_BYTES: usize = 255;

/// How a payment stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentState {
    /// Our id of it.
    #[serde(rename = "paymentId")]
    payment_id: Uuid,
    /// The provider's id of it, once known.
    #[serde(rename = "externalId")]
    external_id: Option<String>,
    /// The provider.
    #[schema(example = "stripe")]
    provider: String,
    /// `pending`, `processing`, `failed`, `canceled`, `expired` or `succeeded`.
    #[schema(value_type = String, example = "succeeded")]
    status: &'static str,
    /// What is to be paid, in `currency`.
    amount: Amount,
    /// In which currency.
    #[schema(example = "USD")]
    currency: String,
    /// What is credited for it.
    amount_usd: Amount,
    /// What was taken back of it, in `currency`.
    taken_back: Amount,
    /// Why an operator looks at it: `paid_mismatch`, `other_merchant`, `taken_back_too_much` or
    /// `taken_back_other_currency`.
    #[schema(value_type = Option<String>)]
    needs_review: Option<&'static str>,
    /// Why the last attempt to pay failed.
    failure: Option<PaymentFailure>,
    /// When it was started.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// Why an attempt to pay failed.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentFailure {
    /// The provider's code.
    #[schema(example = "card_declined")]
    code: String,
    /// For the payer.
    message: Option<String>,
}

impl From<Payment> for PaymentState {
    fn from(payment: Payment) -> Self {
        let failure =
            payment.failure.map(|failure| PaymentFailure { code: failure.code, message: failure.message });
        Self {
            payment_id: payment.id.as_uuid(),
            external_id: payment.external_id,
            provider: payment.gateway,
            status: payment.status.as_str(),
            amount: payment.amount.into(),
            currency: payment.amount.currency().to_string(),
            amount_usd: payment.credit.into(),
            taken_back: payment.taken_back.into(),
            needs_review: payment.review.map(|review: Review| review.as_str()),
            failure,
            created_at: payment.created_at,
            updated_at: payment.updated_at,
        }
    }
}

/// How a payment of the caller stands, by our id or the provider's. The provider is asked while it is open.
#[utoipa::path(
    get,
    path = "/api/billing/payment/{provider}/{paymentId}/status",
    tag = "payments",
    security(("token" = [])),
    params(
        ("provider" = String, Path, description = "The provider.", example = "stripe"),
        ("paymentId" = String, Path, description = "Our id of the payment, or the provider's.")
    ),
    responses(
        (status = 200, body = PaymentState),
        (status = 404, description = "There is no such payment, or it is somebody else's.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn payment_status(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiPath((provider, id)): ApiPath<(String, String)>,
) -> Result<Json<PaymentState>, ApiError> {
    let payment = find(&app, &account, &provider, &id).await?.ok_or_else(unknown_payment)?;
    Ok(Json(refreshed(&app, payment).await.into()))
}

async fn find(app: &App, owner: &AccountId, provider: &str, id: &str) -> Result<Option<Payment>, ApiError> {
    // What can't be an id is not looked up: PostgreSQL refuses a NUL, which would look like a fault of ours.
    if !gateways::NAMES.contains(&provider) || id.len() > LONGEST_ID_BYTES || id.contains(char::is_control) {
        return Ok(None);
    }
    let payment = match id.parse::<PaymentId>() {
        Ok(id) => app.payments().get(id).await?,
        Err(_) => app.payments().find(provider, id).await?,
    };
    Ok(payment.filter(|payment| payment.gateway == provider && payment.account == *owner))
}

/// An open payment as its provider tells it, where that can be had now.
pub(super) async fn refreshed(app: &App, payment: Payment) -> Payment {
    if payment.status.is_final() || !app.recent_syncs.admits(payment.id) {
        return payment;
    }
    match timeout(SYNC_TIMEOUT, app.top_ups.sync(payment.id)).await {
        Ok(Ok(payment)) => return payment,
        Ok(Err(error)) => {
            tracing::warn!(payment.id = %payment.id, "payment was not synced: {}", chain(&error));
        }
        Err(_) => tracing::warn!(payment.id = %payment.id, "payment was not synced: its provider is slow"),
    }
    payment
}
