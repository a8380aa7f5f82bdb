use async_trait::async_trait;
use billing_core::{
    Accepted, AccountId, Money, Observation, Opening, Payment, PaymentId, PaymentQuery, PaymentStore, Review,
    StoreError, TakeBack, TakenBack,
};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Store,
    book::signed,
    checks, openings,
    payment_lock::{Outcome, lock},
    rows::{self, Decoded},
    take_backs,
};
use crate::{
    failure::{Failure, is_unique_violation, retry},
    stamp::Stamp,
};

const INSERT: &str = "INSERT INTO payments \
    (id, account, gateway, currency, amount, credit_currency, credit, status, taken_back, revision, created_at, \
    updated_at, next_check_at, quote, rate) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, $9, $9, $10, $11, $12) ON CONFLICT (id) DO NOTHING";
const GET: &str = "SELECT * FROM payments WHERE id = $1";
const FIND: &str = "SELECT * FROM payments WHERE gateway = $1 AND external_id = $2";
const ATTACH: &str = "UPDATE payments SET external_id = $2, updated_at = $3, \
    checkout_url = COALESCE(checkout_url, $4), opening_until = NULL WHERE id = $1";
const ACCEPT: &str = "UPDATE payments SET accepted_currency = $2, accepted = $3, accepted_by = $4, \
    credit_currency = $5, credit = $6, rate = $7, updated_at = $8, revision = $9 WHERE id = $1";
const RECORD: &str = "UPDATE payments SET status = $2, paid_currency = $3, paid = $4, review = $5, \
    failure_code = $6, failure_message = $7, updated_at = $8, checks = $9, next_check_at = $10 WHERE id = $1";
const LIST: &str = "SELECT * FROM payments WHERE ($1 IS NULL OR account = $1) AND ($2 = '' OR $2 LIKE '%,' || status || ',%') \
    AND (NOT $3 OR review IS NOT NULL) AND ($5 IS NULL OR id < $5) ORDER BY id DESC LIMIT $4";

#[async_trait]
impl PaymentStore for Store {
    async fn insert(&self, payment: &Payment) -> Result<Payment, StoreError> {
        let stored = retry(|| async {
            let mut transaction = self.begin().await?;
            query(INSERT)
                .bind(payment.id.as_uuid())
                .bind(payment.account.as_str())
                .bind(payment.gateway.as_str())
                .bind(payment.amount.currency().code().to_owned())
                .bind(payment.amount.micros())
                .bind(payment.credit.currency().code().to_owned())
                .bind(payment.credit.micros())
                .bind(payment.status.as_str())
                .bind(Stamp(payment.created_at))
                .bind(payment.next_check_at.map(Stamp))
                .bind(payment.exchange.as_ref().map(|exchange| exchange.quote.as_uuid()))
                .bind(payment.exchange.as_ref().map(|exchange| exchange.rate.to_string()))
                .execute(&mut *transaction)
                .await?;
            let row = query(GET).bind(payment.id.as_uuid()).fetch_one(&mut *transaction).await?;
            transaction.commit().await?;
            Ok::<_, Failure<StoreError>>(rows::payment(&row)?)
        })
        .await?;
        if stored.is_same_request(payment) {
            Ok(stored)
        } else {
            Err(StoreError::IdReused { id: payment.id })
        }
    }

    async fn get(&self, id: PaymentId) -> Result<Option<Payment>, StoreError> {
        retry(|| async {
            let row = query(GET).bind(id.as_uuid()).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(rows::payment).transpose()?)
        })
        .await
    }

    async fn find(&self, gateway: &str, external_id: &str) -> Result<Option<Payment>, StoreError> {
        retry(|| async {
            let row = query(FIND)
                .bind(gateway)
                .bind(external_id)
                .fetch_optional(&mut *self.reader().await?)
                .await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(rows::payment).transpose()?)
        })
        .await
    }

    async fn begin_opening(
        &self,
        id: PaymentId,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Opening, StoreError> {
        retry(|| openings::begin(self, id, now, until)).await
    }

    async fn end_opening(&self, id: PaymentId) -> Result<(), StoreError> {
        retry(|| openings::end(self, id)).await
    }

    async fn attach(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        retry(|| self.attach_once(id, external_id, checkout_url, now)).await
    }

    async fn accept(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        retry(|| self.accept_once(id, accepted, credit, keeps_rate, now)).await
    }

    async fn take_back(
        &self,
        id: PaymentId,
        news: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        retry(|| take_backs::record(self, id, news, now)).await
    }

    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError> {
        retry(|| async {
            let mut snapshot = self.snapshot().await?;
            let payment = query(GET).bind(id.as_uuid()).fetch_optional(&mut *snapshot).await?;
            let payment = rows::payment(&payment.ok_or(StoreError::NotFound { id })?)?;
            Ok::<_, Failure<StoreError>>(take_backs::of(&mut snapshot, id, payment.amount.currency()).await?)
        })
        .await
    }

    async fn record(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Result<Payment, StoreError> {
        retry(|| self.record_once(id, observation, now)).await
    }

    async fn list(&self, asked: &PaymentQuery) -> Result<Vec<Payment>, StoreError> {
        let statuses = rows::words(asked.statuses.iter().map(|status| status.as_str()));
        retry(|| async {
            let found = query(LIST)
                .bind(asked.account.as_ref().map(AccountId::as_str))
                .bind(statuses.as_str())
                .bind(asked.needs_review)
                .bind(i64::from(asked.limit))
                .bind(asked.before.map(PaymentId::as_uuid))
                .fetch_all(&mut *self.reader().await?)
                .await?;
            let payments = found.iter().map(rows::payment).collect::<Decoded<Vec<_>>>()?;
            Ok::<_, Failure<StoreError>>(payments)
        })
        .await
    }

    async fn due_checks(
        &self,
        now: DateTime<Utc>,
        until: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        retry(|| checks::due(self, now, until, limit)).await
    }

    async fn checked(&self, seen: &Payment, next_check_at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        retry(|| checks::checked(self, seen, next_check_at)).await
    }
}

impl Store {
    async fn attach_once(
        &self,
        id: PaymentId,
        external_id: &str,
        checkout_url: Option<&str>,
        now: DateTime<Utc>,
    ) -> Outcome<Payment> {
        let taken = || StoreError::ExternalIdTaken { id, external_id: external_id.to_owned() };
        let mut transaction = self.begin().await?;
        let mut payment = lock(&mut transaction, id).await?;
        let changed_at = match payment.external_id.as_deref() {
            Some(known) if known == external_id => payment.updated_at,
            Some(_) => return Err(taken().into()),
            None => now,
        };
        let attached = query(ATTACH)
            .bind(id.as_uuid())
            .bind(external_id)
            .bind(Stamp(changed_at))
            .bind(checkout_url)
            .execute(&mut *transaction)
            .await;
        match attached {
            Err(error) if is_unique_violation(&error) => return Err(taken().into()),
            outcome => outcome?,
        };
        transaction.commit().await?;
        payment.external_id = Some(external_id.to_owned());
        payment.checkout_url = payment.checkout_url.take().or_else(|| checkout_url.map(str::to_owned));
        payment.updated_at = changed_at;
        Ok(payment)
    }

    async fn accept_once(
        &self,
        id: PaymentId,
        accepted: &Accepted,
        credit: Money,
        keeps_rate: bool,
        now: DateTime<Utc>,
    ) -> Outcome<Payment> {
        let mut transaction = self.begin().await?;
        let mut payment = lock(&mut transaction, id).await?;
        if !payment.accept(accepted, credit, keeps_rate, now) {
            return Err(StoreError::AcceptedOtherwise { id }.into());
        }
        let Some(accepted) = &payment.accepted else { return Ok(payment) };
        query(ACCEPT)
            .bind(id.as_uuid())
            .bind(accepted.paid.currency().code().to_owned())
            .bind(accepted.paid.micros())
            .bind(accepted.actor.as_str())
            .bind(credit.currency().code().to_owned())
            .bind(credit.micros())
            .bind(payment.exchange.as_ref().map(|exchange| exchange.rate.to_string()))
            .bind(Stamp(payment.updated_at))
            .bind(signed(payment.revision))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(payment)
    }

    async fn record_once(
        &self,
        id: PaymentId,
        observation: &Observation,
        now: DateTime<Utc>,
    ) -> Outcome<Payment> {
        let mut transaction = self.begin().await?;
        let mut payment = lock(&mut transaction, id).await?;
        payment.observe(observation, now);
        query(RECORD)
            .bind(id.as_uuid())
            .bind(payment.status.as_str())
            .bind(payment.paid.map(|paid| paid.currency().code().to_owned()))
            .bind(payment.paid.map(Money::micros))
            .bind(payment.review.map(Review::as_str))
            .bind(payment.failure.as_ref().map(|failure| failure.code.as_str()))
            .bind(payment.failure.as_ref().and_then(|failure| failure.message.as_deref()))
            .bind(Stamp(now))
            .bind(i64::from(payment.checks))
            .bind(payment.next_check_at.map(Stamp))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(payment)
    }
}
