use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Account, AccountId, Currency, Rate};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;

use super::AccountErrors;
use crate::{
    App,
    amount::Amount,
    auth::Caller,
    error::{ApiError, chain},
};

/// How an account stands.
#[derive(Debug, Serialize, ToSchema)]
#[expect(clippy::struct_field_names, reason = "clients know these names")]
pub(crate) struct Balance {
    /// Whose.
    #[schema(value_type = String)]
    user_id: AccountId,
    /// The settled balance: what the history adds up to. Below zero after a take-back.
    balance_usd: Amount,
    /// What can be spent: the balance without what is held.
    available_usd: Amount,
    /// What calls that still run have set aside.
    held_usd: Amount,
    /// The balance in hryvnias; null where no rate is configured.
    #[schema(required)]
    balance_uah: Option<Amount>,
    /// The rate behind `balance_uah`.
    #[schema(required)]
    exchange_rate: Option<ExchangeRate>,
    /// What was charged over the account's life.
    total_spent_usd: Amount,
    /// How many calls were charged over the account's life.
    total_requests: u64,
    /// What may be spent in a local day.
    daily_limit_usd: Amount,
    /// What may be spent in a local month.
    monthly_limit_usd: Amount,
    /// What was spent in this local day, and what is held.
    today_spent_usd: Amount,
    /// What was spent in this local month, and what is held.
    month_spent_usd: Amount,
    /// When the next local day begins.
    day_resets_at: DateTime<Utc>,
    /// When the next local month begins.
    month_resets_at: DateTime<Utc>,
    /// Where days and months begin, by its IANA name.
    #[schema(example = "Europe/Kyiv")]
    time_zone: &'static str,
    /// The price tier.
    #[schema(required)]
    pricing_tier: Option<String>,
    /// Whether calls are charged.
    billing_enabled: bool,
    /// Whether an operator has suspended the account.
    suspended: bool,
    /// The balance at which the owner is told that it is low.
    low_balance_threshold_usd: Amount,
    /// When the last call was.
    #[schema(required)]
    last_request_at: Option<DateTime<Utc>>,
}

/// What one dollar is worth.
#[derive(Debug, Serialize, ToSchema)]
struct ExchangeRate {
    /// In hryvnias, as a decimal.
    #[schema(example = "41.50")]
    usd_in_uah: String,
    /// Who says so.
    source: String,
    /// As of when.
    as_of: DateTime<Utc>,
}

impl Balance {
    /// The balance of an account, in hryvnias as well where there is a rate.
    pub(crate) async fn of(app: &App, account: Account) -> Self {
        Self::new(account, rate(app).await)
    }

    fn new(account: Account, rate: Option<Rate>) -> Self {
        let balance_uah = rate.as_ref().and_then(|rate| rate.convert(account.posted)).map(Amount::from);
        let exchange_rate = rate.map(|rate| ExchangeRate {
            usd_in_uah: rate.value.to_string(),
            source: rate.source,
            as_of: rate.as_of,
        });
        Self {
            balance_usd: account.posted.into(),
            available_usd: account.available().into(),
            held_usd: account.held.into(),
            balance_uah,
            exchange_rate,
            total_spent_usd: account.spent.into(),
            total_requests: account.calls,
            daily_limit_usd: account.day.limit.into(),
            monthly_limit_usd: account.month.limit.into(),
            today_spent_usd: account.day.used.into(),
            month_spent_usd: account.month.used.into(),
            day_resets_at: account.day.ends_at,
            month_resets_at: account.month.ends_at,
            time_zone: account.time_zone.name(),
            pricing_tier: account.tier,
            billing_enabled: account.billing_enabled,
            suspended: account.suspended,
            low_balance_threshold_usd: account.alarm.threshold.into(),
            last_request_at: account.last_call_at,
            user_id: account.id,
        }
    }
}

/// The balance of the caller, with limits and what was spent.
#[utoipa::path(
    get,
    path = "/api/billing/balance",
    tag = "account",
    security(("token" = [])),
    responses((status = 200, body = Balance), AccountErrors)
)]
pub(crate) async fn balance(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
) -> Result<Json<Balance>, ApiError> {
    let account = app.ledger().account(&account).await?;
    Ok(Json(Balance::of(&app, account).await))
}

/// The rate, where one can be had: a balance in dollars is worth telling without it.
async fn rate(app: &App) -> Option<Rate> {
    let answer = app.rates.as_ref()?.rate(Currency::USD, Currency::UAH).await;
    answer.inspect_err(|error| tracing::warn!("no exchange rate for the balance: {}", chain(error))).ok()
}

#[cfg(test)]
mod tests {
    use billing_core::{LedgerSettings, Money};

    use super::*;

    #[test]
    fn a_balance_tells_its_alarm() {
        let settings =
            LedgerSettings::new(Currency::USD).with_low_balance(Money::from_micros(5_000_000, Currency::USD));
        let account = settings.open_account(AccountId::new("acme").unwrap(), DateTime::UNIX_EPOCH);
        let text = serde_json::to_string(&Balance::new(account, None)).unwrap();
        assert!(text.contains(r#""low_balance_threshold_usd":5.00"#), "{text}");
    }
}
