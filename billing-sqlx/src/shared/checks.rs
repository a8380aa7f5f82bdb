//! Which payments are to be asked about, and who asks.
use billing_core::Payment;
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};
use uuid::Uuid;

use super::{Store, payment_lock::Outcome, rows};
use crate::stamp::Stamp;

const DUE: &str = concat!(
    "SELECT * FROM payments WHERE next_check_at <= $1 ORDER BY next_check_at LIMIT $2 ",
    for_update_skip_locked!()
);
const PUT_OFF: &str = "UPDATE payments SET next_check_at = $2 WHERE id = $1";
const CHECKED: &str = "UPDATE payments SET checks = checks + 1, next_check_at = $4 \
    WHERE id = $1 AND status = $2 AND checks = $3";

pub(super) async fn due(
    store: &Store,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
    limit: u32,
) -> Outcome<Vec<Payment>> {
    let mut transaction = store.begin().await?;
    let found = query(DUE).bind(Stamp(now)).bind(i64::from(limit)).fetch_all(&mut *transaction).await?;
    let mut due = Vec::new();
    for row in &found {
        let id: Uuid = row.try_get("id")?;
        query(PUT_OFF).bind(id).bind(Stamp(until)).execute(&mut *transaction).await?;
        match rows::payment(row) {
            Ok(mut payment) => {
                payment.next_check_at = Some(until);
                due.push(payment);
            }
            // One that nobody can read must not keep the others waiting.
            Err(error) => tracing::error!(payment.id = %id, error = %error, "payment {id} can't be read"),
        }
    }
    transaction.commit().await?;
    Ok(due)
}

pub(super) async fn checked(
    store: &Store,
    seen: &Payment,
    next_check_at: Option<DateTime<Utc>>,
) -> Outcome<()> {
    query(CHECKED)
        .bind(seen.id.as_uuid())
        .bind(seen.status.as_str())
        .bind(i64::from(seen.checks))
        .bind(next_check_at.map(Stamp))
        .execute(store.writers())
        .await?;
    Ok(())
}
