use async_trait::async_trait;
use billing_core::{Currency, Rate, RateStore, StoreError};
use sqlx::{Row as _, query};

use super::{
    Row, Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const SAVE: &str = "INSERT INTO exchange_rates (source, from_currency, to_currency, value, as_of) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (source, from_currency, to_currency) \
    DO UPDATE SET value = excluded.value, as_of = excluded.as_of WHERE exchange_rates.as_of <= excluded.as_of";
const LATEST: &str =
    "SELECT * FROM exchange_rates WHERE source = $1 AND from_currency = $2 AND to_currency = $3";

#[async_trait]
impl RateStore for Store {
    async fn save(&self, rate: &Rate) -> Result<(), StoreError> {
        retry(|| async {
            query(SAVE)
                .bind(rate.source.as_str())
                .bind(rate.from.code().to_owned())
                .bind(rate.to.code().to_owned())
                .bind(rate.value.to_string())
                .bind(Stamp(rate.as_of))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(())
        })
        .await
    }

    async fn latest(&self, source: &str, from: Currency, to: Currency) -> Result<Option<Rate>, StoreError> {
        retry(|| async {
            let row = query(LATEST)
                .bind(source)
                .bind(from.code().to_owned())
                .bind(to.code().to_owned())
                .fetch_optional(&mut *self.reader().await?)
                .await?;
            Ok::<_, Failure<StoreError>>(row.as_ref().map(read).transpose()?)
        })
        .await
    }
}

fn read(row: &Row) -> Decoded<Rate> {
    Ok(Rate::new(
        rows::word(row, "from_currency")?,
        rows::word(row, "to_currency")?,
        rows::word(row, "value")?,
        row.try_get::<String, _>("source")?,
        rows::stamp(row, "as_of")?,
    ))
}
