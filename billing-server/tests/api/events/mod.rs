//! What changes, told as it happens: over HTTP, by the real binary, on both databases.
mod bounds;
mod changes;
mod gaps;
mod replicas;
mod stream;

use billing_core::{
    AccountId, Breakdown, Charge, Currency, Ledger, LedgerSettings, Money, Operation, PostingId, TopUp,
};
use billing_sqlx::{PostgresStore, SqliteStore};

use self::stream::{Event, Stream};

fn usd(text: &str) -> Money {
    Money::parse(text, Currency::USD).unwrap()
}

/// Another process on the same database, which moves the money of one account.
#[derive(Debug)]
struct Till {
    ledger: Box<dyn Ledger>,
    account: AccountId,
}

impl Till {
    async fn open(database_url: &str, account: &str) -> Self {
        let settings = LedgerSettings::new(Currency::USD);
        let ledger: Box<dyn Ledger> = if database_url.starts_with("sqlite:") {
            Box::new(SqliteStore::connect(database_url, settings).await.unwrap())
        } else {
            Box::new(PostgresStore::connect(database_url, 2, settings).unwrap())
        };
        Self { ledger, account: AccountId::new(account).unwrap() }
    }

    async fn top_up(&self, amount: &str) {
        let top_up = TopUp::new(PostingId::new(), self.account.clone(), usd(amount), "stripe");
        self.ledger.top_up(top_up).await.unwrap();
    }

    async fn charge(&self) {
        self.charge_for("{}").await;
    }

    /// Charges, with a breakdown.
    async fn charge_for(&self, breakdown: &str) {
        let search = Operation::new("search").unwrap();
        let charge = Charge::new(PostingId::new(), self.account.clone(), usd("0.000001"), search);
        let charge = charge.with_breakdown(Breakdown::new(breakdown).unwrap());
        self.ledger.charge(charge).await.unwrap();
    }
}

/// Postings one after the other, from here.
#[track_caller]
fn assert_in_a_row(postings: &[Event], first: u64) {
    let ids: Vec<_> = postings.iter().map(|event| event.id).collect();
    assert_eq!(ids, (first..).take(ids.len()).collect::<Vec<_>>());
}
