//! How long reports of an account take that has posted three hundred thousand times in two years: a load program, run by
//! `make bench`.
//!
//! PostgreSQL is taken from `TEST_DATABASE_URL`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a program that measures time and prints it"
)]
mod support;

use std::time::Instant;

use billing_core::{AccountId, Currency, HistoryQuery, Ledger, LedgerSettings, Operation, UsageQuery};
use billing_sqlx::{PostgresStore, SqliteStore};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::{AssertSqlSafe, Executor as _, SqlitePool};

const ROUNDS: u32 = 20;

/// Numbers of postings, as a table `n` with the column `i`.
const NUMBERS: &str = "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) ";
const COLUMNS: &str = "INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, \
    balance_after, uncollected, late, operation, breakdown, created_at) ";

#[tokio::main]
async fn main() {
    let settings = LedgerSettings::new(Currency::USD);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("billing.db").display());
    let sqlite = SqliteStore::connect(&url, settings.clone()).await.unwrap();
    sqlite.migrate().await.unwrap();
    let posted = "SELECT randomblob(16), 'acme', i, 'capture', 'acme', '@revenue', 2400, 0, 0, 0, 'tool_' || i % 7, '{}', \
        (unixepoch() - (300000 - i) * 210) * 1000000 FROM n";
    let pool = SqlitePool::connect(&url).await.unwrap();
    pool.execute(AssertSqlSafe(format!("{COLUMNS}{NUMBERS}{posted}"))).await.unwrap();
    measure("sqlite", &sqlite).await;
    match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => measure("postgres", &postgres(&url, settings).await).await,
        Err(_) => println!("postgres: left out, TEST_DATABASE_URL is not set"),
    }
}

async fn postgres(url: &str, settings: LedgerSettings) -> PostgresStore {
    let (store, pool) = support::postgres(url, settings).await;
    let posted = "SELECT gen_random_uuid(), 'acme', i, 'capture', 'acme', '@revenue', 2400, 0, 0, false, 'tool_' || i % 7, \
        '{}', now() - (300000 - i) * interval '210 seconds' FROM n";
    pool.execute(AssertSqlSafe(format!("{COLUMNS}{NUMBERS}{posted}"))).await.unwrap();
    pool.execute("ANALYZE postings").await.unwrap();
    store
}

async fn measure(database: &str, ledger: &dyn Ledger) {
    let (account, now) = (AccountId::new("acme").unwrap(), Utc::now());
    let ago = |days| now - TimeDelta::days(days);
    for (days_ago, days) in [(0, 30), (0, 90), (365, 30), (700, 30)] {
        let (from, to) = (ago(days_ago + days), ago(days_ago));
        let usage = UsageQuery::new(account.clone(), from.date_naive(), to.date_naive());
        let what = format!("usage of {days} days, {days_ago} days ago");
        report(database, &what, async || drop(ledger.usage(usage.clone()).await.unwrap())).await;
    }
    let page = HistoryQuery::new(account.clone()).with_limit(25);
    report(database, "newest page", async || drop(ledger.history(page.clone()).await.unwrap())).await;
    let none = page.clone().with_operations([Operation::new("other").unwrap()]);
    report(database, "page of what is nowhere", async || drop(ledger.history(none.clone()).await.unwrap()))
        .await;
    for (what, query) in [("page of a month a year ago", page), ("page of what is nowhere in it", none)] {
        let query = within(query, ago(395), ago(365));
        report(database, what, async || drop(ledger.history(query.clone()).await.unwrap())).await;
    }
}

fn within(mut query: HistoryQuery, from: DateTime<Utc>, to: DateTime<Utc>) -> HistoryQuery {
    (query.from, query.to) = (Some(from), Some(to));
    query
}

/// One for the connection and the plan, then the mean of some.
async fn report(database: &str, what: &str, ask: impl AsyncFn()) {
    ask().await;
    let began = Instant::now();
    for _ in 0..ROUNDS {
        ask().await;
    }
    println!("{database:8}  {what:32}  {:?}", began.elapsed() / ROUNDS);
}
