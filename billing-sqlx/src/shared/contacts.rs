use async_trait::async_trait;
use billing_core::{AccountId, Contact, ContactChange, ContactStore, Language, Sighting, StoreError};
use sqlx::{Row as _, query};

use super::{
    Connection, Row, Store,
    rows::{self, Decoded},
};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

const GET: &str = "SELECT c.*, a.time_zone FROM contacts c LEFT JOIN accounts a ON a.id = c.account \
    WHERE c.account = $1";
/// Who an owner is follows the latest token, whichever comes first.
const SIGHT: &str = "INSERT INTO contacts \
        (account, email, name, as_of, payment_failed, balance_low, limit_reached, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
    ON CONFLICT (account) DO UPDATE SET \
        email = excluded.email, name = excluded.name, as_of = excluded.as_of, updated_at = excluded.updated_at \
    WHERE contacts.as_of IS NULL OR contacts.as_of < excluded.as_of";
/// What is not decided stays, or is as for everybody at first sight.
const CHANGE: &str = "INSERT INTO contacts \
        (account, language, payment_failed, balance_low, limit_reached, updated_at) \
    VALUES ($1, $2, $3, $4, $5, $6) \
    ON CONFLICT (account) DO UPDATE SET \
        language = CASE WHEN $7 THEN excluded.language ELSE contacts.language END, \
        payment_failed = COALESCE($8, contacts.payment_failed), \
        balance_low = COALESCE($9, contacts.balance_low), \
        limit_reached = COALESCE($10, contacts.limit_reached), \
        updated_at = excluded.updated_at";

#[async_trait]
impl ContactStore for Store {
    async fn contact(&self, account: &AccountId) -> Result<Contact, StoreError> {
        retry(|| async { find(&mut *self.reader().await?, account).await }).await
    }

    async fn sight(&self, sighting: &Sighting) -> Result<bool, StoreError> {
        let first = Contact::new(sighting.account.clone());
        retry(|| async {
            let sighted = query(SIGHT)
                .bind(sighting.account.as_str())
                .bind(sighting.email.as_str())
                .bind(sighting.name.as_deref())
                .bind(Stamp(sighting.as_of))
                .bind(first.payment_failed)
                .bind(first.balance_low)
                .bind(first.limit_reached)
                .bind(Stamp(self.clock.now()))
                .execute(self.writers())
                .await?;
            Ok::<_, Failure<StoreError>>(sighted.rows_affected() == 1)
        })
        .await
    }

    async fn change_contact(
        &self,
        account: &AccountId,
        change: ContactChange,
    ) -> Result<Contact, StoreError> {
        let mut first = Contact::new(account.clone());
        first.apply(change);
        retry(|| async {
            let mut transaction = self.begin().await?;
            query(CHANGE)
                .bind(account.as_str())
                .bind(first.language.map(Language::as_str))
                .bind(first.payment_failed)
                .bind(first.balance_low)
                .bind(first.limit_reached)
                .bind(Stamp(self.clock.now()))
                .bind(change.language.is_some())
                .bind(change.payment_failed)
                .bind(change.balance_low)
                .bind(change.limit_reached)
                .execute(&mut *transaction)
                .await?;
            let contact = find(&mut transaction, account).await?;
            transaction.commit().await?;
            Ok::<_, Failure<StoreError>>(contact)
        })
        .await
    }
}

async fn find(connection: &mut Connection, account: &AccountId) -> Result<Contact, Failure<StoreError>> {
    let row = query(GET).bind(account.as_str()).fetch_optional(connection).await?;
    Ok(row.as_ref().map(read).transpose()?.unwrap_or_else(|| Contact::new(account.clone())))
}

fn read(row: &Row) -> Decoded<Contact> {
    let mut contact = Contact::new(rows::account_id(row, "account")?);
    contact.email = row.try_get("email")?;
    contact.name = row.try_get("name")?;
    contact.language = rows::word_if_any(row, "language")?;
    contact.time_zone = rows::word_if_any(row, "time_zone")?;
    contact.payment_failed = row.try_get("payment_failed")?;
    contact.balance_low = row.try_get("balance_low")?;
    contact.limit_reached = row.try_get("limit_reached")?;
    Ok(contact)
}
