use billing_core::{AccountId, Currency, Ledger, LedgerSettings};
use billing_sqlx::{Migration, PostgresStore, SqliteStore};

use crate::database::postgres_pool;

fn applied(migrations: &[Migration]) -> Vec<(i64, bool)> {
    migrations.iter().map(|migration| (migration.version, migration.applied)).collect()
}

macro_rules! up_and_down {
    ($store:expr) => {{
        let store = $store;
        assert_eq!(applied(&store.migrations().await.unwrap()), [(1, false), (2, false), (3, false)]);
        assert_eq!(store.revert().await.unwrap(), None);
        store.migrate().await.unwrap();
        store.migrate().await.unwrap();
        assert_eq!(applied(&store.migrations().await.unwrap()), [(1, true), (2, true), (3, true)]);
        let acme = AccountId::new("acme").unwrap();
        store.account(&acme).await.unwrap();
        assert_eq!(store.revert().await.unwrap().unwrap().description, "idempotency keys");
        assert_eq!(store.revert().await.unwrap().unwrap().description, "payments");
        assert_eq!(applied(&store.migrations().await.unwrap()), [(1, true), (2, false), (3, false)]);
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
