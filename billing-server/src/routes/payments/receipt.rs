use std::sync::Arc;

use axum::{Json, extract::State};
use http::StatusCode;
use serde::Serialize;
use utoipa::ToSchema;

use super::{status::find, syncs::PAUSE};
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody, unknown_payment},
    extract::ApiPath,
    routes::AccountErrors,
};

/// Where a receipt is.
#[derive(Serialize, ToSchema)]
pub(crate) struct Receipt {
    /// The provider's page, which anybody may open who knows its address.
    #[schema(example = "https://pay.stripe.com/receipts/acct_1/ch_1/rcpt_1")]
    url: String,
}

/// The provider's receipt for a payment of the caller, as it is now: its address is not for keeping, for it runs out.
#[utoipa::path(
    get,
    path = "/api/billing/payment/{provider}/{paymentId}/receipt",
    tag = "payments",
    security(("token" = [])),
    params(
        ("provider" = String, Path, description = "The provider.", example = "stripe"),
        ("paymentId" = String, Path, description = "Our id of the payment, or the provider's.")
    ),
    responses(
        (status = 200, body = Receipt),
        (status = 404, description = "There is no such payment, it is somebody else's, or there is no receipt for it.",
            body = ErrorBody),
        (status = 429, description = "It was asked for a moment ago: see `Retry-After`.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn receipt(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiPath((provider, id)): ApiPath<(String, String)>,
) -> Result<Json<Receipt>, ApiError> {
    let payment = find(&app, &account, &provider, &id).await?.ok_or_else(unknown_payment)?;
    if app.top_ups.has_receipt(&payment) && !app.recent_receipts.admits(payment.id) {
        let message = "this receipt was asked for a moment ago; please wait as long as Retry-After says";
        let error = ApiError::new(StatusCode::TOO_MANY_REQUESTS, "RATE_LIMITED", message);
        return Err(error.with_retry_after(PAUSE));
    }
    let url = app.top_ups.receipt(payment.id).await?;
    let no_receipt =
        || ApiError::not_found("RECEIPT_NOT_FOUND", "the provider has no receipt for this payment");
    Ok(Json(Receipt { url: url.ok_or_else(no_receipt)? }))
}
