//! How many calls a second the ledger settles, and how long one takes: a load program, run by `make bench`.
//!
//! PostgreSQL is taken from `TEST_DATABASE_URL`. *hot* is one account, *many* is uniform over a thousand.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    clippy::cast_precision_loss,
    clippy::float_arithmetic,
    clippy::as_conversions,
    reason = "a program that measures time and prints it; no money is computed here"
)]
mod support;

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use billing_core::{
    AccountChange, AccountId, Authorize, Capture, Charge, Currency, HoldId, Ledger, LedgerSettings, Money,
    Operation, PostingId, TopUp,
};
use billing_sqlx::SqliteStore;

const SPAN: Duration = Duration::from_secs(3);
const ACCOUNTS: usize = 1_000;

#[derive(Clone, Copy, Debug)]
enum Call {
    Charge,
    HoldAndCapture,
}

#[tokio::main]
async fn main() {
    let settings = LedgerSettings::new(Currency::USD);
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", folder.path().join("billing.db").display());
    let sqlite = SqliteStore::connect(&url, settings.clone()).await.unwrap();
    sqlite.migrate().await.unwrap();
    measure("sqlite", Arc::new(sqlite), &[1, 32]).await;
    match std::env::var("TEST_DATABASE_URL") {
        Ok(url) => measure("postgres", Arc::new(support::postgres(&url, settings).await.0), &[1, 32]).await,
        Err(_) => println!("postgres: left out, TEST_DATABASE_URL is not set"),
    }
}

async fn measure(database: &str, ledger: Arc<dyn Ledger>, concurrencies: &[usize]) {
    let accounts: Arc<Vec<AccountId>> =
        Arc::new((0..ACCOUNTS).map(|index| AccountId::new(format!("account-{index}")).unwrap()).collect());
    for account in accounts.iter() {
        fund(&*ledger, account).await;
    }
    for (spread, count) in [("hot", 1), ("many", ACCOUNTS)] {
        for call in [Call::Charge, Call::HoldAndCapture] {
            for concurrency in concurrencies {
                let mut took = load(&ledger, &accounts, count, call, *concurrency).await;
                took.sort_unstable();
                let at = |percent: usize| took[(took.len() - 1) * percent / 100];
                println!(
                    "{database:8}  {spread:4}  {:16}  {concurrency:2} at once  {:7.0}/s  p50 {:?}  p99 {:?}",
                    format!("{call:?}"),
                    took.len() as f64 / SPAN.as_secs_f64(),
                    at(50),
                    at(99),
                );
            }
        }
    }
    assert!(ledger.verify().await.unwrap().is_clean());
}

async fn fund(ledger: &dyn Ledger, account: &AccountId) {
    let million = Money::from_micros(1_000_000_000_000, Currency::USD);
    let mut change = AccountChange::default();
    (change.daily_ceiling, change.monthly_ceiling) = (Some(million), Some(million));
    (change.daily_limit, change.monthly_limit) = (Some(million), Some(million));
    ledger.configure(account, change).await.unwrap();
    ledger.top_up(TopUp::new(PostingId::new(), account.clone(), million, "stripe")).await.unwrap();
}

async fn load(
    ledger: &Arc<dyn Ledger>,
    accounts: &Arc<Vec<AccountId>>,
    count: usize,
    call: Call,
    concurrency: usize,
) -> Vec<Duration> {
    let until = Instant::now() + SPAN;
    let callers: Vec<_> = (0..concurrency)
        .map(|_| {
            let (ledger, accounts) = (Arc::clone(ledger), Arc::clone(accounts));
            tokio::spawn(async move {
                let mut took = Vec::new();
                while Instant::now() < until {
                    let account = &accounts[fastrand::usize(..count)];
                    let began = Instant::now();
                    settle(&*ledger, account, call).await;
                    took.push(began.elapsed());
                }
                took
            })
        })
        .collect();
    let mut all = Vec::new();
    for caller in callers {
        all.extend(caller.await.unwrap());
    }
    all
}

async fn settle(ledger: &dyn Ledger, account: &AccountId, call: Call) {
    let price = Money::from_micros(2_400, Currency::USD);
    let search = Operation::new("search").unwrap();
    match call {
        Call::Charge => {
            ledger.charge(Charge::new(PostingId::new(), account.clone(), price, search)).await.unwrap();
        }
        Call::HoldAndCapture => {
            let hold = HoldId::new();
            ledger.authorize(Authorize::new(hold, account.clone(), price, search)).await.unwrap();
            ledger.capture(Capture::new(account.clone(), hold, price)).await.unwrap();
        }
    }
}
