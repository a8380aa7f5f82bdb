//! The ledger's operations, each one transaction on the locked account.
use billing_core::{
    Account, AccountChange, AccountId, Adjust, Authorization, Authorize, Capture, Charge, Extend, HoldId,
    HoldState, LedgerError, Posting, PostingId, Reverse, TopUp, Void, rules,
};
use chrono::{DateTime, Utc};

use super::{Connection, Store, book};
use crate::failure::{Failure, retry, retry_unless_done};

type Outcome<T> = Result<T, Failure<LedgerError>>;

/// Runs `work` on a locked account, again where that helps.
macro_rules! on_account {
    ($store:expr, $id:expr, $now:expr, $work:expr) => {
        on_account!(retry, $store, $id, $now, $work)
    };
    ($retry:ident, $store:expr, $id:expr, $now:expr, $work:expr) => {
        $retry(|| async {
            let mut transaction = $store.begin().await?;
            let mut account = book::lock(&mut transaction, $id, &$store.settings, $now).await?;
            let outcome: Outcome<_> = $work(&mut *transaction, &mut account).await;
            // What was written before a refusal, such as the release of expired holds, is whole by itself.
            if !matches!(outcome, Err(Failure::Database(_))) {
                transaction.commit().await?;
            }
            outcome
        })
        .await
    };
}

pub(super) async fn authorize(
    store: &Store,
    request: &Authorize,
    now: DateTime<Utc>,
) -> Result<Authorization, LedgerError> {
    let work = async |connection: &mut Connection, account: &mut Account| {
        if let Some(hold) = book::hold(connection, account, request.id).await? {
            rules::authorize_again(&hold, request, now)?;
            return Ok(Authorization::new(hold, account.available()));
        }
        book::release_expired(connection, account, now, i64::MAX).await?;
        let hold = rules::authorize(account, request, &store.settings, now)?;
        book::insert_hold(connection, &hold).await?;
        book::save(connection, account).await?;
        Ok(Authorization::new(hold, account.available()))
    };
    if request.is_first {
        on_account!(retry_unless_done, store, &request.account, now, work)
    } else {
        on_account!(store, &request.account, now, work)
    }
}

pub(super) async fn capture(
    store: &Store,
    request: &Capture,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        let id = PostingId::from(request.hold);
        let taken = book::posting(connection, account, id).await?;
        if let Some(hold) = rules::let_through(account, request, now).filter(|_| taken.is_none())
            && book::hold(connection, account, request.hold).await?.is_none()
        {
            book::insert_hold(connection, &hold).await?;
        }
        let hold = find_hold(connection, account, request.hold).await?;
        if hold.state == HoldState::Captured {
            rules::capture_again(&hold, request)?;
        }
        match taken {
            Some(posting) if hold.state == HoldState::Captured => return Ok(posting),
            Some(_) => return Err(LedgerError::IdReused { id: id.as_uuid() }.into()),
            None => {}
        }
        book::release_expired(connection, account, now, i64::MAX).await?;
        let mut hold = find_hold(connection, account, request.hold).await?;
        let posting = rules::capture(account, &mut hold, request, now)?;
        book::save_hold(connection, &hold).await?;
        book::save(connection, account).await?;
        book::insert_posting(connection, &posting).await?;
        Ok(posting)
    })
}

pub(super) async fn void(store: &Store, request: &Void, now: DateTime<Utc>) -> Result<(), LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        let Some(mut hold) = book::hold(connection, account, request.hold).await? else {
            book::insert_hold(connection, &rules::tombstone(account, request, now)).await?;
            return Ok(());
        };
        rules::void(account, &mut hold, now)?;
        book::save_hold(connection, &hold).await?;
        book::save(connection, account).await?;
        Ok(())
    })
}

pub(super) async fn extend(
    store: &Store,
    request: &Extend,
    now: DateTime<Utc>,
) -> Result<Authorization, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        let mut hold = find_hold(connection, account, request.hold).await?;
        rules::extend(&mut hold, request, now)?;
        book::save_hold(connection, &hold).await?;
        Ok(Authorization::new(hold, account.available()))
    })
}

pub(super) async fn charge(
    store: &Store,
    request: &Charge,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        if let Some(posting) = book::posting(connection, account, request.id).await? {
            rules::charge_again(&posting, request)?;
            return Ok(posting);
        }
        book::release_expired(connection, account, now, i64::MAX).await?;
        let posting = rules::charge(account, request, now)?;
        book::save(connection, account).await?;
        book::insert_posting(connection, &posting).await?;
        Ok(posting)
    })
}

pub(super) async fn top_up(
    store: &Store,
    request: &TopUp,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        if let Some(posting) = book::posting(connection, account, request.id).await? {
            rules::top_up_again(&posting, request)?;
            return Ok(posting);
        }
        let posting = rules::top_up(account, request, now)?;
        book::save(connection, account).await?;
        book::insert_posting(connection, &posting).await?;
        Ok(posting)
    })
}

pub(super) async fn reverse(
    store: &Store,
    request: &Reverse,
    now: DateTime<Utc>,
) -> Result<Option<Posting>, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        let top_up = book::posting(connection, account, request.top_up).await?;
        let top_up = top_up.ok_or(LedgerError::TopUpNotFound { top_up: request.top_up })?;
        let so_far = book::reversal(connection, account, request.top_up).await?;
        let (reversal, posting) = rules::reverse(account, &top_up, so_far, request, now)?;
        if let Some(reversal) = reversal {
            book::save_reversal(connection, account, request.top_up, reversal).await?;
        }
        if let Some(posting) = &posting {
            book::save(connection, account).await?;
            book::insert_posting(connection, posting).await?;
        }
        Ok(posting)
    })
}

pub(super) async fn adjust(
    store: &Store,
    request: &Adjust,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    on_account!(store, &request.account, now, async |connection: &mut Connection, account: &mut Account| {
        if let Some(posting) = book::posting(connection, account, request.id).await? {
            rules::adjust_again(&posting, request)?;
            return Ok(posting);
        }
        book::release_expired(connection, account, now, i64::MAX).await?;
        let posting = rules::adjust(account, request, now)?;
        book::save(connection, account).await?;
        book::insert_posting(connection, &posting).await?;
        Ok(posting)
    })
}

pub(super) async fn configure(
    store: &Store,
    id: &AccountId,
    change: &AccountChange,
    now: DateTime<Utc>,
) -> Result<Account, LedgerError> {
    on_account!(store, id, now, async |connection: &mut Connection, account: &mut Account| {
        book::release_expired(connection, account, now, i64::MAX).await?;
        rules::configure(account, change, now)?;
        book::save(connection, account).await?;
        Ok(account.clone())
    })
}

/// An account as it stands now: a day that is over counts as begun anew, and a hold whose time is over as expired,
/// though nobody has stored that yet.
pub(super) async fn account(
    store: &Store,
    id: &AccountId,
    now: DateTime<Utc>,
) -> Result<Account, LedgerError> {
    let stored = retry(|| async {
        let mut snapshot = store.snapshot().await?;
        let Some(mut account) = book::read(&mut snapshot, id).await? else { return Ok(None) };
        if !account.held.is_zero() {
            book::overlook_expired(&mut snapshot, &mut account, now).await?;
        }
        rules::roll(&mut account, now);
        Ok::<_, Failure<LedgerError>>(Some(account))
    })
    .await?;
    match stored {
        Some(account) => Ok(account),
        None => configure(store, id, &AccountChange::default(), now).await,
    }
}

pub(super) async fn expire_holds(store: &Store, limit: u32, now: DateTime<Utc>) -> Result<u32, LedgerError> {
    let accounts = retry(|| async {
        let mut connection = store.reader().await?;
        Ok::<_, Failure<LedgerError>>(book::expired_accounts(&mut connection, now, limit).await?)
    })
    .await?;
    let mut freed = 0;
    for id in &accounts {
        let left = i64::from(limit - freed);
        freed += on_account!(store, id, now, async |connection: &mut Connection, account: &mut Account| {
            Ok(book::release_expired(connection, account, now, left).await?)
        })?;
        if freed >= limit {
            break;
        }
    }
    Ok(freed)
}

async fn find_hold(
    connection: &mut Connection,
    account: &Account,
    hold: HoldId,
) -> Outcome<billing_core::Hold> {
    let found = book::hold(connection, account, hold).await?;
    Ok(found.ok_or(LedgerError::HoldNotFound { hold })?)
}
