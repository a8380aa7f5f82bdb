//! A history as a file for spreadsheets, written while it is read: it may have any number of lines.
use std::sync::Arc;

use axum::{
    body::Body,
    extract::State,
    response::{IntoResponse as _, Response},
};
use billing_core::{BoxError, Cursor, HistoryQuery, Page, Posting};
use bytes::Bytes;
use csv::{Terminator, WriterBuilder};
use futures_util::{Stream, StreamExt as _, TryStreamExt as _, future::ready, stream};
use http::header;

use super::{HistoryFilter, Transaction};
use crate::{
    App,
    auth::Caller,
    error::{ApiError, ErrorBody, chain},
    extract::ApiQuery,
    routes::AccountErrors,
};

/// How many lines are in memory at once.
const PAGE: u32 = 500;
/// By it spreadsheets know that a text is UTF-8.
const BYTE_ORDER_MARK: &str = "\u{feff}";

/// What has happened on the caller's account, newest first, as a CSV file (RFC 4180, UTF-8). Texts that spreadsheets
/// would take for formulas begin with an apostrophe. A file that can't be written to its end breaks off.
#[utoipa::path(
    get,
    path = "/api/billing/history.csv",
    tag = "account",
    security(("token" = [])),
    params(HistoryFilter),
    responses(
        (status = 200, body = String, content_type = "text/csv"),
        (status = 400, body = ErrorBody),
        AccountErrors
    )
)]
pub(crate) async fn history_csv(
    State(app): State<Arc<App>>,
    Caller(account): Caller,
    ApiQuery(filter): ApiQuery<HistoryFilter>,
) -> Result<Response, ApiError> {
    let query = filter.query(account.clone())?.with_limit(PAGE);
    let zone = app.ledger().account(&account).await?.time_zone;
    let name = format!("billing-history-{}.csv", zone.local_date(app.clock.now()));
    // Read before the head is sent: what is wrong by now can be told by a status.
    let first = app.watchful.history(query.clone()).await?;
    let head = table([Transaction::COLUMNS]).map_err(ApiError::internal)?;
    let head = Bytes::from([BYTE_ORDER_MARK.as_bytes(), &head].concat());
    let body = stream::once(ready(Ok(head))).chain(lines(app, query, first));
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
    ];
    Ok((headers, Body::from_stream(body)).into_response())
}

/// What comes next of a file.
enum Next {
    /// What was read already.
    Page(Page<Posting>),
    /// What comes after this.
    After(Cursor),
}

/// The lines of a file, a page at a time: the next one is read when the last one is on its way. An error breaks the body
/// off: a file that ends early must not look whole.
fn lines(
    app: Arc<App>,
    query: HistoryQuery,
    first: Page<Posting>,
) -> impl Stream<Item = Result<Bytes, BoxError>> {
    let account = query.account.clone();
    let pages = stream::try_unfold(Some(Next::Page(first)), move |next| {
        let (app, query) = (Arc::clone(&app), query.clone());
        async move {
            let page = match next {
                None => return Ok(None),
                Some(Next::Page(page)) => page,
                Some(Next::After(cursor)) => app.watchful.history(query.with_after(cursor)).await?,
            };
            let rows = page.items.into_iter().map(|posting| Transaction::from(posting).cells(harmless));
            Ok::<_, BoxError>(Some((table(rows)?.into(), page.next.map(Next::After))))
        }
    });
    pages.inspect_err(move |error| {
        tracing::warn!(account.id = %account, "a file of the history of {account} broke off: {}", chain(&**error));
    })
}

fn table<const COLUMNS: usize>(
    rows: impl IntoIterator<Item = [impl AsRef<[u8]>; COLUMNS]>,
) -> Result<Vec<u8>, BoxError> {
    let mut writer = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(Vec::new());
    for row in rows {
        writer.write_record(row)?;
    }
    writer.into_inner().map_err(|error| error.into_error().into())
}

/// A text that no spreadsheet takes for a formula.
fn harmless(text: &str) -> String {
    let is_formula = text.starts_with(['=', '+', '-', '@', '\t', '\r']);
    if is_formula { format!("'{text}") } else { text.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_spreadsheets_would_run_is_text() {
        for formula in ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", "\r=1"] {
            assert_eq!(harmless(formula), format!("'{formula}"));
        }
        for text in ["", "a=1", "пошук", "'=1", "1-1"] {
            assert_eq!(harmless(text), text);
        }
    }

    #[test]
    fn cells_are_quoted_where_they_have_to_be() {
        let rows = [["a", "b,c"], ["d \"e\"", "f\r\ng"]];
        assert_eq!(table(rows).unwrap(), b"a,\"b,c\"\r\n\"d \"\"e\"\"\",\"f\r\ng\"\r\n");
        assert_eq!(table::<2>(Vec::<[&str; 2]>::new()).unwrap(), b"");
    }
}
