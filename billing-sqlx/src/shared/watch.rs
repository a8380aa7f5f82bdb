//! What changes of many accounts, in one statement each.
use async_trait::async_trait;
use billing_core::{Account, AccountId, AccountWatch, LedgerError, Payment, PaymentWatch, StoreError, rules};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const STANDINGS: &str = concat!("SELECT * FROM accounts WHERE ", one_of!("id", "$1"));
const CHANGED: &str = concat!(
    "SELECT * FROM payments WHERE updated_at > $2 AND ",
    one_of!("account", "$1"),
    " ORDER BY updated_at DESC, id DESC LIMIT $3"
);

#[async_trait]
impl AccountWatch for Store {
    async fn standings(&self, accounts: &[AccountId]) -> Result<Vec<Account>, LedgerError> {
        let ids = rows::json_array(accounts.iter().map(AccountId::as_str));
        let now = self.clock.now();
        retry(|| async {
            let found = query(STANDINGS).bind(ids.as_str()).fetch_all(&mut *self.reader().await?).await?;
            let mut standings = found.iter().map(rows::account).collect::<Decoded<Vec<_>>>()?;
            for account in &mut standings {
                rules::roll(account, now);
            }
            Ok::<_, Failure<LedgerError>>(standings)
        })
        .await
    }
}

#[async_trait]
impl PaymentWatch for Store {
    async fn changed_payments(
        &self,
        accounts: &[AccountId],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        let ids = rows::json_array(accounts.iter().map(AccountId::as_str));
        retry(|| async {
            let found = query(CHANGED)
                .bind(ids.as_str())
                .bind(Stamp(since))
                .bind(i64::from(limit))
                .fetch_all(&mut *self.reader().await?)
                .await?;
            let payments = found.iter().map(rows::payment).collect::<Decoded<Vec<_>>>()?;
            Ok::<_, Failure<StoreError>>(payments)
        })
        .await
    }
}
