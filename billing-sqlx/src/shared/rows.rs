//! Rows to domain types.
use std::{error::Error, str::FromStr};

use billing_core::{
    Accepted, Account, AccountId, BalanceAlarm, Breakdown, Currency, Exchange, Failure as PaymentFailure,
    Hold, Money, Operation, Payment, Posting, Residue, SpendWindow, TakeBack,
};
use chrono::{DateTime, Utc};
use rust_decimal::Decimal;
use sqlx::{ColumnIndex as _, Row as _};
use uuid::Uuid;

use super::Row;
use crate::stamp::Stamp;

pub(super) type Decoded<T> = Result<T, sqlx::Error>;

/// Words of ours between commas, to be found by `LIKE '%,word,%'`; nothing when there are none.
pub(super) fn words<'a>(words: impl Iterator<Item = &'a str>) -> String {
    let words: Vec<_> = words.collect();
    if words.is_empty() { String::new() } else { format!(",{},", words.join(",")) }
}

/// Texts on their way to `one_of!`.
pub(super) fn json_array<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    texts.into_iter().map(serde_json::Value::from).collect::<serde_json::Value>().to_string()
}

/// A column that holds micros of a currency known from elsewhere.
pub(super) fn money(row: &Row, column: &str, currency: Currency) -> Decoded<Money> {
    Ok(Money::from_micros(row.try_get(column)?, currency))
}

fn money_if_any(row: &Row, column: &str, currency: Currency) -> Decoded<Option<Money>> {
    let micros: Option<i64> = row.try_get(column)?;
    Ok(micros.map(|micros| Money::from_micros(micros, currency)))
}

/// A column that holds picos.
pub(super) fn residue(row: &Row, column: &str) -> Decoded<Residue> {
    Ok(Residue::from_picos(row.try_get(column)?))
}

/// A column that counts.
pub(super) fn count(row: &Row, column: &str) -> Decoded<u64> {
    u64::try_from(row.try_get::<i64, _>(column)?).map_err(|error| unreadable(row, column, error.into()))
}

fn count_if_any(row: &Row, column: &str) -> Decoded<Option<u64>> {
    if row.try_get::<Option<i64>, _>(column)?.is_some() { count(row, column).map(Some) } else { Ok(None) }
}

/// A column that counts, not far.
pub(super) fn small_count(row: &Row, column: &str) -> Decoded<u32> {
    u32::try_from(row.try_get::<i64, _>(column)?).map_err(|error| unreadable(row, column, error.into()))
}

pub(super) fn stamp(row: &Row, column: &str) -> Decoded<DateTime<Utc>> {
    row.try_get(column).map(|Stamp(at)| at)
}

pub(super) fn stamp_if_any(row: &Row, column: &str) -> Decoded<Option<DateTime<Utc>>> {
    let stamp: Option<Stamp> = row.try_get(column)?;
    Ok(stamp.map(|Stamp(at)| at))
}

/// A column that holds a word or name with rules of its own.
pub(super) fn word<T>(row: &Row, column: &str) -> Decoded<T>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    let text: String = row.try_get(column)?;
    text.parse().map_err(|error: T::Err| unreadable(row, column, error.into()))
}

pub(super) fn word_if_any<T>(row: &Row, column: &str) -> Decoded<Option<T>>
where
    T: FromStr<Err: Error + Send + Sync + 'static>,
{
    if row.try_get::<Option<String>, _>(column)?.is_some() { word(row, column).map(Some) } else { Ok(None) }
}

pub(super) fn operation(row: &Row, column: &str) -> Decoded<Option<Operation>> {
    let name: Option<String> = row.try_get(column)?;
    name.map(Operation::new).transpose().map_err(|error| unreadable(row, column, error.into()))
}

pub(super) fn account_id(row: &Row, column: &str) -> Decoded<AccountId> {
    AccountId::new(row.try_get::<String, _>(column)?).map_err(|error| unreadable(row, column, error.into()))
}

pub(super) fn account_id_if_any(row: &Row, column: &str) -> Decoded<Option<AccountId>> {
    if row.try_get::<Option<String>, _>(column)?.is_some() {
        account_id(row, column).map(Some)
    } else {
        Ok(None)
    }
}

/// Somebody else wrote this: the schema and the types agree on what may be stored.
pub(super) fn unreadable(row: &Row, column: &str, source: Box<dyn Error + Send + Sync>) -> sqlx::Error {
    let index = column.index(row).map_or_else(|_| column.to_owned(), |index| format!("{column} ({index})"));
    sqlx::Error::ColumnDecode { index, source }
}

pub(super) fn account(row: &Row) -> Decoded<Account> {
    let currency = word(row, "currency")?;
    let id = account_id(row, "id")?;
    let window = |limit, ceiling, used, ends_at| -> Decoded<SpendWindow> {
        let Stamp(ends_at) = row.try_get(ends_at)?;
        let mut window =
            SpendWindow::new(money(row, limit, currency)?, money(row, ceiling, currency)?, ends_at);
        window.used = money(row, used, currency)?;
        Ok(window)
    };
    let Stamp(created_at) = row.try_get("created_at")?;
    let day = window("day_limit", "day_ceiling", "day_used", "day_ends_at")?;
    let month = window("month_limit", "month_ceiling", "month_used", "month_ends_at")?;
    let mut account = Account::new(id, day, month, word(row, "time_zone")?, created_at);
    account.posted = money(row, "posted", currency)?;
    account.held = money(row, "held", currency)?;
    account.suspended = row.try_get("suspended")?;
    account.billing_enabled = row.try_get("billing_enabled")?;
    account.tier = row.try_get("tier")?;
    account.alarm = alarm(row, currency)?;
    account.sequence = count(row, "sequence")?;
    account.spent = money(row, "spent", currency)?;
    account.calls = count(row, "calls")?;
    account.last_call_at = row.try_get::<Option<Stamp>, _>("last_call_at")?.map(|Stamp(at)| at);
    Ok(account)
}

fn alarm(row: &Row, currency: Currency) -> Decoded<BalanceAlarm> {
    let mut alarm = BalanceAlarm::new(money(row, "alarm_threshold", currency)?);
    alarm.armed_by = count_if_any(row, "alarm_armed_by")?;
    alarm.rang_at = stamp_if_any(row, "alarm_rang_at")?;
    Ok(alarm)
}

pub(super) fn hold(row: &Row, currency: Currency) -> Decoded<Hold> {
    let stamp = |column| row.try_get(column).map(|Stamp(at)| at);
    let mut hold = Hold::new(
        row.try_get::<Uuid, _>("id")?.into(),
        account_id(row, "account")?,
        money(row, "amount", currency)?,
        stamp("expires_at")?,
    );
    hold.requested = money_if_any(row, "requested", currency)?;
    hold.operation = operation(row, "operation")?;
    hold.state = word(row, "state")?;
    hold.exempt = row.try_get("exempt")?;
    hold.would_refuse = word_if_any(row, "would_refuse")?;
    hold.captured = money_if_any(row, "captured", currency)?;
    hold.day_ends_at = stamp("day_ends_at")?;
    hold.month_ends_at = stamp("month_ends_at")?;
    hold.created_at = stamp("created_at")?;
    Ok(hold)
}

pub(super) fn posting(row: &Row, currency: Currency) -> Decoded<Posting> {
    let Stamp(created_at) = row.try_get("created_at")?;
    let mut posting = Posting::new(
        row.try_get::<Uuid, _>("id")?.into(),
        account_id(row, "account")?,
        word(row, "kind")?,
        word(row, "debit_account")?,
        word(row, "credit_account")?,
        money(row, "amount", currency)?,
        created_at,
    );
    posting.sequence = count(row, "sequence")?;
    posting.balance_after = money(row, "balance_after", currency)?;
    posting.uncollected = money(row, "uncollected", currency)?;
    posting.residue = residue(row, "residue")?;
    posting.late = row.try_get("late")?;
    posting.would_refuse = word_if_any(row, "would_refuse")?;
    posting.operation = operation(row, "operation")?;
    let breakdown: Option<String> = row.try_get("breakdown")?;
    posting.breakdown = breakdown
        .map(Breakdown::new)
        .transpose()
        .map_err(|error| unreadable(row, "breakdown", error.into()))?;
    posting.top_up = row.try_get::<Option<Uuid>, _>("top_up")?.map(Into::into);
    posting.memo = row.try_get("memo")?;
    posting.actor = row.try_get("actor")?;
    Ok(posting)
}

pub(super) fn payment(row: &Row) -> Decoded<Payment> {
    let currency: Currency = word(row, "currency")?;
    let Stamp(created_at) = row.try_get("created_at")?;
    let Stamp(updated_at) = row.try_get("updated_at")?;
    let mut payment = Payment::new(
        row.try_get::<Uuid, _>("id")?.into(),
        account_id(row, "account")?,
        row.try_get::<String, _>("gateway")?,
        money(row, "amount", currency)?,
        money(row, "credit", word(row, "credit_currency")?)?,
        created_at,
    );
    payment.external_id = row.try_get("external_id")?;
    payment.checkout_url = row.try_get("checkout_url")?;
    payment.status = word(row, "status")?;
    let paid_currency: Option<Currency> = word_if_any(row, "paid_currency")?;
    payment.paid = match paid_currency {
        Some(currency) => money_if_any(row, "paid", currency)?,
        None => None,
    };
    payment.review = word_if_any(row, "review")?;
    payment.exchange = exchange(row)?;
    payment.accepted = accepted(row)?;
    payment.checks = small_count(row, "checks")?;
    payment.next_check_at = stamp_if_any(row, "next_check_at")?;
    let code: Option<String> = row.try_get("failure_code")?;
    let message: Option<String> = row.try_get("failure_message")?;
    payment.failure = code.map(|code| PaymentFailure::new(code, message));
    payment.taken_back = money(row, "taken_back", currency)?;
    payment.revision = count(row, "revision")?;
    payment.updated_at = updated_at;
    Ok(payment)
}

fn exchange(row: &Row) -> Decoded<Option<Exchange>> {
    let quote: Option<Uuid> = row.try_get("quote")?;
    let rate: Option<Decimal> = word_if_any(row, "rate")?;
    Ok(quote.zip(rate).map(|(quote, rate)| Exchange::new(quote.into(), rate)))
}

fn accepted(row: &Row) -> Decoded<Option<Accepted>> {
    let Some(currency) = word_if_any(row, "accepted_currency")? else { return Ok(None) };
    Ok(Some(Accepted::new(money(row, "accepted", currency)?, row.try_get::<String, _>("accepted_by")?)))
}

pub(super) fn take_back(row: &Row, currency: Currency) -> Decoded<TakeBack> {
    let taken = money(row, "taken", currency)?;
    let mut take_back = TakeBack::new(row.try_get::<String, _>("external_id")?, word(row, "kind")?, taken);
    take_back.actor = row.try_get("actor")?;
    Ok(take_back.with_returned(money(row, "returned", currency)?))
}
