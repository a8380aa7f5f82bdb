//! Reading the journal: history and usage.
use std::collections::BTreeMap;

use billing_core::{
    Account, Cursor, HistoryQuery, HouseAccount, LedgerError, Money, ObservedRefusals, Operation, Page,
    Posting, PostingKind, UsageBucket, UsageQuery,
};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{Row as _, query};

use super::{
    Store, book,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

/// What is not asked for is null. The text is looked for as it is, and in lower case of ASCII.
const HISTORY: &str = concat!(
    "SELECT ",
    posting_columns!(),
    " FROM postings WHERE account = $1 AND sequence < $2 \
    AND ($3 = '' OR $3 LIKE '%,' || kind || ',%') \
    AND ($4 IS NULL OR created_at >= $4) AND ($5 IS NULL OR created_at < $5) \
    AND ($6 IS NULL OR lower(operation) LIKE $6 ESCAPE '\\' OR operation LIKE $7 ESCAPE '\\' \
        OR lower(memo) LIKE $6 ESCAPE '\\' OR memo LIKE $7 ESCAPE '\\') \
    AND ($8 IS NULL OR debit_account = $8 OR credit_account = $8) AND ($9 IS NULL OR ",
    one_of!("operation", "$9"),
    ") ORDER BY sequence DESC LIMIT $10 OFFSET $11"
);

pub(super) async fn history(store: &Store, asked: &HistoryQuery) -> Result<Page<Posting>, LedgerError> {
    let kinds = rows::words(asked.kinds.iter().map(|kind| kind.as_str()));
    let before = asked.after.map_or(i64::MAX, |cursor| book::signed(cursor.sequence()));
    let lower = asked.text.as_deref().map(|text| pattern(&text.to_ascii_lowercase()));
    let exact = asked.text.as_deref().map(pattern);
    let gateway = asked.gateway.clone().map(|name| HouseAccount::Gateway(name).to_string());
    let operations = Some(&asked.operations).filter(|operations| !operations.is_empty());
    let operations = operations.map(|names| rows::json_array(names.iter().map(Operation::as_str)));
    let currency = store.settings.currency();
    let mut items = retry(|| async {
        let found = query(HISTORY)
            .bind(asked.account.as_str())
            .bind(before)
            .bind(kinds.as_str())
            .bind(asked.from.map(Stamp))
            .bind(asked.to.map(Stamp))
            .bind(lower.as_deref())
            .bind(exact.as_deref())
            .bind(gateway.as_deref())
            .bind(operations.as_deref())
            .bind(i64::from(asked.limit) + 1)
            .bind(i64::from(asked.offset))
            .fetch_all(&mut *store.reader().await?)
            .await?;
        let postings = found.iter().map(|row| rows::posting(row, currency)).collect::<Decoded<Vec<_>>>()?;
        Ok::<_, Failure<LedgerError>>(postings)
    })
    .await?;
    let limit = usize::try_from(asked.limit).unwrap_or(usize::MAX);
    let more = items.len() > limit;
    items.truncate(limit);
    let next = items.last().filter(|_| more).map(|posting| Cursor::after(posting.sequence));
    Ok(Page::new(items, next))
}

/// A pattern that finds `text` anywhere, with nothing of it taken for a wildcard.
fn pattern(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
    format!("%{escaped}%")
}

/// Sums by quarter of an hour: every zone's midnight falls between two of them.
const USAGE: &str = concat!(
    "SELECT ",
    quarter!("created_at"),
    " AS quarter, operation, count(*) AS calls, \
        CAST(sum(CASE WHEN amount > 0 THEN 1 ELSE 0 END) AS bigint) AS charged, \
        CAST(sum(amount) AS bigint) AS amount FROM postings \
    WHERE account = $1 AND kind = $2 AND created_at >= $3 AND created_at < $4 GROUP BY 1, 2"
);

pub(super) async fn usage(
    store: &Store,
    asked: &UsageQuery,
    account: &Account,
) -> Result<Vec<UsageBucket>, LedgerError> {
    asked.days()?;
    let zone = account.time_zone;
    let (from, to) = (zone.day_start(asked.from), zone.day_end(zone.day_start(asked.to)));
    let sums = retry(|| async {
        let found = query(USAGE)
            .bind(asked.account.as_str())
            .bind(PostingKind::Capture.as_str())
            .bind(Stamp(from))
            .bind(Stamp(to))
            .fetch_all(&mut *store.reader().await?)
            .await?;
        let mut sums = BTreeMap::new();
        for row in &found {
            let day = zone.local_date(quarter_start(row.try_get("quarter")?));
            let (calls, charged, micros) =
                sums.entry((day, rows::operation(row, "operation")?)).or_insert((0_u64, 0_u64, 0_i64));
            *calls += rows::count(row, "calls")?;
            *charged += rows::count(row, "charged")?;
            *micros += row.try_get::<i64, _>("amount")?;
        }
        Ok::<_, Failure<LedgerError>>(sums)
    })
    .await?;
    let currency = store.settings.currency();
    let bucket = |((day, operation), (calls, charged, micros))| {
        UsageBucket::new(day, operation, calls, Money::from_micros(micros, currency)).with_charged(charged)
    };
    Ok(sums.into_iter().map(bucket).collect())
}

const OBSERVED: &str = "SELECT account, operation, would_refuse, count(*) AS calls, \
        CAST(sum(uncollected) AS bigint) AS amount FROM postings \
    WHERE would_refuse IS NOT NULL AND created_at >= $1 AND created_at < $2 \
    GROUP BY account, operation, would_refuse ORDER BY amount DESC, account, operation, would_refuse LIMIT $3";

pub(super) async fn observed(
    store: &Store,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
) -> Result<Vec<ObservedRefusals>, LedgerError> {
    let most = i64::try_from(ObservedRefusals::MOST).unwrap_or(i64::MAX);
    let currency = store.settings.currency();
    retry(|| async {
        let found = query(OBSERVED)
            .bind(Stamp(from))
            .bind(Stamp(to))
            .bind(most)
            .fetch_all(&mut *store.reader().await?)
            .await?;
        let line = |row| {
            Ok(ObservedRefusals::new(
                rows::account_id(row, "account")?,
                rows::operation(row, "operation")?,
                rows::word(row, "would_refuse")?,
                rows::count(row, "calls")?,
                rows::money(row, "amount", currency)?,
            ))
        };
        let lines = found.iter().map(line).collect::<Decoded<Vec<_>>>()?;
        Ok::<_, Failure<LedgerError>>(lines)
    })
    .await
}

fn quarter_start(quarter: i64) -> DateTime<Utc> {
    let since = TimeDelta::minutes(quarter.saturating_mul(15));
    DateTime::UNIX_EPOCH.checked_add_signed(since).unwrap_or(DateTime::<Utc>::MAX_UTC)
}
