use std::{sync::Arc, time::Duration};

use axum::{Json, extract::State};
use billing_core::{AccountId, Payment, PaymentId};
use tokio::time::timeout;

use super::state::PaymentState;
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody, chain, unknown_payment},
    extract::ApiPath,
    gateways,
    routes::AccountErrors,
};

/// A provider that takes longer is asked again with the next request; meanwhile what is stored is told.
const SYNC_TIMEOUT: Duration = Duration::from_secs(5);
const LONGEST_ID_BYTES: usize = 255;

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
    let payment = refreshed(&app, payment).await;
    Ok(Json(PaymentState::of(&app, payment)))
}

pub(super) async fn find(
    app: &App,
    owner: &AccountId,
    provider: &str,
    id: &str,
) -> Result<Option<Payment>, ApiError> {
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
