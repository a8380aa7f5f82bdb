use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Account, AccountChange, Contact, ContactChange, Language, TimeZone};
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::AccountErrors;
use crate::{
    App,
    amount::{Amount, AmountField},
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
    words::LanguageCode,
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
    /// The settled balance at which its owner is told that it is low.
    low_balance_threshold_usd: Amount,
    /// Of what its owner is told. Money that came in or was taken back is always told.
    notifications: Wanted,
    /// The language of letters; null for the deployment's.
    #[schema(value_type = Option<LanguageCode>, example = "uk", required)]
    language: Option<Language>,
    /// Where letters go: as the latest token says.
    #[schema(required)]
    email: Option<String>,
    /// The owner's name: as the latest token says.
    #[schema(required)]
    name: Option<String>,
}

/// Of what the owner of an account is told.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = Notifications)]
struct Wanted {
    /// Of payments that failed.
    payment_failed: bool,
    /// Of a low balance.
    balance_low: bool,
    /// Of a limit that is reached.
    limit_reached: bool,
}

impl Settings {
    fn new(account: &Account, contact: Contact) -> Self {
        Self {
            daily_limit_usd: account.day.limit.into(),
            monthly_limit_usd: account.month.limit.into(),
            daily_limit_ceiling_usd: account.day.ceiling.into(),
            monthly_limit_ceiling_usd: account.month.ceiling.into(),
            time_zone: account.time_zone.name(),
            low_balance_threshold_usd: account.alarm.threshold.into(),
            notifications: Wanted {
                payment_failed: contact.payment_failed,
                balance_low: contact.balance_low,
                limit_reached: contact.limit_reached,
            },
            language: contact.language,
            email: contact.email,
            name: contact.name,
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
    /// The settled balance at which the owner is told that it is low; zero tells when nothing is left.
    low_balance_threshold_usd: Option<AmountField>,
    /// Of what to tell; what is not named stays.
    notifications: Option<WantedChange>,
    /// The language of letters, `uk` or `en`; null goes back to the deployment's.
    #[serde(default, deserialize_with = "choice")]
    #[schema(value_type = Option<LanguageCode>, example = "uk")]
    language: Option<LanguageChoice>,
}

/// Of what to tell.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NotificationsChange)]
struct WantedChange {
    /// Of payments that failed.
    payment_failed: Option<bool>,
    /// Of a low balance.
    balance_low: Option<bool>,
    /// Of a limit that is reached.
    limit_reached: Option<bool>,
}

/// Which language is chosen.
#[derive(Debug)]
enum LanguageChoice {
    /// Whatever the deployment's is.
    Deployment,
    /// The one with this code.
    Code(String),
}

/// Tells null from what is not there.
fn choice<'de, D: Deserializer<'de>>(value: D) -> Result<Option<LanguageChoice>, D::Error> {
    let code = Option::deserialize(value)?;
    Ok(Some(code.map_or(LanguageChoice::Deployment, LanguageChoice::Code)))
}

impl SettingsChange {
    fn account_change(&self) -> Result<AccountChange, ApiError> {
        let amount =
            |name, field: &Option<AmountField>| field.as_ref().map(|field| field.usd(name)).transpose();
        let mut change = AccountChange::default();
        change.daily_limit = amount("daily_limit_usd", &self.daily_limit_usd)?;
        change.monthly_limit = amount("monthly_limit_usd", &self.monthly_limit_usd)?;
        change.low_balance = amount("low_balance_threshold_usd", &self.low_balance_threshold_usd)?;
        change.time_zone = self.time_zone.as_deref().map(time_zone).transpose()?;
        Ok(change)
    }

    fn contact_change(&self) -> Result<ContactChange, ApiError> {
        let mut change = ContactChange::default();
        change.language = match &self.language {
            None => None,
            Some(LanguageChoice::Deployment) => Some(None),
            Some(LanguageChoice::Code(code)) => Some(Some(language(code)?)),
        };
        if let Some(wanted) = &self.notifications {
            change.payment_failed = wanted.payment_failed;
            change.balance_low = wanted.balance_low;
            change.limit_reached = wanted.limit_reached;
        }
        Ok(change)
    }
}

/// A language by its code.
pub(crate) fn language(code: &str) -> Result<Language, ApiError> {
    code.parse().map_err(|_| ApiError::bad_request("INVALID_LANGUAGE", "language must be uk, en or null"))
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
    let contact = app.store.contacts.contact(&account).await?;
    Ok(Json(Settings::new(&app.ledger().account(&account).await?, contact)))
}

/// Changes limits, time zone or what the caller is told.
#[utoipa::path(
    put,
    path = "/api/billing/settings",
    tag = "account",
    security(("token" = [])),
    request_body = SettingsChange,
    responses(
        (status = 200, body = Settings),
        (status = 400, description = "The body is not as it has to be.", body = ErrorBody),
        (status = 422, description = "A limit or the threshold is below zero, or a limit above its ceiling.", body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiJson(change): ApiJson<SettingsChange>,
) -> Result<Json<Settings>, ApiError> {
    let (account_change, contact_change) = (change.account_change()?, change.contact_change()?);
    // First what may be refused. A fault in between leaves the rest undone; the same change again does it.
    let account = app.ledger().configure(&account, account_change).await?;
    let contact = app.store.contacts.change_contact(&account.id, contact_change).await?;
    tracing::info!(account.id = %account.id, "settings changed for {}", account.id);
    Ok(Json(Settings::new(&account, contact)))
}
