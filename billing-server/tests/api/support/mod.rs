//! Starts and stops servers, and talks to them.
mod api;
mod database;
mod launch;
mod postgres;
mod server;

use std::time::{Duration, Instant};

use tokio::sync::{Mutex, MutexGuard};

pub(crate) use self::{
    api::{Answer, Api, NewPayment, token},
    database::{let_refunds_be_due, messages, sqlite_url, told},
    launch::{JWT_SECRET, Launch},
    postgres::{Postgres, postgres_url},
    server::Server,
};

/// No wait is longer: what is not there then will not come.
const CEILING: Duration = Duration::from_mins(1);

/// Tests that load several servers take turns: side by side they would only measure this machine.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}

/// Waits until `condition` says something.
pub(crate) async fn eventually<T>(what: &str, mut condition: impl AsyncFnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(value) = condition().await {
            return value;
        }
        assert!(started.elapsed() < CEILING, "{what} did not happen within {CEILING:?}");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}
