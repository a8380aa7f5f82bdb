//! How often PostgreSQL is asked, counted on the wire.
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use billing_core::{
    AccountId, Authorize, Capture, Currency, HoldId, Ledger, LedgerSettings, Money, Operation, PostingId,
    TopUp, Void,
};
use billing_sqlx::PostgresStore;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions, PgSslMode};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy},
    net::{TcpListener, TcpStream},
};

use crate::database::postgres_pool;

/// Stands between a store and its database, and counts the statements that the database prepares or runs: each is a
/// round trip that a call waits for. Nobody waits for the one that tries a connection when it goes back to its pool.
struct Relay {
    port: u16,
    round_trips: Arc<AtomicUsize>,
}

impl Relay {
    async fn before(database: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let round_trips = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&round_trips);
        tokio::spawn(async move {
            loop {
                let (client, _) = listener.accept().await.unwrap();
                let server = TcpStream::connect(("127.0.0.1", database)).await.unwrap();
                client.set_nodelay(true).unwrap();
                server.set_nodelay(true).unwrap();
                let (from_client, to_client) = client.into_split();
                let (from_server, to_server) = server.into_split();
                tokio::spawn(async move {
                    let (mut from, mut to) = (from_client, to_server);
                    copy(&mut from, &mut to).await.ok();
                });
                tokio::spawn(relay_answers(from_server, to_client, Arc::clone(&counter)));
            }
        });
        Self { port, round_trips }
    }

    /// Demands that `work` takes so many.
    async fn expect(&self, round_trips: usize, work: impl Future<Output = ()>) {
        let before = self.round_trips.load(SeqCst);
        work.await;
        assert_eq!(self.round_trips.load(SeqCst) - before, round_trips);
    }
}

/// Passes messages on: a letter, their length with itself, and the rest.
async fn relay_answers(
    mut from: impl AsyncRead + Unpin,
    mut to: impl AsyncWrite + Unpin,
    round_trips: Arc<AtomicUsize>,
) {
    let mut head = [0; 5];
    while from.read_exact(&mut head).await.is_ok() {
        let length = u32::from_be_bytes([head[1], head[2], head[3], head[4]]);
        let mut message = vec![0; usize::try_from(length).unwrap() - 4];
        from.read_exact(&mut message).await.unwrap();
        // ParseComplete, BindComplete.
        if matches!(head[0], b'1' | b'2') {
            round_trips.fetch_add(1, SeqCst);
        }
        to.write_all(&head).await.unwrap();
        to.write_all(&message).await.unwrap();
    }
}

#[tokio::test]
async fn a_granted_call_asks_once_before_it_runs_and_once_when_it_ends() {
    let pool = postgres_pool().await;
    let relay = Relay::before(pool.connect_options().get_port()).await;
    let options = PgConnectOptions::clone(&pool.connect_options());
    let options = options.host("127.0.0.1").port(relay.port).ssl_mode(PgSslMode::Disable);
    let pool = PgPoolOptions::new().max_connections(1).test_before_acquire(false).connect_lazy_with(options);
    let store = PostgresStore::new(pool, LedgerSettings::new(Currency::USD));
    store.migrate().await.unwrap();
    let account = AccountId::new("acme").unwrap();
    let usd = |text| Money::parse(text, Currency::USD).unwrap();
    store.top_up(TopUp::new(PostingId::new(), account.clone(), usd("10"), "stripe")).await.unwrap();
    let authorize = |hold, amount| {
        store.authorize(Authorize::new(hold, account.clone(), usd(amount), Operation::new("search").unwrap()))
    };
    let capture = |hold, amount| store.capture(Capture::new(account.clone(), hold, usd(amount)));
    // The first time a connection prepares its statements.
    let (first, voided) = (HoldId::new(), HoldId::new());
    authorize(first, "1").await.unwrap();
    capture(first, "0.5").await.unwrap();
    authorize(voided, "1").await.unwrap();
    store.void(Void::new(account.clone(), voided)).await.unwrap();

    relay
        .expect(200, async {
            for _ in 0..50 {
                let (hold, freed) = (HoldId::new(), HoldId::new());
                authorize(hold, "0.1").await.unwrap();
                capture(hold, "0.05").await.unwrap();
                authorize(freed, "0.1").await.unwrap();
                store.void(Void::new(account.clone(), freed)).await.unwrap();
            }
        })
        .await;
    // A refusal is asked for, and then why.
    assert!(authorize(HoldId::new(), "100").await.is_err());
    relay
        .expect(100, async {
            for _ in 0..50 {
                assert!(authorize(HoldId::new(), "100").await.is_err());
            }
        })
        .await;
}
