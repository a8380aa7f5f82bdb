use billing_core::{AccountId, Currency, Ledger, LedgerSettings};
use billing_sqlx::{Migration, PostgresStore, SqliteStore};

use crate::database::postgres_pool;

fn applied(migrations: &[Migration]) -> Vec<(i64, bool)> {
    migrations.iter().map(|migration| (migration.version, migration.applied)).collect()
}

/// All steps, of which the first `count` are applied.
fn first(count: i64) -> Vec<(i64, bool)> {
    (1..=10).map(|version| (version, version <= count)).collect()
}

macro_rules! up_and_down {
    ($store:expr) => {{
        let store = $store;
        assert_eq!(applied(&store.migrations().await.unwrap()), first(0));
        assert_eq!(store.revert().await.unwrap(), None);
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(applied(&store.migrations().await.unwrap()), first(10));
        let acme = AccountId::new("acme").unwrap();
        store.account(&acme).await.unwrap();
        for (left, step) in [
            (9, "changed payments"),
            (8, "notifications"),
            (7, "api keys"),
            (6, "observed calls"),
            (5, "webhook inbox"),
            (4, "payment care"),
            (3, "exchange"),
            (2, "idempotency keys"),
            (1, "payments"),
        ] {
            assert_eq!(store.revert().await.unwrap().unwrap().description, step);
            assert_eq!(applied(&store.migrations().await.unwrap()), first(left));
        }
        assert_eq!(store.revert().await.unwrap().unwrap().description, "ledger");
        assert!(store.account(&acme).await.is_err());
        store.migrate().await.unwrap();
        store.account(&acme).await.unwrap();
    }};
}

#[tokio::test]
async fn the_schema_of_postgres_goes_up_and_down_and_up_again() {
    up_and_down!(PostgresStore::new(postgres_pool().await, LedgerSettings::new(Currency::USD)));
}

#[tokio::test]
async fn the_schema_of_sqlite_goes_up_and_down_and_up_again() {
    up_and_down!(SqliteStore::connect("sqlite::memory:", LedgerSettings::new(Currency::USD)).await.unwrap());
}

#[tokio::test]
async fn several_processes_may_migrate_at_once() {
    let store = PostgresStore::new(postgres_pool().await, LedgerSettings::new(Currency::USD));
    let tasks: Vec<_> = (0..4)
        .map(|_| {
            let store = store.clone();
            tokio::spawn(async move { store.migrate().await })
        })
        .collect();
    for task in tasks {
        task.await.unwrap().unwrap();
    }
    store.account(&AccountId::new("acme").unwrap()).await.unwrap();
}
