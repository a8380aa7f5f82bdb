//! Both databases under the suites that every back end passes, and what those can't see from outside.
//!
//! PostgreSQL is taken from `TEST_DATABASE_URL`; `scripts/postgres.sh` starts one. Each test has a schema of its own.
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]
#![cfg(all(feature = "postgres", feature = "sqlite"))]

mod books;
mod database;
mod notifications;
mod outages;
mod round_trips;
mod schema;
mod suites;
