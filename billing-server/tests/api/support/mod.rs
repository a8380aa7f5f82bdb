//! Starts and stops servers, and talks to them.
mod api;
mod browser;
mod database;
mod keys;
mod launch;
mod letters;
mod mail_server;
mod postgres;
mod preflight;
mod server;

use tokio::sync::{Mutex, MutexGuard};

pub(crate) use self::{
    api::{Answer, Api, NewPayment, token, token_until},
    browser::Browser,
    database::{change_account, let_refunds_be_due, messages, sqlite_url, told},
    keys::{NewKey, beside_sandbox, new_key},
    launch::{JWT_SECRET, Launch},
    letters::{Letter, letter, letters, token_with_address},
    mail_server::MailServer,
    postgres::Postgres,
    preflight::Service,
    server::Server,
};
pub(crate) use billing_testkit::processes::{eventually, postgres_url};

/// Tests that load several servers take turns: side by side they would only measure this machine.
pub(crate) async fn turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::const_new(());
    TURN.lock().await
}
