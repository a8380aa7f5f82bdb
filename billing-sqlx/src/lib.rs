//! The billing ledger, and everything that payments are kept in, on PostgreSQL and on embedded SQLite.
//!
//! [`PostgresStore`] and [`SqliteStore`] each implement [`Ledger`](billing_core::Ledger) with its
//! [`BalanceAlarms`](billing_core::BalanceAlarms), every store of [`Stores`](billing_core::Stores),
//! [`IdempotencyKeys`](billing_core::IdempotencyKeys), [`ApiKeyStore`](billing_core::ApiKeyStore),
//! [`RateStore`](billing_core::RateStore), [`Deliveries`](billing_core::Deliveries),
//! [`ContactStore`](billing_core::ContactStore), [`AccountWatch`](billing_core::AccountWatch) and
//! [`PaymentWatch`](billing_core::PaymentWatch), with the same promises: both pass the suites of `billing-testkit`.
//!
//! # Example
#![cfg_attr(feature = "sqlite", doc = "```")]
#![cfg_attr(not(feature = "sqlite"), doc = "```ignore")]
//! use billing_core::{AccountId, Currency, Ledger, LedgerSettings, Money, PostingId, TopUp};
//! use billing_sqlx::SqliteStore;
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let store = SqliteStore::connect("sqlite::memory:", LedgerSettings::new(Currency::USD)).await?;
//! store.migrate().await?;
//! let account = AccountId::new("acme")?;
//! let ten = Money::parse("10", Currency::USD)?;
//! store.top_up(TopUp::new(PostingId::new(), account.clone(), ten, "stripe")).await?;
//! assert_eq!(store.account(&account).await?.available(), ten);
//! # Ok(())
//! # }
//! ```
//!
//! # Round trips to PostgreSQL
//! | Call | Granted | Refused | Repeated, or the first of a day |
//! |---|---|---|---|
//! | `authorize`, `charge` | 1 statement | 2 statements | a transaction on the locked account after them |
//! | `capture` up to the hold, `void`, `top_up` | 1 statement | | a transaction after it |
//! | everything else that writes | a transaction on the locked account | | |
//!
//! # Features
//! | Feature | Gives |
//! |---|---|
//! | `postgres` | [`PostgresStore`] |
//! | `sqlite` | [`SqliteStore`] |
//!
//! # How it is built
//! The statements and transactions that both databases share are in `shared/`, and compiled once for each of them.
//! What a statement decides by itself on PostgreSQL is in `postgres/hot.rs`. All arithmetic beyond that is
//! [`billing_core::rules`].
#![expect(clippy::duplicate_mod, reason = "what both databases share is compiled once for each of them")]
#[macro_use]
mod columns;
mod failure;
mod migration;
#[cfg(feature = "postgres")]
mod postgres;
#[cfg(feature = "sqlite")]
mod sqlite;
mod stamp;

pub use migration::Migration;
#[cfg(feature = "postgres")]
pub use postgres::PostgresStore;
#[cfg(feature = "sqlite")]
pub use sqlite::SqliteStore;
