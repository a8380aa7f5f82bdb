//! What the load programs share.
use billing_core::LedgerSettings;
use billing_sqlx::PostgresStore;
use sqlx::{AssertSqlSafe, Executor as _, PgPool, postgres::PgConnectOptions};

/// A store in an empty schema of its own, and its pool.
pub(crate) async fn postgres(url: &str, settings: LedgerSettings) -> (PostgresStore, PgPool) {
    let schema = format!("bench_{}", uuid::Uuid::now_v7().simple());
    let options: PgConnectOptions = url.parse().unwrap();
    let pool = PgPool::connect_lazy_with(options.options([("search_path", &schema)]));
    pool.execute(AssertSqlSafe(format!("CREATE SCHEMA {schema}"))).await.unwrap();
    let store = PostgresStore::new(pool.clone(), settings);
    store.migrate().await.unwrap();
    (store, pool)
}
