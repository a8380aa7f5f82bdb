use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Cursor, HistoryQuery, PostingKind};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AccountErrors;
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiQuery,
    query::{invalid, several, time, whole},
};

mod transaction;

use self::transaction::{Transaction, TransactionType};

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;
/// Passing over rows reads them; further back there is the cursor.
const FURTHEST_OFFSET: u32 = 100_000;
const LONGEST_TEXT_BYTES: usize = 128;

/// Which part of a history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryParams {
    /// How many: 1 to 100, else 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// How many to pass over: 0 to 100000. Not together with `cursor`.
    #[param(value_type = Option<u32>, maximum = 100_000)]
    offset: Option<String>,
    /// Only these types, separated by commas: `charge`, `refund`, `topup`, `adjustment`.
    #[param(example = "charge,topup")]
    r#type: Option<String>,
    /// Only from this time on (RFC 3339).
    #[param(value_type = Option<DateTime<Utc>>)]
    from: Option<String>,
    /// Only before this time (RFC 3339).
    #[param(value_type = Option<DateTime<Utc>>)]
    to: Option<String>,
    /// Only where the operation or memo holds this text, of at most 128 bytes.
    q: Option<String>,
    /// Goes on where another page ended: its `next_cursor`.
    cursor: Option<String>,
}

/// Part of a history, newest first.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct History {
    transactions: Vec<Transaction>,
    pagination: Pagination,
}

/// Which part it is.
#[derive(Debug, Serialize, ToSchema)]
struct Pagination {
    /// How many were asked for.
    limit: u32,
    /// How many were passed over.
    offset: u32,
    /// How many there are on this page.
    count: usize,
    /// Where to go on; null on the last page.
    next_cursor: Option<String>,
}

/// What has happened on the caller's account, newest first.
#[utoipa::path(
    get,
    path = "/api/billing/history",
    tag = "account",
    security(("token" = [])),
    params(HistoryParams),
    responses((status = 200, body = History), (status = 400, body = ErrorBody), AccountErrors)
)]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(params): ApiQuery<HistoryParams>,
) -> Result<Json<History>, ApiError> {
    let query = params.query(HistoryQuery::new(account))?;
    let (limit, offset) = (query.limit, query.offset);
    let page = app.ledger().history(query).await?;
    let transactions: Vec<_> = page.items.into_iter().map(Transaction::from).collect();
    let next_cursor = page.next.map(|cursor| cursor.sequence().to_string());
    let pagination = Pagination { limit, offset, count: transactions.len(), next_cursor };
    Ok(Json(History { transactions, pagination }))
}

impl HistoryParams {
    fn query(self, query: HistoryQuery) -> Result<HistoryQuery, ApiError> {
        let mut query =
            query.with_limit(whole("limit", self.limit.as_deref(), 1..=LARGEST_PAGE)?.unwrap_or(PAGE));
        query.offset = whole("offset", self.offset.as_deref(), 0..=FURTHEST_OFFSET)?.unwrap_or_default();
        query.kinds = kinds(self.r#type.as_deref())?;
        query.from = time("from", self.from.as_deref())?;
        query.to = time("to", self.to.as_deref())?;
        query.text = self.q.filter(|text| !text.is_empty());
        if query.text.as_ref().is_some_and(|text| !is_searchable(text)) {
            let message =
                format!("q must have at most {LONGEST_TEXT_BYTES} bytes, and no control characters");
            return Err(invalid(message));
        }
        if let Some(cursor) = self.cursor {
            if query.offset > 0 {
                return Err(invalid("offset and cursor do not go together"));
            }
            // No account has more postings than a signed integer counts.
            let sequence = cursor.parse::<i64>().ok().and_then(|sequence| u64::try_from(sequence).ok());
            let sequence =
                sequence.ok_or_else(|| invalid("cursor must be the next_cursor of another page"))?;
            query = query.with_after(Cursor::after(sequence));
        }
        Ok(query)
    }
}

/// PostgreSQL stores no NUL, and nobody looks for other control characters.
fn is_searchable(text: &str) -> bool {
    text.len() <= LONGEST_TEXT_BYTES && !text.contains(char::is_control)
}

fn kinds(types: Option<&str>) -> Result<Vec<PostingKind>, ApiError> {
    let allowed = "charge, refund, topup or adjustment";
    let asked = several("type", types, allowed, TransactionType::named)?;
    let is_asked = |kind: &PostingKind| asked.contains(&TransactionType::of(*kind));
    Ok(if asked.is_empty() { Vec::new() } else { PostingKind::ALL.into_iter().filter(is_asked).collect() })
}

#[cfg(test)]
mod tests {
    use billing_core::AccountId;

    use super::*;

    fn query(params: HistoryParams) -> Result<HistoryQuery, ApiError> {
        params.query(HistoryQuery::new(AccountId::new("acme").unwrap()))
    }

    #[test]
    fn pages_are_bounded() {
        for bad in ["-1", "0", "101", "1000000000", "99999999999999999999", "", "ten", "1.0"] {
            let params = HistoryParams { limit: Some(bad.to_owned()), ..HistoryParams::default() };
            assert!(query(params).is_err(), "limit {bad}");
        }
        for bad in ["-1", "100001", "1000000000", ""] {
            let params = HistoryParams { offset: Some(bad.to_owned()), ..HistoryParams::default() };
            assert!(query(params).is_err(), "offset {bad}");
        }
        assert_eq!(query(HistoryParams::default()).unwrap().limit, 50);
    }

    #[test]
    fn a_type_stands_for_its_kinds_of_posting() {
        let kinds = |types| kinds(Some(types)).map_err(|error| error.to_string());
        assert_eq!(kinds("charge"), Ok(vec![PostingKind::Capture]));
        assert_eq!(kinds("adjustment"), Ok(vec![PostingKind::Reinstatement, PostingKind::Adjustment]));
        assert_eq!(kinds("topup,refund"), Ok(vec![PostingKind::TopUp, PostingKind::Reversal]));
        assert!(kinds("capture").is_err() && kinds("charge,").is_err());
    }
}
