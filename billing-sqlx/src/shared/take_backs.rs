//! What was taken back of payments: objects whose figures only grow.
use billing_core::{Currency, PaymentId, TakeBack, TakenBack};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Connection, Store,
    book::signed,
    payment_lock::{Outcome, lock},
    rows::{self, Decoded},
};
use crate::stamp::Stamp;

const TAKE_BACKS: &str = "SELECT * FROM take_backs WHERE payment = $1";
const SAVE_TAKE_BACK: &str = "INSERT INTO take_backs (payment, external_id, kind, taken, returned, actor) \
    VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (payment, external_id) DO UPDATE SET taken = excluded.taken, returned = excluded.returned";
const SAVE_TAKEN_BACK: &str =
    "UPDATE payments SET taken_back = $2, revision = $3, updated_at = $4 WHERE id = $1";

pub(super) async fn record(
    store: &Store,
    id: PaymentId,
    take_backs: &[TakeBack],
    now: DateTime<Utc>,
) -> Outcome<TakenBack> {
    let mut transaction = store.begin().await?;
    let payment = lock(&mut transaction, id).await?;
    let currency = payment.amount.currency();
    let mut known = of(&mut transaction, id, currency).await?;
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

pub(super) async fn of(
    connection: &mut Connection,
    id: PaymentId,
    currency: Currency,
) -> Decoded<Vec<TakeBack>> {
    let stored = query(TAKE_BACKS).bind(id.as_uuid()).fetch_all(connection).await?;
    stored.iter().map(|row| rows::take_back(row, currency)).collect()
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
