use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{PaymentQuery, PaymentStatus};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::state::PaymentState;
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiQuery,
    query::{several, whole},
    routes::AccountErrors,
};

const PAGE: u32 = 20;
const LARGEST_PAGE: u32 = 100;

/// Which payments.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PaymentsParams {
    /// Only in these statuses, separated by commas: `pending`, `processing`, `failed`, `canceled`, `expired`,
    /// `succeeded`, or `open` for the first two.
    #[param(example = "open")]
    status: Option<String>,
    /// How many: 1 to 100, else 20.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
}

/// Payments, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Payments {
    payments: Vec<PaymentState>,
}

/// The payments of the caller, newest first, as they are known here: providers are not asked.
#[utoipa::path(
    get,
    path = "/api/billing/payments",
    tag = "payments",
    security(("token" = [])),
    params(PaymentsParams),
    responses((status = 200, body = Payments), (status = 400, body = ErrorBody), AccountErrors)
)]
pub(crate) async fn payments(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(params): ApiQuery<PaymentsParams>,
) -> Result<Json<Payments>, ApiError> {
    let limit = whole("limit", params.limit.as_deref(), 1..=LARGEST_PAGE)?.unwrap_or(PAGE);
    let query =
        PaymentQuery::newest(limit).with_account(account).with_statuses(statuses(params.status.as_deref())?);
    let payments = app.payments().list(&query).await?;
    let payments = payments.into_iter().map(|payment| PaymentState::of(&app, payment)).collect();
    Ok(Json(Payments { payments }))
}

fn statuses(words: Option<&str>) -> Result<Vec<PaymentStatus>, ApiError> {
    let meant = |word: &str| match word {
        "open" => Some(PaymentStatus::ALL.into_iter().filter(|status| !status.is_final()).collect()),
        _ => word.parse().ok().map(|status| vec![status]),
    };
    let statuses: Vec<Vec<_>> = several("status", words, "open or the status of a payment", meant)?;
    Ok(statuses.concat())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn open_stands_for_all_that_may_still_be_paid() {
        let read = |words: &str| statuses(Some(words)).map_err(|error| error.to_string());
        let open = [PaymentStatus::Pending, PaymentStatus::Processing];
        assert_eq!(read("open").unwrap(), open);
        assert_eq!(read("succeeded,failed").unwrap(), [PaymentStatus::Succeeded, PaymentStatus::Failed]);
        assert!(read("").unwrap().is_empty());
        assert_eq!(
            read("paid"),
            Err("status must be open or the status of a payment, or several with commas".to_owned())
        );
    }
}
