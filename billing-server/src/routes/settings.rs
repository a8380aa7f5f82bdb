use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Account, AccountChange, TimeZone};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::AccountErrors;
use crate::{
    App,
    amount::{Amount, AmountField},
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
};

/// What the owner of an account decides on.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Settings {
    /// What may be spent in a local day.
    daily_limit_usd: Amount,
    /// What may be spent in a local month.
    monthly_limit_usd: Amount,
    /// The most that the daily limit can be set to.
    daily_limit_ceiling_usd: Amount,
    /// The most that the monthly limit can be set to.
    monthly_limit_ceiling_usd: Amount,
    /// Where days and months begin, by its IANA name.
    #[schema(example = "Europe/Kyiv")]
    time_zone: &'static str,
}

impl From<Account> for Settings {
    fn from(account: Account) -> Self {
        Self {
            daily_limit_usd: account.day.limit.into(),
            monthly_limit_usd: account.month.limit.into(),
            daily_limit_ceiling_usd: account.day.ceiling.into(),
            monthly_limit_ceiling_usd: account.month.ceiling.into(),
            time_zone: account.time_zone.name(),
        }
    }
}

/// What to change; everything else stays. The names `dailyLimitUsd`, `monthlyLimitUsd` and `timeZone` are taken too.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct SettingsChange {
    /// What may be spent in a local day.
    #[serde(alias = "dailyLimitUsd")]
    daily_limit_usd: Option<AmountField>,
    /// What may be spent in a local month.
    #[serde(alias = "monthlyLimitUsd")]
    monthly_limit_usd: Option<AmountField>,
    /// Where days and months begin, from the next ones on.
    #[serde(alias = "timeZone")]
    #[schema(example = "Europe/Kyiv")]
    time_zone: Option<String>,
}

impl SettingsChange {
    fn account_change(&self) -> Result<AccountChange, ApiError> {
        let limit =
            |name, field: &Option<AmountField>| field.as_ref().map(|field| field.usd(name)).transpose();
        let mut change = AccountChange::default();
        change.daily_limit = limit("daily_limit_usd", &self.daily_limit_usd)?;
        change.monthly_limit = limit("monthly_limit_usd", &self.monthly_limit_usd)?;
        change.time_zone = self.time_zone.as_deref().map(time_zone).transpose()?;
        Ok(change)
    }
}

fn time_zone(name: &str) -> Result<TimeZone, ApiError> {
    name.parse().map_err(|error| {
        let message = format!("time_zone: {error}; it is a name such as Europe/Kyiv");
        ApiError::bad_request("INVALID_TIME_ZONE", message)
    })
}

/// What the caller has decided on.
#[utoipa::path(
    get,
    path = "/api/billing/settings",
    tag = "account",
    security(("token" = [])),
    responses((status = 200, body = Settings), AccountErrors)
)]
pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Settings>, ApiError> {
    Ok(Json(app.ledger().account(&account).await?.into()))
}

/// Changes limits or time zone of the caller.
#[utoipa::path(
    put,
    path = "/api/billing/settings",
    tag = "account",
    security(("token" = [])),
    request_body = SettingsChange,
    responses(
        (status = 200, body = Settings),
        (status = 400, description = "The body is not as it has to be.", body = ErrorBody),
        (status = 422, description = "A limit is below zero, or above its ceiling.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiJson(change): ApiJson<SettingsChange>,
) -> Result<Json<Settings>, ApiError> {
    let account = app.ledger().configure(&account, change.account_change()?).await?;
    tracing::info!(account.id = %account.id, "settings changed for {}", account.id);
    Ok(Json(account.into()))
}
