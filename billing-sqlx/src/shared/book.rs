//! One account's rows, inside a transaction that holds the lock on the account.
use billing_core::{
    Account, AccountId, Breakdown, Hold, HoldId, HoldState, LedgerSettings, Money, Operation, Posting,
    PostingId, RefusalReason,
    rules::{self, Reversal},
};
use chrono::{DateTime, Utc};
use sqlx::query;

use super::{
    Connection, Query,
    rows::{self, Decoded},
};
use crate::stamp::Stamp;

const LOCK: &str = concat!("SELECT * FROM accounts WHERE id = $1 ", for_update!());
const READ: &str = "SELECT * FROM accounts WHERE id = $1";
/// Both statements take the same figures in the same places; see [`with_figures`].
const OPEN: &str = "INSERT INTO accounts (id, posted, held, \
    day_limit, day_ceiling, day_used, day_ends_at, month_limit, month_ceiling, month_used, month_ends_at, \
    time_zone, suspended, billing_enabled, tier, sequence, spent, calls, last_call_at, \
    alarm_threshold, alarm_armed_by, alarm_rang_at, currency, created_at) VALUES \
    ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24) \
    ON CONFLICT (id) DO NOTHING";
const SAVE: &str = "UPDATE accounts SET posted = $2, held = $3, \
    day_limit = $4, day_ceiling = $5, day_used = $6, day_ends_at = $7, \
    month_limit = $8, month_ceiling = $9, month_used = $10, month_ends_at = $11, \
    time_zone = $12, suspended = $13, billing_enabled = $14, tier = $15, \
    sequence = $16, spent = $17, calls = $18, last_call_at = $19, \
    alarm_threshold = $20, alarm_armed_by = $21, alarm_rang_at = $22 WHERE id = $1";

/// Locks an account until the transaction ends; it is opened at first sight.
pub(super) async fn lock(
    connection: &mut Connection,
    id: &AccountId,
    settings: &LedgerSettings,
    now: DateTime<Utc>,
) -> Decoded<Account> {
    if let Some(row) = query(LOCK).bind(id.as_str()).fetch_optional(&mut *connection).await? {
        return kept_in(settings, rows::account(&row)?);
    }
    open(connection, &settings.open_account(id.clone(), now)).await?;
    kept_in(settings, rows::account(&query(LOCK).bind(id.as_str()).fetch_one(connection).await?)?)
}

/// A deployment keeps one currency for ever: its amounts would mean something else in another.
fn kept_in(settings: &LedgerSettings, account: Account) -> Decoded<Account> {
    let (kept, asked) = (account.posted.currency(), settings.currency());
    if kept == asked {
        Ok(account)
    } else {
        Err(sqlx::Error::Decode(format!("this ledger is kept in {kept}, not in {asked}").into()))
    }
}

/// Reads an account without a lock: for looking, never for deciding.
pub(super) async fn read(connection: &mut Connection, id: &AccountId) -> Decoded<Option<Account>> {
    let row = query(READ).bind(id.as_str()).fetch_optional(connection).await?;
    row.as_ref().map(rows::account).transpose()
}

async fn open(connection: &mut Connection, account: &Account) -> Decoded<()> {
    with_figures(OPEN, account)
        .bind(account.posted.currency().code().to_owned())
        .bind(Stamp(account.created_at))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn save(connection: &mut Connection, account: &Account) -> Decoded<()> {
    with_figures(SAVE, account).execute(connection).await?;
    Ok(())
}

/// A statement with everything that may change of an account, as `$1` to `$22`.
fn with_figures<'q>(statement: &'static str, account: &'q Account) -> Query<'q> {
    query(statement)
        .bind(account.id.as_str())
        .bind(account.posted.micros())
        .bind(account.held.micros())
        .bind(account.day.limit.micros())
        .bind(account.day.ceiling.micros())
        .bind(account.day.used.micros())
        .bind(Stamp(account.day.ends_at))
        .bind(account.month.limit.micros())
        .bind(account.month.ceiling.micros())
        .bind(account.month.used.micros())
        .bind(Stamp(account.month.ends_at))
        .bind(account.time_zone.name())
        .bind(account.suspended)
        .bind(account.billing_enabled)
        .bind(account.tier.as_deref())
        .bind(signed(account.sequence))
        .bind(account.spent.micros())
        .bind(signed(account.calls))
        .bind(account.last_call_at.map(Stamp))
        .bind(account.alarm.threshold.micros())
        .bind(account.alarm.armed_by.map(signed))
        .bind(account.alarm.rang_at.map(Stamp))
}

const HOLD: &str = "SELECT * FROM holds WHERE id = $1 AND account = $2";
const INSERT_HOLD: &str = "INSERT INTO holds (id, account, amount, requested, operation, state, exempt, \
    captured, expires_at, day_ends_at, month_ends_at, created_at, would_refuse) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)";
const SAVE_HOLD: &str =
    "UPDATE holds SET state = $3, captured = $4, expires_at = $5 WHERE id = $1 AND account = $2";
const EXPIRE: &str = "UPDATE holds SET state = 'expired' WHERE account = $1 AND state = 'open' AND id IN \
    (SELECT id FROM holds WHERE account = $1 AND state = 'open' AND expires_at <= $2 LIMIT $3) RETURNING *";

pub(super) async fn hold(
    connection: &mut Connection,
    account: &Account,
    id: HoldId,
) -> Decoded<Option<Hold>> {
    let row = query(HOLD).bind(id.as_uuid()).bind(account.id.as_str()).fetch_optional(connection).await?;
    row.map(|row| rows::hold(&row, account.posted.currency())).transpose()
}

pub(super) async fn insert_hold(connection: &mut Connection, hold: &Hold) -> Decoded<()> {
    query(INSERT_HOLD)
        .bind(hold.id.as_uuid())
        .bind(hold.account.as_str())
        .bind(hold.amount.micros())
        .bind(hold.requested.map(Money::micros))
        .bind(hold.operation.as_ref().map(Operation::as_str))
        .bind(hold.state.as_str())
        .bind(hold.exempt)
        .bind(hold.captured.map(Money::micros))
        .bind(Stamp(hold.expires_at))
        .bind(Stamp(hold.day_ends_at))
        .bind(Stamp(hold.month_ends_at))
        .bind(Stamp(hold.created_at))
        .bind(hold.would_refuse.map(RefusalReason::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

pub(super) async fn save_hold(connection: &mut Connection, hold: &Hold) -> Decoded<()> {
    query(SAVE_HOLD)
        .bind(hold.id.as_uuid())
        .bind(hold.account.as_str())
        .bind(hold.state.as_str())
        .bind(hold.captured.map(Money::micros))
        .bind(Stamp(hold.expires_at))
        .execute(connection)
        .await?;
    Ok(())
}

const EXPIRED: &str = "SELECT * FROM holds WHERE account = $1 AND state = 'open' AND expires_at <= $2";

/// Leaves holds whose time is over out of what `account` shows, without storing that.
pub(super) async fn overlook_expired(
    connection: &mut Connection,
    account: &mut Account,
    now: DateTime<Utc>,
) -> Decoded<()> {
    let expired = query(EXPIRED).bind(account.id.as_str()).bind(Stamp(now)).fetch_all(connection).await?;
    for row in &expired {
        let mut hold = rows::hold(row, account.posted.currency())?;
        rules::release(account, &mut hold, HoldState::Expired, now);
    }
    Ok(())
}

/// Frees up to `most` holds whose time is over, and saves the account if there were any. What was freed is what the
/// update gave back, not what was read before it.
pub(super) async fn release_expired(
    connection: &mut Connection,
    account: &mut Account,
    now: DateTime<Utc>,
    most: i64,
) -> Decoded<u32> {
    let expired = query(EXPIRE)
        .bind(account.id.as_str())
        .bind(Stamp(now))
        .bind(most)
        .fetch_all(&mut *connection)
        .await?;
    for row in &expired {
        let mut hold = rows::hold(row, account.posted.currency())?;
        hold.state = HoldState::Open;
        rules::release(account, &mut hold, HoldState::Expired, now);
    }
    if !expired.is_empty() {
        save(connection, account).await?;
    }
    Ok(u32::try_from(expired.len()).unwrap_or(u32::MAX))
}

const POSTING: &str = concat!("SELECT ", posting_columns!(), " FROM postings WHERE id = $1 AND account = $2");
const INSERT_POSTING: &str = concat!(
    "INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, balance_after, \
    uncollected, late, operation, breakdown, top_up, memo, actor, created_at, residue, would_refuse) \
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, ",
    as_json!("$12"),
    ", $13, $14, $15, $16, $17, $18)"
);

pub(super) async fn posting(
    connection: &mut Connection,
    account: &Account,
    id: PostingId,
) -> Decoded<Option<Posting>> {
    let row = query(POSTING).bind(id.as_uuid()).bind(account.id.as_str()).fetch_optional(connection).await?;
    row.map(|row| rows::posting(&row, account.posted.currency())).transpose()
}

pub(super) async fn insert_posting(connection: &mut Connection, posting: &Posting) -> Decoded<()> {
    query(INSERT_POSTING)
        .bind(posting.id.as_uuid())
        .bind(posting.account.as_str())
        .bind(signed(posting.sequence))
        .bind(posting.kind.as_str())
        .bind(posting.debit.to_string())
        .bind(posting.credit.to_string())
        .bind(posting.amount.micros())
        .bind(posting.balance_after.micros())
        .bind(posting.uncollected.micros())
        .bind(posting.late)
        .bind(posting.operation.as_ref().map(Operation::as_str))
        .bind(posting.breakdown.as_ref().map(Breakdown::as_str))
        .bind(posting.top_up.map(PostingId::as_uuid))
        .bind(posting.memo.as_deref())
        .bind(posting.actor.as_deref())
        .bind(Stamp(posting.created_at))
        .bind(posting.residue.picos())
        .bind(posting.would_refuse.map(RefusalReason::as_str))
        .execute(connection)
        .await?;
    Ok(())
}

const REVERSAL: &str = "SELECT total, revision, residue FROM reversals WHERE top_up = $1 AND account = $2";
const SAVE_REVERSAL: &str = "INSERT INTO reversals (top_up, account, total, revision, residue) \
    VALUES ($1, $2, $3, $4, $5) ON CONFLICT (top_up, account) \
    DO UPDATE SET total = excluded.total, revision = excluded.revision, residue = excluded.residue";

pub(super) async fn reversal(
    connection: &mut Connection,
    account: &Account,
    top_up: PostingId,
) -> Decoded<Option<Reversal>> {
    let row =
        query(REVERSAL).bind(top_up.as_uuid()).bind(account.id.as_str()).fetch_optional(connection).await?;
    row.map(|row| {
        Ok(Reversal::new(
            rows::money(&row, "total", account.posted.currency())?,
            rows::count(&row, "revision")?,
            rows::residue(&row, "residue")?,
        ))
    })
    .transpose()
}

pub(super) async fn save_reversal(
    connection: &mut Connection,
    account: &Account,
    top_up: PostingId,
    reversal: Reversal,
) -> Decoded<()> {
    query(SAVE_REVERSAL)
        .bind(top_up.as_uuid())
        .bind(account.id.as_str())
        .bind(reversal.total.micros())
        .bind(signed(reversal.revision))
        .bind(reversal.residue.picos())
        .execute(connection)
        .await?;
    Ok(())
}

const EXPIRED_ACCOUNTS: &str =
    "SELECT DISTINCT account FROM holds WHERE state = 'open' AND expires_at <= $1 LIMIT $2";

/// Accounts that have holds whose time is over.
pub(super) async fn expired_accounts(
    connection: &mut Connection,
    now: DateTime<Utc>,
    most: u32,
) -> Decoded<Vec<AccountId>> {
    let found = query(EXPIRED_ACCOUNTS).bind(Stamp(now)).bind(i64::from(most)).fetch_all(connection).await?;
    found.iter().map(|row| rows::account_id(row, "account")).collect()
}

/// Counters stay far below what a signed column holds.
pub(super) fn signed(counter: u64) -> i64 {
    i64::try_from(counter).unwrap_or(i64::MAX)
}
