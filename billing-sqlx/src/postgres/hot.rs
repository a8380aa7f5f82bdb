//! What one statement decides: the granted authorize, charge and top-up, the capture up to its hold, the void.
//!
//! Each statement does all or nothing. Where it finds nothing to do, or the id is taken, a second one ([`refusal`]) or
//! the transaction on the locked account ([`operations`]) says why. Money is computed only from the row that the statement itself locks: a statement
//! that waited for the account still sees other rows as they were before, so those count only as an update gave them
//! back.
use billing_core::{
    Authorization, Authorize, BookAccount, Breakdown, Capture, Charge, Currency, Hold, HouseAccount,
    LedgerError, Money, Posting, PostingId, PostingKind, TopUp, Void, rules,
};
use chrono::{DateTime, Utc};
use sqlx::{Row as _, query};

use super::{Query, Row, Store, operations, refusal, rows};
use crate::{
    failure::{Failure, is_for_the_rules, retry, retry_unless_done},
    stamp::Stamp,
};

/// The account row decides: its windows are current, and funds and limits suffice.
const AUTHORIZE: &str = "WITH granted AS ( \
        UPDATE accounts SET held = held + $3, day_used = day_used + $3, month_used = month_used + $3 \
        WHERE id = $2 AND currency = $7 AND NOT suspended AND billing_enabled AND posted >= 0 \
            AND posted - held >= $3 AND day_used + $3 <= day_limit AND month_used + $3 <= month_limit \
            AND day_ends_at > $6 AND month_ends_at > $6 \
        RETURNING posted - held AS available, day_ends_at, month_ends_at), \
    placed AS ( \
        INSERT INTO holds (id, account, amount, requested, operation, state, exempt, expires_at, day_ends_at, \
            month_ends_at, created_at) \
        SELECT $1, $2, $3, $3, $4, 'open', false, $5, day_ends_at, month_ends_at, $6 FROM granted) \
    SELECT available, day_ends_at, month_ends_at FROM granted";

pub(super) async fn authorize(
    store: &Store,
    request: &Authorize,
    now: DateTime<Utc>,
) -> Result<Authorization, LedgerError> {
    let currency = store.settings.currency();
    let expires_at = rules::expires_at(now, request.ttl.unwrap_or(store.settings.hold_ttl));
    let statement = || {
        query(AUTHORIZE)
            .bind(request.id.as_uuid())
            .bind(request.account.as_str())
            .bind(request.amount.micros())
            .bind(request.operation.as_str())
            .bind(Stamp(expires_at))
            .bind(Stamp(now))
            .bind(currency.code().to_owned())
    };
    let granted = if request.is_first {
        retry_unless_done(|| ask(store, &statement)).await?
    } else {
        decide(store, statement).await?
    };
    let Some(row) = granted else {
        refusal::authorize(store, request, now).await?;
        return operations::authorize(store, request, now).await;
    };
    read(|| {
        let mut hold = Hold::new(request.id, request.account.clone(), request.amount, expires_at);
        hold.requested = Some(request.amount);
        hold.operation = Some(request.operation.clone());
        hold.created_at = now;
        Stamp(hold.day_ends_at) = row.try_get("day_ends_at")?;
        Stamp(hold.month_ends_at) = row.try_get("month_ends_at")?;
        Ok(Authorization::new(hold, rows::money(&row, "available", currency)?))
    })
}

/// The account is locked first, so that captures, voids and expiry of one account queue there. The hold's share goes
/// back only to the windows it was placed in.
const CAPTURE: &str = concat!(
    "WITH locked AS (SELECT id FROM accounts WHERE id = $2 FOR UPDATE), \
    ended AS ( \
        UPDATE holds SET state = 'captured', captured = $3 \
        WHERE id = $1 AND account = (SELECT id FROM locked) AND state = 'open' AND NOT exempt \
            AND expires_at > $5 AND amount >= $3 \
        RETURNING amount, operation, day_ends_at, month_ends_at), \
    paid AS ( \
        UPDATE accounts a SET posted = a.posted - $3, held = a.held - ended.amount, \
            day_used = a.day_used \
                - CASE WHEN a.day_ends_at = ended.day_ends_at THEN ended.amount - $3 ELSE 0 END, \
            month_used = a.month_used \
                - CASE WHEN a.month_ends_at = ended.month_ends_at THEN ended.amount - $3 ELSE 0 END, \
            sequence = a.sequence + 1, spent = a.spent + $3, calls = a.calls + 1, last_call_at = $5 \
        FROM ended WHERE a.id = $2 \
        RETURNING a.posted, a.sequence, ended.operation), \
    written AS ( \
        INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, balance_after, \
            uncollected, late, operation, breakdown, created_at) \
        SELECT $1, $2, sequence, 'capture', $2, '@revenue', $3, posted, 0, false, operation, ",
    as_json!("$4"),
    ", $5 FROM paid) \
    SELECT posted, sequence, operation FROM paid"
);

pub(super) async fn capture(
    store: &Store,
    request: &Capture,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    let captured = decide(store, || {
        query(CAPTURE)
            .bind(request.hold.as_uuid())
            .bind(request.account.as_str())
            .bind(request.amount.micros())
            .bind(request.breakdown.as_ref().map(Breakdown::as_str))
            .bind(Stamp(now))
    })
    .await?;
    let Some(row) = captured else {
        return operations::capture(store, request, now).await;
    };
    read(|| {
        let own = BookAccount::Owned(request.account.clone());
        let revenue = BookAccount::House(HouseAccount::Revenue);
        let id = PostingId::from(request.hold);
        let account = request.account.clone();
        let mut posting = Posting::new(id, account, PostingKind::Capture, own, revenue, request.amount, now);
        place(&mut posting, &row)?;
        posting.operation = rows::operation(&row, "operation")?;
        posting.breakdown.clone_from(&request.breakdown);
        Ok(posting)
    })
}

const VOID: &str = "WITH locked AS (SELECT id FROM accounts WHERE id = $2 FOR UPDATE), \
    ended AS ( \
        UPDATE holds SET state = 'voided' \
        WHERE id = $1 AND account = (SELECT id FROM locked) AND state = 'open' \
        RETURNING amount, day_ends_at, month_ends_at) \
    UPDATE accounts a SET held = a.held - ended.amount, \
        day_used = a.day_used - CASE WHEN a.day_ends_at = ended.day_ends_at THEN ended.amount ELSE 0 END, \
        month_used = a.month_used - CASE WHEN a.month_ends_at = ended.month_ends_at THEN ended.amount ELSE 0 END \
    FROM ended WHERE a.id = $2 RETURNING a.id";

pub(super) async fn void(store: &Store, request: &Void, now: DateTime<Utc>) -> Result<(), LedgerError> {
    let voided =
        decide(store, || query(VOID).bind(request.hold.as_uuid()).bind(request.account.as_str())).await?;
    match voided {
        Some(_) => Ok(()),
        None => operations::void(store, request, now).await,
    }
}

const CHARGE: &str = concat!(
    "WITH granted AS ( \
        UPDATE accounts SET posted = posted - $3, day_used = day_used + $3, month_used = month_used + $3, \
            sequence = sequence + 1, spent = spent + $3, calls = calls + 1, last_call_at = $6 \
        WHERE id = $2 AND currency = $7 AND NOT suspended AND billing_enabled AND posted >= 0 \
            AND posted - held >= $3 AND day_used + $3 <= day_limit AND month_used + $3 <= month_limit \
            AND day_ends_at > $6 AND month_ends_at > $6 \
        RETURNING posted, sequence), \
    written AS ( \
        INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, balance_after, \
            uncollected, late, operation, breakdown, created_at) \
        SELECT $1, $2, sequence, 'capture', $2, '@revenue', $3, posted, 0, false, $4, ",
    as_json!("$5"),
    ", $6 FROM granted) \
    SELECT posted, sequence FROM granted"
);

pub(super) async fn charge(
    store: &Store,
    request: &Charge,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    let currency = store.settings.currency();
    let granted = decide(store, || {
        query(CHARGE)
            .bind(request.id.as_uuid())
            .bind(request.account.as_str())
            .bind(request.amount.micros())
            .bind(request.operation.as_str())
            .bind(request.breakdown.as_ref().map(Breakdown::as_str))
            .bind(Stamp(now))
            .bind(currency.code().to_owned())
    })
    .await?;
    let Some(row) = granted else {
        refusal::charge(store, request, now).await?;
        return operations::charge(store, request, now).await;
    };
    read(|| {
        let own = BookAccount::Owned(request.account.clone());
        let revenue = BookAccount::House(HouseAccount::Revenue);
        let account = request.account.clone();
        let mut posting =
            Posting::new(request.id, account, PostingKind::Capture, own, revenue, request.amount, now);
        place(&mut posting, &row)?;
        posting.operation = Some(request.operation.clone());
        posting.breakdown.clone_from(&request.breakdown);
        Ok(posting)
    })
}

/// Money that comes in arms the alarm (`BalanceAlarm::money_came_in`).
const TOP_UP: &str = concat!(
    "WITH credited AS ( \
        UPDATE accounts SET posted = posted + $3, sequence = sequence + 1, \
            alarm_armed_by = CASE WHEN alarm_armed_by IS NULL AND ",
    alarm_is_clear!("posted + $3"),
    " THEN sequence + 1 ELSE alarm_armed_by END \
        WHERE id = $2 AND currency = $6 \
        RETURNING posted, sequence), \
    written AS ( \
        INSERT INTO postings (id, account, sequence, kind, debit_account, credit_account, amount, balance_after, \
            uncollected, late, created_at) \
        SELECT $1, $2, sequence, 'top_up', $4, $2, $3, posted, 0, false, $5 FROM credited) \
    SELECT posted, sequence FROM credited"
);

pub(super) async fn top_up(
    store: &Store,
    request: &TopUp,
    now: DateTime<Utc>,
) -> Result<Posting, LedgerError> {
    let gateway = BookAccount::House(HouseAccount::Gateway(request.gateway.clone()));
    let currency = store.settings.currency();
    let credited = decide(store, || {
        query(TOP_UP)
            .bind(request.id.as_uuid())
            .bind(request.account.as_str())
            .bind(request.amount.micros())
            .bind(gateway.to_string())
            .bind(Stamp(now))
            .bind(currency.code().to_owned())
    })
    .await?;
    let Some(row) = credited else {
        return operations::top_up(store, request, now).await;
    };
    read(|| {
        let own = BookAccount::Owned(request.account.clone());
        let account = request.account.clone();
        let mut posting =
            Posting::new(request.id, account, PostingKind::TopUp, gateway, own, request.amount, now);
        place(&mut posting, &row)?;
        Ok(posting)
    })
}

/// Runs a statement that does all or nothing; `None` when the rules have to say why it did nothing.
async fn decide<'q>(store: &Store, statement: impl Fn() -> Query<'q>) -> Result<Option<Row>, LedgerError> {
    retry(|| ask(store, &statement)).await
}

async fn ask<'q>(
    store: &Store,
    statement: &impl Fn() -> Query<'q>,
) -> Result<Option<Row>, Failure<LedgerError>> {
    match statement().fetch_optional(&store.pool).await {
        Err(error) if is_for_the_rules(&error) => Ok(None),
        outcome => Ok(outcome?),
    }
}

/// The posting's place among the account's, and the balance it left.
fn place(posting: &mut Posting, row: &Row) -> Result<(), sqlx::Error> {
    let currency: Currency = posting.amount.currency();
    posting.sequence = rows::count(row, "sequence")?;
    posting.balance_after = Money::from_micros(row.try_get("posted")?, currency);
    Ok(())
}

fn read<T>(answer: impl FnOnce() -> Result<T, sqlx::Error>) -> Result<T, LedgerError> {
    answer().map_err(crate::failure::sort)
}
