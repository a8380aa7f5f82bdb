//! Refusals without the lock: who has no money must not make those wait who do.
//!
//! One statement sees the account, whether the id is known and whether holds have expired, all at the same instant. If
//! nothing has to be written before a refusal, and the rules refuse on that state, the refusal stands.
use billing_core::{Account, AccountId, Authorize, Charge, LedgerError, rules};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};
use uuid::Uuid;

use super::{Store, rows};
use crate::{
    failure::{Failure, retry},
    stamp::Stamp,
};

macro_rules! judged {
    ($table:literal) => {
        concat!(
            "SELECT a.*, EXISTS (SELECT 1 FROM ",
            $table,
            " WHERE id = $2 AND account = $1) \
            OR EXISTS (SELECT 1 FROM holds WHERE account = $1 AND state = 'open' AND expires_at <= $3) AS unsettled \
            FROM accounts a WHERE a.id = $1"
        )
    };
}

/// Refuses a new hold that the account can't cover; otherwise says nothing.
pub(super) async fn authorize(
    store: &Store,
    request: &Authorize,
    now: DateTime<Utc>,
) -> Result<(), LedgerError> {
    let id = request.id.as_uuid();
    match account_at_rest(store, judged!("holds"), &request.account, id, now).await? {
        Some(mut account) => rules::authorize(&mut account, request, &store.settings, now).map(drop),
        None => Ok(()),
    }
}

/// Refuses a new charge that the account can't cover; otherwise says nothing.
pub(super) async fn charge(store: &Store, request: &Charge, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let id = request.id.as_uuid();
    match account_at_rest(store, judged!("postings"), &request.account, id, now).await? {
        Some(mut account) => rules::charge(&mut account, request, now).map(drop),
        None => Ok(()),
    }
}

/// The account, if the id is new to it and no hold of it waits to be freed.
async fn account_at_rest(
    store: &Store,
    statement: &'static str,
    account: &AccountId,
    id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<Account>, LedgerError> {
    let found = retry(|| async {
        let asked = query(statement).bind(account.as_str()).bind(id).bind(Stamp(now));
        let Some(row) = asked.fetch_optional(&store.pool).await? else { return Ok(None) };
        let unsettled: bool = row.try_get("unsettled")?;
        let account = if unsettled { None } else { Some(rows::account(&row)?) };
        Ok::<_, Failure<LedgerError>>(account)
    })
    .await?;
    Ok(found.filter(|account| account.posted.currency() == store.settings.currency()))
}
