use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Cursor, HistoryQuery};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::AccountErrors;
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody},
    extract::ApiQuery,
    query::{invalid, whole},
};

pub(super) mod csv;
mod filter;
mod transaction;

use self::filter::HistoryFilter;
pub(crate) use self::transaction::Transaction;

const PAGE: u32 = 50;
const LARGEST_PAGE: u32 = 100;
/// Passing over rows reads them; further back there is the cursor.
const FURTHEST_OFFSET: u32 = 100_000;

/// Which page of a history.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct PageParams {
    /// How many: 1 to 100, else 50.
    #[param(value_type = Option<u32>, minimum = 1, maximum = 100)]
    limit: Option<String>,
    /// How many to pass over: 0 to 100000. Not together with `cursor`.
    #[param(value_type = Option<u32>, maximum = 100_000)]
    offset: Option<String>,
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
    #[schema(required)]
    next_cursor: Option<String>,
}

/// What has happened on the caller's account, newest first.
#[utoipa::path(
    get,
    path = "/api/billing/history",
    tag = "account",
    security(("token" = [])),
    params(PageParams, HistoryFilter),
    responses((status = 200, body = History), (status = 400, body = ErrorBody), AccountErrors)
)]
pub(crate) async fn history(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(page): ApiQuery<PageParams>,
    ApiQuery(filter): ApiQuery<HistoryFilter>,
) -> Result<Json<History>, ApiError> {
    let query = page.of(filter.query(account)?)?;
    let (limit, offset) = (query.limit, query.offset);
    let page = app.ledger().history(query).await?;
    let transactions: Vec<_> = page.items.into_iter().map(Transaction::from).collect();
    let next_cursor = page.next.map(|cursor| cursor.sequence().to_string());
    let pagination = Pagination { limit, offset, count: transactions.len(), next_cursor };
    Ok(Json(History { transactions, pagination }))
}

impl PageParams {
    /// This page of what a query asks for.
    fn of(self, query: HistoryQuery) -> Result<HistoryQuery, ApiError> {
        let mut query =
            query.with_limit(whole("limit", self.limit.as_deref(), 1..=LARGEST_PAGE)?.unwrap_or(PAGE));
        query.offset = whole("offset", self.offset.as_deref(), 0..=FURTHEST_OFFSET)?.unwrap_or_default();
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

#[cfg(test)]
mod tests {
    use billing_core::AccountId;

    use super::*;

    fn query(params: PageParams) -> Result<HistoryQuery, ApiError> {
        params.of(HistoryQuery::new(AccountId::new("acme").unwrap()))
    }

    #[test]
    fn pages_are_bounded() {
        for bad in ["-1", "0", "101", "1000000000", "99999999999999999999", "", "ten", "1.0"] {
            let params = PageParams { limit: Some(bad.to_owned()), ..PageParams::default() };
            assert!(query(params).is_err(), "limit {bad}");
        }
        for bad in ["-1", "100001", "1000000000", ""] {
            let params = PageParams { offset: Some(bad.to_owned()), ..PageParams::default() };
            assert!(query(params).is_err(), "offset {bad}");
        }
        assert_eq!(query(PageParams::default()).unwrap().limit, 50);
    }
}
