use async_trait::async_trait;
use billing_core::{Claim, IdempotencyKeys, PaymentId, StoreError};
use sqlx::{Row as _, query};
use uuid::Uuid;

use super::{
    Row, Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const CLAIM: &str = "INSERT INTO idempotency_keys (account, route, key, content, payment, claimed_at) \
    VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (account, route, key) DO NOTHING";
const REPLACE: &str = "UPDATE idempotency_keys SET payment = $5 \
    WHERE account = $1 AND route = $2 AND key = $3 AND payment = $4";
const STANDING: &str = "SELECT * FROM idempotency_keys WHERE account = $1 AND route = $2 AND key = $3";

#[async_trait]
impl IdempotencyKeys for Store {
    async fn claim(&self, claim: &Claim) -> Result<Claim, StoreError> {
        retry(|| async {
            let claimed = query(CLAIM)
                .bind(claim.account.as_str())
                .bind(claim.route.as_str())
                .bind(claim.key.as_str())
                .bind(claim.content.as_str())
                .bind(claim.payment.as_uuid())
                .bind(Stamp(claim.claimed_at))
                .execute(self.writers())
                .await?;
            if claimed.rows_affected() == 1 {
                return Ok(claim.clone());
            }
            self.standing(claim).await
        })
        .await
    }

    async fn replace(&self, claim: &Claim, payment: PaymentId) -> Result<Claim, StoreError> {
        retry(|| async {
            query(REPLACE)
                .bind(claim.account.as_str())
                .bind(claim.route.as_str())
                .bind(claim.key.as_str())
                .bind(claim.payment.as_uuid())
                .bind(payment.as_uuid())
                .execute(self.writers())
                .await?;
            self.standing(claim).await
        })
        .await
    }
}

impl Store {
    async fn standing(&self, claim: &Claim) -> Result<Claim, Failure<StoreError>> {
        let standing = query(STANDING)
            .bind(claim.account.as_str())
            .bind(claim.route.as_str())
            .bind(claim.key.as_str())
            .fetch_one(self.writers())
            .await?;
        Ok(standing_claim(&standing)?)
    }
}

fn standing_claim(row: &Row) -> Decoded<Claim> {
    let Stamp(claimed_at) = row.try_get("claimed_at")?;
    Ok(Claim::new(
        rows::account_id(row, "account")?,
        row.try_get::<String, _>("route")?,
        row.try_get::<String, _>("key")?,
        row.try_get::<String, _>("content")?,
        row.try_get::<Uuid, _>("payment")?.into(),
        claimed_at,
    ))
}
