use std::path::Path;

use serde_json::Value;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};

const MESSAGES: &str = "SELECT key, CAST(event AS text) FROM outbox ORDER BY created_at, key";

/// The URL of a database file in a folder.
pub(crate) fn sqlite_url(folder: &Path) -> String {
    format!("sqlite:{}", folder.join("billing.db").display())
}

/// The messages that wait to be told, oldest first: the key of each, and what happened.
pub(crate) async fn messages(database_url: &str) -> Vec<(String, Value)> {
    let rows: Vec<(String, String)> = if database_url.starts_with("sqlite:") {
        let mut connection = SqliteConnection::connect(database_url).await.unwrap();
        sqlx::query_as(MESSAGES).fetch_all(&mut connection).await.unwrap()
    } else {
        let mut connection = PgConnection::connect(database_url).await.unwrap();
        sqlx::query_as(MESSAGES).fetch_all(&mut connection).await.unwrap()
    };
    rows.into_iter().map(|(key, event)| (key, serde_json::from_str(&event).unwrap())).collect()
}

/// How many messages with this key wait to be told: one at most, for a key names a message.
pub(crate) async fn told(database_url: &str, key: &str) -> usize {
    messages(database_url).await.iter().filter(|(told, _)| told == key).count()
}

/// Lets the time come at which refunds under way are gone on with: nobody waits for it here.
pub(crate) async fn let_refunds_be_due(database_url: &str) {
    let mut connection = SqliteConnection::connect(database_url).await.unwrap();
    sqlx::query("UPDATE refunds SET next_try_at = 0").execute(&mut connection).await.unwrap();
}

/// Changes an account past the server, as an operator would who has no command for it.
pub(crate) async fn change_account(database_url: &str, account: &str, change: &str) {
    let mut connection = SqliteConnection::connect(database_url).await.unwrap();
    let statement = format!("UPDATE accounts SET {change} WHERE id = $1");
    let changed = sqlx::query(AssertSqlSafe(statement)).bind(account).execute(&mut connection).await.unwrap();
    assert_eq!(changed.rows_affected(), 1, "{account}");
}
