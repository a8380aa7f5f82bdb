#![allow(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "a broken rule is told by a panic: that is what a test does"
)]
use std::{
    process::{Command, Stdio},
    sync::Arc,
};

use billing_core::{Account, AccountId, Currency, Ledger, Money};
use billing_testkit::processes::{Process, eventually, postgres_url};
use tempfile::TempDir;

use crate::open_ledger;

/// An example's program with a database of its own, and a view into its ledger that needs no server.
#[derive(Debug)]
pub struct Example {
    program: &'static str,
    environment: Vec<(String, String)>,
    /// The ledger that its processes bill on.
    pub ledger: Arc<dyn Ledger>,
    _folder: Option<TempDir>,
}

impl Example {
    /// Who pays in these tests.
    pub const ACCOUNT: &'static str = "anna";

    /// The program at this path, on a fresh SQLite file.
    pub async fn on_sqlite(program: &'static str) -> Self {
        let folder = TempDir::new().unwrap();
        let url = format!("sqlite:{}", folder.path().join("billing.db").display());
        Self { _folder: Some(folder), ..Self::on(program, url).await }
    }

    /// The program at this path, on an empty schema of the PostgreSQL that the tests were given.
    pub async fn on_postgres(program: &'static str) -> Self {
        Self::on(program, postgres_url().await).await
    }

    async fn on(program: &'static str, url: String) -> Self {
        let ledger = open_ledger(&url).await.unwrap();
        Self { program, environment: Vec::new(), ledger, _folder: None }
            .with_env("DATABASE_URL", &url)
            .with_env("BIND_ADDR", "127.0.0.1:0")
            .with_env("RUST_LOG", "error")
    }

    /// With a variable in the environment of its processes.
    #[must_use]
    pub fn with_env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// With money on the account, by the program's own command.
    #[must_use]
    pub fn with_money(self, usd: &str) -> Self {
        self.run(&["top-up", Self::ACCOUNT, usd]);
        self
    }

    /// Starts a process that serves; any number may run at once.
    pub fn start(&self) -> Process {
        Process::start(self.command()).unwrap()
    }

    /// Runs a command of the program to its end, and answers what it has printed.
    pub fn run(&self, arguments: &[&str]) -> String {
        let output = self.command().args(arguments).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).unwrap()
    }

    /// How the account stands.
    pub async fn account(&self) -> Account {
        self.ledger.account(&AccountId::new(Self::ACCOUNT).unwrap()).await.unwrap()
    }

    /// Waits until no hold is open, checks the books with the program's own command, and answers what is left.
    pub async fn left(&self) -> Money {
        let ended = async || (self.ledger.verify().await.unwrap().open_holds == 0).then_some(());
        eventually("the end of all holds", ended).await;
        let told = self.run(&["verify"]);
        assert!(told.contains(" 0 open holds") && told.contains("the books balance"), "{told}");
        let account = self.account().await;
        assert!(account.held.is_zero(), "{account:?}");
        account.posted
    }

    /// Nothing of this process's environment gets through.
    fn command(&self) -> Command {
        let mut command = Command::new(self.program);
        command.env_clear().envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// An amount of dollars.
pub fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}
