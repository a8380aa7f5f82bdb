use async_trait::async_trait;
use billing_core::{
    Accepted, AccountId, Currency, Money, Observation, Opening, Payment, PaymentId, PaymentQuery,
    PaymentStatus, PaymentStore, Review, StoreError, TakeBack, TakenBack,
};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Connection, Store,
    book::signed,
    checks, openings,
    rows::{self, Decoded},
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
const LOCK: &str = concat!("SELECT * FROM payments WHERE id = $1 ", for_update!());
const FIND: &str = "SELECT * FROM payments WHERE gateway = $1 AND external_id = $2";
const ATTACH: &str = "UPDATE payments SET external_id = $2, updated_at = $3, \
    checkout_url = COALESCE(checkout_url, $4), opening_until = NULL WHERE id = $1";
const ACCEPT: &str = "UPDATE payments SET accepted_currency = $2, accepted = $3, accepted_by = $4, \
    credit_currency = $5, credit = $6, rate = $7, updated_at = $8 WHERE id = $1";
const RECORD: &str = "UPDATE payments SET status = $2, paid_currency = $3, paid = $4, review = $5, \
    failure_code = $6, failure_message = $7, updated_at = $8, checks = $9, next_check_at = $10 WHERE id = $1";
const LIST: &str = "SELECT * FROM payments WHERE ($1 IS NULL OR account = $1) AND ($2 IS NULL OR status = $2) \
    AND (NOT $3 OR review IS NOT NULL) AND ($5 IS NULL OR id < $5) ORDER BY id DESC LIMIT $4";
const TAKE_BACKS: &str = "SELECT * FROM take_backs WHERE payment = $1";
const SAVE_TAKE_BACK: &str = "INSERT INTO take_backs (payment, external_id, kind, taken, returned, actor) \
    VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (payment, external_id) DO UPDATE SET taken = excluded.taken, returned = excluded.returned";
const SAVE_TAKEN_BACK: &str =
    "UPDATE payments SET taken_back = $2, revision = $3, updated_at = $4 WHERE id = $1";

pub(super) type Outcome<T> = Result<T, Failure<StoreError>>;

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
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Result<TakenBack, StoreError> {
        retry(|| self.take_back_once(id, take_backs, now)).await
    }

    async fn take_backs(&self, id: PaymentId) -> Result<Vec<TakeBack>, StoreError> {
        retry(|| async {
            let mut snapshot = self.snapshot().await?;
            let payment = query(GET).bind(id.as_uuid()).fetch_optional(&mut *snapshot).await?;
            let payment = rows::payment(&payment.ok_or(StoreError::NotFound { id })?)?;
            Ok::<_, Failure<StoreError>>(
                known_take_backs(&mut snapshot, id, payment.amount.currency()).await?,
            )
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
        retry(|| async {
            let found = query(LIST)
                .bind(asked.account.as_ref().map(AccountId::as_str))
                .bind(asked.status.map(PaymentStatus::as_str))
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
        payment.accept(accepted, credit, keeps_rate, now);
        query(ACCEPT)
            .bind(id.as_uuid())
            .bind(accepted.paid.currency().code().to_owned())
            .bind(accepted.paid.micros())
            .bind(accepted.actor.as_str())
            .bind(credit.currency().code().to_owned())
            .bind(credit.micros())
            .bind(payment.exchange.as_ref().map(|exchange| exchange.rate.to_string()))
            .bind(Stamp(now))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(payment)
    }

    async fn take_back_once(
        &self,
        id: PaymentId,
        take_backs: &[TakeBack],
        now: DateTime<Utc>,
    ) -> Outcome<TakenBack> {
        let mut transaction = self.begin().await?;
        let payment = lock(&mut transaction, id).await?;
        let currency = payment.amount.currency();
        let mut known = known_take_backs(&mut transaction, id, currency).await?;
        let mut changed = false;
        for news in take_backs {
            let place = known.iter().position(|take_back| take_back.id == news.id);
            let merged = place.map_or_else(|| news.clone(), |place| known[place].merged_with(news));
            match place {
                Some(place) if known[place] == merged => continue,
                Some(place) => known[place] = merged.clone(),
                None => known.push(merged.clone()),
            }
            changed = true;
            save_take_back(&mut transaction, id, &merged).await?;
        }
        if !changed {
            return Ok(TakenBack::of(&known, currency, payment.revision));
        }
        let taken = TakenBack::of(&known, currency, payment.revision + 1);
        query(SAVE_TAKEN_BACK)
            .bind(id.as_uuid())
            .bind(taken.total.micros())
            .bind(signed(taken.revision))
            .bind(Stamp(now))
            .execute(&mut *transaction)
            .await?;
        transaction.commit().await?;
        Ok(taken)
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

async fn known_take_backs(
    connection: &mut Connection,
    id: PaymentId,
    currency: Currency,
) -> Decoded<Vec<TakeBack>> {
    let stored = query(TAKE_BACKS).bind(id.as_uuid()).fetch_all(connection).await?;
    stored.iter().map(|row| rows::take_back(row, currency)).collect()
}

pub(super) async fn lock(connection: &mut Connection, id: PaymentId) -> Outcome<Payment> {
    let row = query(LOCK).bind(id.as_uuid()).fetch_optional(connection).await?;
    let row = row.ok_or(StoreError::NotFound { id })?;
    Ok(rows::payment(&row)?)
}

async fn save_take_back(connection: &mut Connection, id: PaymentId, take_back: &TakeBack) -> Decoded<()> {
    query(SAVE_TAKE_BACK)
        .bind(id.as_uuid())
        .bind(take_back.id.as_str())
        .bind(take_back.kind.as_str())
        .bind(take_back.taken.micros())
        .bind(take_back.returned.micros())
        .bind(take_back.actor.as_deref())
        .execute(connection)
        .await?;
    Ok(())
}
