//! Reading the journal: history and usage.
use std::collections::BTreeMap;

use billing_core::{
    Account, AccountId, Cursor, HistoryQuery, HouseAccount, LedgerError, Money, ObservedRefusals, Operation,
    Page, Posting, PostingKind, UsageBucket, UsageQuery,
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

/// By how much the clocks of servers that write to one ledger may differ, and far more than they do.
const CLOCKS_DIFFER: TimeDelta = TimeDelta::days(1);

/// Halves the postings of an account until the first from a time on is found: there is no index by time, for each would
/// cost every charge, but numbers and times go up together, but for what clocks differ.
const FIRST_FROM: &str = "WITH RECURSIVE halves (low, high) AS ( \
    SELECT CAST(1 AS bigint), coalesce(max(sequence), 0) + 1 FROM postings WHERE account = $1 \
    UNION ALL SELECT \
        CASE WHEN (SELECT created_at FROM postings WHERE account = $1 AND sequence = (low + high) / 2) < $2 \
            THEN (low + high) / 2 + 1 ELSE low END, \
        CASE WHEN (SELECT created_at FROM postings WHERE account = $1 AND sequence = (low + high) / 2) < $2 \
            THEN high ELSE (low + high) / 2 END \
    FROM halves WHERE low < high) \
    SELECT low FROM halves WHERE low = high";

/// The numbers that postings of a span of time lie between, the first included and the last not: all of them are in
/// here, and some of a day before and after it.
async fn numbers(
    store: &Store,
    account: &AccountId,
    from: Option<DateTime<Utc>>,
    to: Option<DateTime<Utc>>,
) -> Result<(i64, i64), LedgerError> {
    let first_from = async |time: Option<DateTime<Utc>>| match time {
        None => Ok(None),
        Some(time) => {
            retry(|| async {
                let first = query(FIRST_FROM).bind(account.as_str()).bind(Stamp(time));
                let row = first.fetch_one(&mut *store.reader().await?).await?;
                Ok::<_, Failure<LedgerError>>(Some(row.try_get::<i64, _>(0)?))
            })
            .await
        }
    };
    let low = first_from(from.and_then(|from| from.checked_sub_signed(CLOCKS_DIFFER))).await?;
    // What is posted from now on lies beyond every number there is.
    let is_past = |to: &DateTime<Utc>| *to < store.clock.now();
    let high = first_from(to.and_then(|to| to.checked_add_signed(CLOCKS_DIFFER)).filter(is_past)).await?;
    Ok((low.unwrap_or_default(), high.unwrap_or(i64::MAX)))
}

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
    ") AND sequence >= $10 ORDER BY sequence DESC LIMIT $11 OFFSET $12"
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
    let (low, high) = numbers(store, &asked.account, asked.from, asked.to).await?;
    let mut items = retry(|| async {
        let found = query(HISTORY)
            .bind(asked.account.as_str())
            .bind(before.min(high))
            .bind(kinds.as_str())
            .bind(asked.from.map(Stamp))
            .bind(asked.to.map(Stamp))
            .bind(lower.as_deref())
            .bind(exact.as_deref())
            .bind(gateway.as_deref())
            .bind(operations.as_deref())
            .bind(low)
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
    WHERE account = $1 AND kind = $2 AND created_at >= $3 AND created_at < $4 \
    AND sequence >= $5 AND sequence < $6 GROUP BY 1, 2"
);

pub(super) async fn usage(
    store: &Store,
    asked: &UsageQuery,
    account: &Account,
) -> Result<Vec<UsageBucket>, LedgerError> {
    asked.days()?;
    let zone = account.time_zone;
    let (from, to) = (zone.day_start(asked.from), zone.day_end(zone.day_start(asked.to)));
    let (low, high) = numbers(store, &asked.account, Some(from), Some(to)).await?;
    let sums = retry(|| async {
        let found = query(USAGE)
            .bind(asked.account.as_str())
            .bind(PostingKind::Capture.as_str())
            .bind(Stamp(from))
            .bind(Stamp(to))
            .bind(low)
            .bind(high)
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
