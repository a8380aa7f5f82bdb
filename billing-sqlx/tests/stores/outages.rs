use std::{future::poll_fn, pin::pin, task::Poll};

use billing_core::{
    AccountId, Charge, Currency, Ledger, LedgerSettings, Money, Operation, PostingId, StoreError, TopUp,
};
use billing_sqlx::PostgresStore;
use sqlx::{Connection as _, PgConnection, postgres::PgConnectOptions};

use crate::database::postgres;

/// Sessions of an application that are within a transaction and do nothing.
const OPEN: &str =
    "SELECT count(*) FROM pg_stat_activity WHERE application_name = $1 AND state LIKE 'idle in transaction%'";

#[tokio::test]
async fn a_database_that_is_away_is_told_as_such() {
    // Nobody listens on port 9, and nobody is given it.
    let url = "postgres://nobody@127.0.0.1:9/none";
    let store = PostgresStore::connect(url, 2, LedgerSettings::new(Currency::USD)).unwrap();
    assert!(matches!(store.ping().await, Err(StoreError::Unavailable(_))));
    let error = store.account(&AccountId::new("acme").unwrap()).await.unwrap_err();
    assert!(error.is_retryable(), "{error:?}");
}

#[tokio::test]
async fn a_connection_that_broke_is_replaced_and_the_call_repeated() {
    let (store, pool) = postgres(LedgerSettings::new(Currency::USD)).await;
    let acme = AccountId::new("acme").unwrap();
    let ten = Money::parse("10", Currency::USD).unwrap();
    store.top_up(TopUp::new(PostingId::new(), acme.clone(), ten, "stripe")).await.unwrap();
    let options = PgConnectOptions::clone(&pool.connect_options()).application_name("beside");
    let mut beside = PgConnection::connect_with(&options).await.unwrap();
    for _ in 0..3 {
        let (first, second) = (pool.acquire().await.unwrap(), pool.acquire().await.unwrap());
        drop((first, second));
        let name = pool.connect_options().get_application_name().unwrap().to_owned();
        let killed =
            sqlx::query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = $1")
                .bind(name)
                .fetch_all(&mut beside)
                .await
                .unwrap();
        // One that was killed before may still lie in the pool: nobody has noticed yet.
        assert!(!killed.is_empty(), "the pool has no connection");
        let (id, search) = (PostingId::new(), Operation::new("search").unwrap());
        let one = Money::parse("1", Currency::USD).unwrap();
        store.charge(Charge::new(id, acme.clone(), one, search)).await.unwrap();
    }
    assert_eq!(store.account(&acme).await.unwrap().posted, Money::parse("7", Currency::USD).unwrap());
}

/// A client goes away in the middle of a call. What comes after it on the same connection has to be committed.
#[tokio::test]
async fn a_call_that_is_given_up_leaves_no_transaction_open() {
    let (store, pool) = postgres(LedgerSettings::new(Currency::USD)).await;
    let acme = AccountId::new("acme").unwrap();
    let ten = Money::parse("10", Currency::USD).unwrap();
    store.top_up(TopUp::new(PostingId::new(), acme.clone(), ten, "stripe")).await.unwrap();
    let name = pool.connect_options().get_application_name().unwrap().to_owned();
    let options = PgConnectOptions::clone(&pool.connect_options()).application_name("beside");
    let mut beside = PgConnection::connect_with(&options).await.unwrap();
    for polls in 1..=20 {
        {
            let mut call = pin!(store.account(&acme));
            for _ in 0..polls {
                if poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await {
                    break;
                }
                tokio::task::yield_now().await;
            }
        }
        // Each connection has come back to the pool once all can be had.
        let mut connections = Vec::new();
        for _ in 0..pool.options().get_max_connections() {
            connections.push(pool.acquire().await.unwrap());
        }
        let open: i64 = sqlx::query_scalar(OPEN).bind(&name).fetch_one(&mut beside).await.unwrap();
        assert_eq!(
            open, 0,
            "given up after {polls} polls: what comes next is in a transaction nobody commits"
        );
    }
}
