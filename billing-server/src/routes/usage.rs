use std::{collections::BTreeMap, sync::Arc};

use axum::{Json, extract::State};
use billing_core::{Account, Money, Operation, UsageBucket, UsageQuery};
use chrono::{DateTime, Days, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AccountErrors;
use crate::{
    App,
    amount::Amount,
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiQuery,
    query::{date, invalid, several},
};

/// The days that are told when nobody says which: 30 with the last.
const DAYS_BEFORE: Days = Days::new(29);

/// Which spending, and how it is summed up.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct UsageParams {
    /// The first local day; else the 29th before the last one.
    #[param(value_type = Option<NaiveDate>)]
    from: Option<String>,
    /// The last local day, at most 399 after the first; else today.
    #[param(value_type = Option<NaiveDate>)]
    to: Option<String>,
    /// Summed up by `day`, by `operation`, or by both, which is the default.
    #[param(example = "day,operation")]
    group: Option<String>,
}

/// What was spent, summed up.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Usage {
    /// The first day.
    from: NaiveDate,
    /// The last day.
    to: NaiveDate,
    /// Where these days begin, by its IANA name.
    #[schema(example = "Europe/Kyiv")]
    time_zone: &'static str,
    /// Sums in order; those without calls are left out.
    buckets: Vec<Bucket>,
}

/// What calls cost together.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = UsageBucket)]
struct Bucket {
    /// The local day; null where all days are summed up.
    #[schema(required)]
    day: Option<NaiveDate>,
    /// What was paid for; null where all operations are summed up.
    #[schema(value_type = Option<String>, required)]
    operation: Option<Operation>,
    /// How many calls.
    calls: u64,
    /// What they cost.
    amount_usd: Amount,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Day,
    Operation,
}

/// What the caller has spent, by local day and operation.
#[utoipa::path(
    get,
    path = "/api/billing/usage",
    tag = "account",
    security(("token" = [])),
    params(UsageParams),
    responses((status = 200, body = Usage), (status = 400, body = ErrorBody), AccountErrors)
)]
pub(crate) async fn usage(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(params): ApiQuery<UsageParams>,
) -> Result<Json<Usage>, ApiError> {
    let groups = params.groups()?;
    let account = app.ledger().account(&account).await?;
    let query = params.query(&account, app.clock.now())?;
    let (from, to) = (query.from, query.to);
    let buckets = summed(app.ledger().usage(query).await?, &groups)?;
    Ok(Json(Usage { from, to, time_zone: account.time_zone.name(), buckets }))
}

impl UsageParams {
    fn groups(&self) -> Result<Vec<Group>, ApiError> {
        let group = |word: &str| match word {
            "day" => Some(Group::Day),
            "operation" => Some(Group::Operation),
            _ => None,
        };
        let groups = several("group", self.group.as_deref(), "day or operation", group)?;
        Ok(if groups.is_empty() { vec![Group::Day, Group::Operation] } else { groups })
    }

    fn query(&self, account: &Account, now: DateTime<Utc>) -> Result<UsageQuery, ApiError> {
        let today = account.time_zone.local_date(now);
        let to = date("to", self.to.as_deref())?.unwrap_or(today);
        let from =
            date("from", self.from.as_deref())?.or_else(|| to.checked_sub_days(DAYS_BEFORE)).unwrap_or(to);
        let query = UsageQuery::new(account.id.clone(), from, to);
        query.days().map_err(|error| invalid(error.to_string()))?;
        Ok(query)
    }
}

/// Sums of sums, where not both groups are asked for.
fn summed(buckets: Vec<UsageBucket>, groups: &[Group]) -> Result<Vec<Bucket>, ApiError> {
    let mut sums = BTreeMap::<_, (u64, Money)>::new();
    for UsageBucket { day, operation, calls, amount, .. } in buckets {
        let day = groups.contains(&Group::Day).then_some(day);
        let key = (day, operation.filter(|_| groups.contains(&Group::Operation)));
        let (all_calls, sum) = sums.entry(key).or_insert((0, Money::zero(amount.currency())));
        *all_calls = all_calls.saturating_add(calls);
        *sum = sum.checked_add(amount).ok_or_else(|| ApiError::internal("usage is out of range"))?;
    }
    let bucket = |((day, operation), (calls, sum)): (_, (_, Money))| Bucket {
        day,
        operation,
        calls,
        amount_usd: sum.into(),
    };
    Ok(sums.into_iter().map(bucket).collect())
}

#[cfg(test)]
mod tests {
    use billing_core::{AccountId, Currency, LedgerSettings};

    use super::*;

    fn query(from: Option<&str>, to: Option<&str>) -> Result<(String, String), ApiError> {
        let now = "2026-11-28T22:30:00Z".parse().unwrap();
        let settings = LedgerSettings::new(Currency::USD);
        let account = settings.open_account(AccountId::new("acme").unwrap(), now);
        let text = |text: Option<&str>| text.map(str::to_owned);
        let params = UsageParams { from: text(from), to: text(to), group: None };
        params.query(&account, now).map(|query| (query.from.to_string(), query.to.to_string()))
    }

    #[test]
    fn the_last_thirty_local_days_are_told_unless_others_are_asked_for() {
        // Half past midnight in Kyiv.
        assert_eq!(query(None, None).unwrap(), ("2026-10-31".to_owned(), "2026-11-29".to_owned()));
        assert_eq!(query(Some("2026-11-29"), None).unwrap().1, "2026-11-29");
        assert_eq!(query(None, Some("2026-01-30")).unwrap().0, "2026-01-01");
        let refused = |from, to| query(Some(from), Some(to)).unwrap_err().to_string();
        assert_eq!(refused("2026-11-02", "2026-11-01"), "from must not be after to");
        assert_eq!(refused("2025-01-01", "2026-11-01"), "to must be at most 400 days after from");
        assert!(query(Some("0000-01-01"), Some("9999-12-31")).is_err());
        assert!(query(Some("yesterday"), None).is_err());
    }

    #[test]
    fn sums_are_made_by_what_is_asked_for() {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        let usd = |micros| Money::from_micros(micros, Currency::USD);
        let operation = |name: &str| Some(Operation::new(name).unwrap());
        let all = vec![
            UsageBucket::new(day(1), operation("b"), 1, usd(1)),
            UsageBucket::new(day(1), operation("a"), 2, usd(20)),
            UsageBucket::new(day(2), operation("b"), 4, usd(300)),
        ];
        let sums = |groups: &[Group]| summed(all.clone(), groups).unwrap();
        let bucket =
            |day, operation, calls, micros| Bucket { day, operation, calls, amount_usd: usd(micros).into() };
        assert_eq!(
            sums(&[Group::Day]),
            [bucket(Some(day(1)), None, 3, 21), bucket(Some(day(2)), None, 4, 300)]
        );
        assert_eq!(
            sums(&[Group::Operation]),
            [bucket(None, operation("a"), 2, 20), bucket(None, operation("b"), 5, 301)]
        );
        assert_eq!(sums(&[Group::Operation, Group::Day]).len(), 3);
    }

    #[test]
    fn groups_are_words_in_any_order() {
        let groups =
            |text: &str| UsageParams { group: Some(text.to_owned()), ..UsageParams::default() }.groups();
        assert_eq!(groups("operation,day").unwrap(), [Group::Operation, Group::Day]);
        assert_eq!(groups("").unwrap().len(), 2);
        assert!(groups("hour").is_err() && groups("day;operation").is_err());
    }
}
