//! Looking at many accounts at once: for those who tell their owners what changes.
use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{Account, AccountId, LedgerError, Payment, StoreError};

/// How accounts stand, many in one question: a ledger's back end has them.
///
/// The postings behind a change are found by [`Ledger::history`](crate::Ledger::history): the account's
/// [`sequence`](Account::sequence) tells which there are.
///
/// # Cancel safety
/// Only read.
///
/// # Implementing
/// It is asked twice a second for up to some hundred accounts, so it takes one statement and no lock. The watch suite of
/// `billing-testkit` has to pass.
#[async_trait]
pub trait AccountWatch: fmt::Debug + Send + Sync + 'static {
    /// How these accounts stand, in any order. Those that were never seen are left out, and not opened. They are told as
    /// [`Ledger::account`](crate::Ledger::account) tells them, but a hold whose time is over counts until somebody frees
    /// it.
    ///
    /// # Errors
    /// [`LedgerError::Unavailable`], [`LedgerError::Backend`].
    async fn standings(&self, accounts: &[AccountId]) -> Result<Vec<Account>, LedgerError>;
}

/// Which payments change, of many accounts in one question: a payment store's back end has them.
///
/// # Cancel safety
/// Only read.
///
/// # Implementing
/// As for [`AccountWatch`].
#[async_trait]
pub trait PaymentWatch: fmt::Debug + Send + Sync + 'static {
    /// Payments of these accounts that were changed after `since`, the last change first, at most `limit`.
    ///
    /// A change carries the time at which its writer began. One that ends late, or was made by a machine whose clock is
    /// behind, comes up after later ones: whoever asks again and again looks back a little each time.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn changed_payments(
        &self,
        accounts: &[AccountId],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: AccountWatch + ?Sized> AccountWatch for Arc<W> {
    async fn standings(&self, accounts: &[AccountId]) -> Result<Vec<Account>, LedgerError> {
        (**self).standings(accounts).await
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<W: PaymentWatch + ?Sized> PaymentWatch for Arc<W> {
    async fn changed_payments(
        &self,
        accounts: &[AccountId],
        since: DateTime<Utc>,
        limit: u32,
    ) -> Result<Vec<Payment>, StoreError> {
        (**self).changed_payments(accounts, since, limit).await
    }
}

const _: fn(&dyn AccountWatch, &dyn PaymentWatch) = |_, _| {};
