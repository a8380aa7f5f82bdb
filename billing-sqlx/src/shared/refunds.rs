use async_trait::async_trait;
use billing_core::{PaymentId, RefundId, RefundState, RefundStore, StoreError, StoredRefund};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};
use uuid::Uuid;

use super::{
    Row, Store,
    payment_lock::Outcome,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, is_unique_violation, retry, sort},
    stamp::Stamp,
};

const INSERT: &str = "INSERT INTO refunds (id, payment, currency, amount, taken_before, allows_debt, actor, state, \
    attempts, next_try_at, created_at, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, $9, $10, $10)";
const GET: &str = "SELECT * FROM refunds WHERE id = $1";
const LOCK: &str = concat!("SELECT * FROM refunds WHERE id = $1 ", for_update!());
const OPEN: &str = "SELECT * FROM refunds WHERE payment = $1 AND state IN ('requested', 'accepted')";
const MOVE: &str = "UPDATE refunds SET state = $2, failure = $3, updated_at = $4 WHERE id = $1";
const CLAIM: &str = "UPDATE refunds SET next_try_at = $3 \
    WHERE id = $1 AND next_try_at = $2 AND state IN ('requested', 'accepted')";
const DUE: &str = concat!(
    "SELECT * FROM refunds WHERE state IN ('requested', 'accepted') AND next_try_at <= $1 \
    ORDER BY next_try_at LIMIT $2 ",
    for_update_skip_locked!()
);
const PUT_OFF: &str = "UPDATE refunds SET next_try_at = $2, attempts = attempts + 1 WHERE id = $1";

#[async_trait]
impl RefundStore for Store {
    async fn insert_refund(&self, refund: &StoredRefund) -> Result<StoredRefund, StoreError> {
        retry(|| self.insert_refund_once(refund)).await
    }

    async fn refund(&self, id: RefundId) -> Result<Option<StoredRefund>, StoreError> {
        retry(|| async {
            let row = query(GET).bind(id.as_uuid()).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn open_refund(&self, payment: PaymentId) -> Result<Option<StoredRefund>, StoreError> {
        retry(|| async {
            let row = query(OPEN).bind(payment.as_uuid()).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn move_refund(
        &self,
        id: RefundId,
        state: RefundState,
        failure: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<StoredRefund, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let row = query(LOCK).bind(id.as_uuid()).fetch_optional(&mut *transaction).await?;
            let mut refund = read(&row.ok_or(StoreError::RefundNotFound { id })?)?;
            refund.move_to(state, failure, now);
            query(MOVE)
                .bind(id.as_uuid())
                .bind(refund.state.as_str())
                .bind(refund.failure.as_deref())
                .bind(Stamp(refund.updated_at))
                .execute(&mut *transaction)
                .await?;
            transaction.commit().await?;
            Ok::<_, Failure<StoreError>>(refund)
        })
        .await
    }

    async fn claim_refund(&self, seen: &StoredRefund, until: DateTime<Utc>) -> Result<bool, StoreError> {
        let claimed = query(CLAIM)
            .bind(seen.id.as_uuid())
            .bind(Stamp(seen.next_try_at))
            .bind(Stamp(until))
            .execute(self.writers())
            .await;
        // Not tried again: the first attempt may have claimed it, and a second one would not know.
        Ok(claimed.map_err(sort)?.rows_affected() == 1)
    }

    async fn due_refunds(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<StoredRefund>, StoreError> {
        retry(|| async {
            let mut transaction = self.begin().await?;
            let found =
                query(DUE).bind(Stamp(now)).bind(i64::from(limit)).fetch_all(&mut *transaction).await?;
            let mut due = found.iter().map(read).collect::<Decoded<Vec<_>>>()?;
            for refund in &mut due {
                query(PUT_OFF)
                    .bind(refund.id.as_uuid())
                    .bind(Stamp(until))
                    .execute(&mut *transaction)
                    .await?;
                refund.next_try_at = until;
                refund.attempts += 1;
            }
            transaction.commit().await?;
            Ok::<_, Failure<StoreError>>(due)
        })
        .await
    }
}

impl Store {
    async fn insert_refund_once(&self, refund: &StoredRefund) -> Outcome<StoredRefund> {
        let inserted = query(INSERT)
            .bind(refund.id.as_uuid())
            .bind(refund.payment.as_uuid())
            .bind(refund.amount.currency().code().to_owned())
            .bind(refund.amount.micros())
            .bind(refund.taken_before.micros())
            .bind(refund.allows_debt)
            .bind(refund.actor.as_str())
            .bind(refund.state.as_str())
            .bind(Stamp(refund.next_try_at))
            .bind(Stamp(refund.created_at))
            .execute(self.writers())
            .await;
        match inserted {
            Err(error) if is_unique_violation(&error) => self.standing_refund(refund).await,
            outcome => {
                outcome?;
                Ok(refund.clone())
            }
        }
    }

    /// What stands in the way of a refund: itself, another one under its id, or the payment's open one.
    async fn standing_refund(&self, refund: &StoredRefund) -> Outcome<StoredRefund> {
        let mut connection = self.reader().await?;
        let known = query(GET).bind(refund.id.as_uuid()).fetch_optional(&mut *connection).await?;
        if let Some(row) = known {
            let known = read(&row)?;
            let same = known.is_same_request(refund);
            return same.then_some(known).ok_or(StoreError::RefundIdReused { id: refund.id }.into());
        }
        let open = query(OPEN).bind(refund.payment.as_uuid()).fetch_optional(&mut *connection).await?;
        let open = open.as_ref().map(read).transpose()?.map_or(refund.id, |open| open.id);
        Err(StoreError::RefundOpen { payment: refund.payment, refund: open }.into())
    }
}

fn read(row: &Row) -> Decoded<StoredRefund> {
    let currency = rows::word(row, "currency")?;
    let mut refund = StoredRefund::new(
        row.try_get::<Uuid, _>("id")?.into(),
        row.try_get::<Uuid, _>("payment")?.into(),
        rows::money(row, "amount", currency)?,
        rows::money(row, "taken_before", currency)?,
        row.try_get::<String, _>("actor")?,
        rows::stamp(row, "created_at")?,
    );
    refund.allows_debt = row.try_get("allows_debt")?;
    refund.state = rows::word(row, "state")?;
    refund.failure = row.try_get("failure")?;
    refund.attempts = rows::small_count(row, "attempts")?;
    refund.next_try_at = rows::stamp(row, "next_try_at")?;
    refund.updated_at = rows::stamp(row, "updated_at")?;
    Ok(refund)
}
