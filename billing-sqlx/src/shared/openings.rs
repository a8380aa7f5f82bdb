//! Who opens a payment's order at its provider: one at a time.
use billing_core::{Checkout, Opening, PaymentId};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Store,
    payment_lock::{Outcome, lock},
    rows,
};
use crate::stamp::Stamp;

const OPENING: &str = "SELECT opening_until FROM payments WHERE id = $1";
const BEGIN: &str = "UPDATE payments SET opening_until = $2 WHERE id = $1";
const END: &str = "UPDATE payments SET opening_until = NULL WHERE id = $1";

pub(super) async fn begin(
    store: &Store,
    id: PaymentId,
    now: DateTime<Utc>,
    until: DateTime<Utc>,
) -> Outcome<Opening> {
    let mut transaction = store.begin().await?;
    let payment = lock(&mut transaction, id).await?;
    let row = query(OPENING).bind(id.as_uuid()).fetch_one(&mut *transaction).await?;
    if let Some((external_id, url)) = payment.external_id.clone().zip(payment.checkout_url.clone()) {
        return Ok(Opening::Opened(payment, Checkout::Redirect { external_id, url }));
    }
    if rows::stamp_if_any(&row, "opening_until")?.is_some_and(|until| until > now) {
        return Ok(Opening::Busy);
    }
    query(BEGIN).bind(id.as_uuid()).bind(Stamp(until)).execute(&mut *transaction).await?;
    transaction.commit().await?;
    Ok(Opening::Begun(payment))
}

pub(super) async fn end(store: &Store, id: PaymentId) -> Outcome<()> {
    query(END).bind(id.as_uuid()).execute(store.writers()).await?;
    Ok(())
}
