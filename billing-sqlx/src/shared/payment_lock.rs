//! The lock under which a payment changes.
use billing_core::{Payment, PaymentId, StoreError};
use sqlx::query;

use super::{Connection, rows};
use crate::failure::Failure;

pub(super) type Outcome<T> = Result<T, Failure<StoreError>>;

const LOCK: &str = concat!("SELECT * FROM payments WHERE id = $1 ", for_update!());

pub(super) async fn lock(connection: &mut Connection, id: PaymentId) -> Outcome<Payment> {
    let row = query(LOCK).bind(id.as_uuid()).fetch_optional(connection).await?;
    let row = row.ok_or(StoreError::NotFound { id })?;
    Ok(rows::payment(&row)?)
}
