//! What can go wrong in a transaction, and whose move it is then.
use std::time::Duration;

use billing_core::{LedgerError, StoreError};

/// Why a transaction did not give what was asked for.
#[derive(Debug)]
pub(crate) enum Failure<E> {
    /// A rule said no. What the transaction wrote before is whole by itself.
    Refused(E),
    /// The database said no.
    Database(sqlx::Error),
}

impl<E> From<sqlx::Error> for Failure<E> {
    fn from(error: sqlx::Error) -> Self {
        Self::Database(error)
    }
}

impl From<LedgerError> for Failure<LedgerError> {
    fn from(error: LedgerError) -> Self {
        Self::Refused(error)
    }
}

impl From<StoreError> for Failure<StoreError> {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

/// The errors of the traits, as far as the database makes them.
pub(crate) trait FromDatabase {
    fn unavailable(error: sqlx::Error) -> Self;
    fn backend(error: sqlx::Error) -> Self;
}

impl FromDatabase for LedgerError {
    fn unavailable(error: sqlx::Error) -> Self {
        Self::Unavailable(error.into())
    }
    fn backend(error: sqlx::Error) -> Self {
        Self::Backend(error.into())
    }
}

impl FromDatabase for StoreError {
    fn unavailable(error: sqlx::Error) -> Self {
        Self::Unavailable(error.into())
    }
    fn backend(error: sqlx::Error) -> Self {
        Self::Backend(error.into())
    }
}

/// Sorts a database error into those of the trait.
pub(crate) fn sort<E: FromDatabase>(error: sqlx::Error) -> E {
    if is_conflict(&error) || is_away(&error) { E::unavailable(error) } else { E::backend(error) }
}

impl<E: FromDatabase> Failure<E> {
    fn into_error(self) -> E {
        match self {
            Self::Refused(error) => error,
            Self::Database(error) => sort(error),
        }
    }
}

/// How often a transaction is tried that loses to another one.
const CONFLICT_ATTEMPTS: u32 = 10;
/// How often one is tried whose connection turns out to be broken: ids make the repeat harmless.
const BROKEN_ATTEMPTS: u32 = 5;

/// Runs a transaction until it is through, as long as trying again can help at once.
pub(crate) async fn retry<T, E, F>(transaction: impl FnMut() -> F) -> Result<T, E>
where
    E: FromDatabase,
    F: Future<Output = Result<T, Failure<E>>>,
{
    retry_if(is_worth_another, transaction).await
}

/// Like [`retry`], for what could be told that it had done its own work already: it is not tried again after a broken
/// connection, on which it may have been carried out.
pub(crate) async fn retry_unless_done<T, E, F>(transaction: impl FnMut() -> F) -> Result<T, E>
where
    E: FromDatabase,
    F: Future<Output = Result<T, Failure<E>>>,
{
    retry_if(|error, attempt| is_conflict(error) && attempt < CONFLICT_ATTEMPTS, transaction).await
}

async fn retry_if<T, E, F>(
    is_worth_another: impl Fn(&sqlx::Error, u32) -> bool,
    mut transaction: impl FnMut() -> F,
) -> Result<T, E>
where
    E: FromDatabase,
    F: Future<Output = Result<T, Failure<E>>>,
{
    let mut attempt = 1;
    loop {
        match transaction().await {
            Ok(value) => return Ok(value),
            Err(Failure::Database(error)) if is_worth_another(&error, attempt) => {
                tracing::debug!(error = %error, attempt, "transaction is tried again");
                // Apart, so that those who collided do not meet again.
                let pause_ms = fastrand::u64(1..=8 << attempt.min(5));
                tokio::time::sleep(Duration::from_millis(pause_ms)).await;
                attempt += 1;
            }
            Err(failure) => return Err(failure.into_error()),
        }
    }
}

fn is_worth_another(error: &sqlx::Error, attempt: u32) -> bool {
    (is_conflict(error) && attempt < CONFLICT_ATTEMPTS) || (is_broken(error) && attempt < BROKEN_ATTEMPTS)
}

/// The connection is gone, was ended by the server's shutdown, or begins no transaction; another one may be fine.
fn is_broken(error: &sqlx::Error) -> bool {
    matches!(error, sqlx::Error::Io(_) | sqlx::Error::BeginFailed)
        || matches!(code(error).as_deref(), Some("57P01" | "57P02"))
}

/// Lost to another transaction: serialization failure or deadlock on PostgreSQL, busy or locked on SQLite.
fn is_conflict(error: &sqlx::Error) -> bool {
    matches!(code(error).as_deref(), Some("40001" | "40P01" | "5" | "6" | "261" | "262" | "517"))
}

/// The id is taken, or a sum does not fit: the rules know what to say.
pub(crate) fn is_for_the_rules(error: &sqlx::Error) -> bool {
    is_unique_violation(error) || code(error).as_deref() == Some("22003")
}

pub(crate) fn is_unique_violation(error: &sqlx::Error) -> bool {
    error.as_database_error().is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// The database can't be reached, or is going down or coming up.
fn is_away(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::Io(_)
        | sqlx::Error::Tls(_)
        | sqlx::Error::Protocol(_)
        | sqlx::Error::PoolTimedOut
        | sqlx::Error::PoolClosed
        | sqlx::Error::BeginFailed
        | sqlx::Error::WorkerCrashed => true,
        _ => code(error).is_some_and(|code| is_passing(&code)),
    }
}

/// A state of the database that passes without anybody's changing the request.
fn is_passing(code: &str) -> bool {
    if code.len() == 5 {
        // Connection lost, out of resources, shutdown and start-up, a failing disk or system; a canceled statement, a
        // lock that could not be had, a standby that takes no writes.
        let class = ["08", "53", "57P", "58"].iter().any(|class| code.starts_with(class));
        return class || ["57014", "55P03", "25006"].contains(&code);
    }
    // Of SQLite, whose extended codes carry the plain one in their lowest byte: no memory, a failing disk, a full disk,
    // a file that can't be opened.
    code.parse::<u32>().is_ok_and(|code| [7, 10, 13, 14].contains(&(code & 0xff)))
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error()?.code().map(std::borrow::Cow::into_owned)
}
