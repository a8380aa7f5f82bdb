use async_trait::async_trait;
use billing_core::{Quote, QuoteId, QuoteStore, Rate, StoreError};
use chrono::{DateTime, Utc};
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

const INSERT: &str = "INSERT INTO exchange_quotes (id, account, currency, amount, credit_currency, credit, rate, \
    market_rate, spread_percent, source, as_of, created_at, valid_until) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) ON CONFLICT (id) DO NOTHING";
const FORGET: &str = "DELETE FROM exchange_quotes WHERE id IN (SELECT q.id FROM exchange_quotes q \
    WHERE q.valid_until < $1 AND NOT EXISTS (SELECT 1 FROM payments p WHERE p.quote = q.id) LIMIT $2)";
const GET: &str = "SELECT * FROM exchange_quotes WHERE id = $1";

#[async_trait]
impl QuoteStore for Store {
    async fn insert_quote(&self, quote: &Quote) -> Result<(), StoreError> {
        retry(|| async {
            query(INSERT)
                .bind(quote.id.as_uuid())
                .bind(quote.account.as_str())
                .bind(quote.amount.currency().code().to_owned())
                .bind(quote.amount.micros())
                .bind(quote.credit.currency().code().to_owned())
                .bind(quote.credit.micros())
                .bind(quote.rate.to_string())
                .bind(quote.market.value.to_string())
                .bind(quote.spread_percent.to_string())
                .bind(quote.market.source.as_str())
                .bind(Stamp(quote.market.as_of))
                .bind(Stamp(quote.created_at))
                .bind(Stamp(quote.valid_until))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(())
        })
        .await
    }

    async fn quote(&self, id: QuoteId) -> Result<Option<Quote>, StoreError> {
        retry(|| async {
            let row = query(GET).bind(id.as_uuid()).fetch_optional(&mut *self.reader().await?).await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }

    async fn forget_quotes(&self, before: DateTime<Utc>, limit: u32) -> Result<u32, StoreError> {
        retry(|| async {
            let forgotten =
                query(FORGET).bind(Stamp(before)).bind(i64::from(limit)).execute(self.writers()).await?;
            Ok::<_, Failure<StoreError>>(u32::try_from(forgotten.rows_affected()).unwrap_or(u32::MAX))
        })
        .await
    }
}

fn read(row: &Row) -> Decoded<Quote> {
    let currency = rows::word(row, "currency")?;
    let credit_currency = rows::word(row, "credit_currency")?;
    let market = Rate::new(
        credit_currency,
        currency,
        rows::word(row, "market_rate")?,
        row.try_get::<String, _>("source")?,
        rows::stamp(row, "as_of")?,
    );
    let mut quote = Quote::at_rate(
        row.try_get::<Uuid, _>("id")?.into(),
        rows::account_id(row, "account")?,
        rows::money(row, "amount", currency)?,
        rows::money(row, "credit", credit_currency)?,
        rows::word(row, "rate")?,
        market,
    );
    quote.spread_percent = rows::word(row, "spread_percent")?;
    quote.created_at = rows::stamp(row, "created_at")?;
    quote.valid_until = rows::stamp(row, "valid_until")?;
    Ok(quote)
}
