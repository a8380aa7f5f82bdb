use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use super::{Stream, Till, assert_in_a_row};
use crate::support::{Launch, Postgres, Server, eventually, postgres_url, sqlite_url, turn};

async fn resumes_without_gap_or_repeat(database_url: &str) {
    let server = Launch::serve().with_env("DATABASE_URL", database_url).start().await;
    let user = server.api_as("anna");
    let till = Till::open(database_url, "anna").await;
    till.top_up("9").await;
    let done = Arc::new(AtomicBool::new(false));
    let spending = tokio::spawn({
        let done = Arc::clone(&done);
        async move {
            while !done.load(Ordering::Relaxed) {
                till.charge().await;
            }
            till
        }
    });
    let (mut heard, mut postings) = (0, Vec::new());
    for round in 0..8 {
        let mut stream = Stream::open(&user, Some(heard)).await;
        for _ in 0..5 + 7 * round {
            let posting = stream.next_named("posting").await;
            heard = posting.id;
            postings.push(posting);
        }
        // Cut.
        drop(stream);
    }
    done.store(true, Ordering::Relaxed);
    let till = spending.await.unwrap();
    let head = till.ledger.account(&till.account).await.unwrap().sequence;
    let mut stream = Stream::open(&user, Some(heard)).await;
    while heard < head {
        let posting = stream.next_named("posting").await;
        heard = posting.id;
        postings.push(posting);
    }
    assert_in_a_row(&postings, 1);
    till.charge().await;
    assert_eq!(stream.next_named("posting").await.id, head + 1);
    assert_eq!(stream.expect("balance").await.id, head + 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_cut_resumes_without_gap_or_repeat_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    resumes_without_gap_or_repeat(&sqlite_url(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_was_cut_resumes_without_gap_or_repeat_on_postgres() {
    resumes_without_gap_or_repeat(&postgres_url().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_has_missed_too_much_starts_anew() {
    let url = postgres_url().await;
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let user = server.api_as("anna");
    let till = Till::open(&url, "anna").await;
    till.top_up("9").await;
    for _ in 0..1_001 {
        till.charge().await;
    }
    let mut missed = Stream::open(&user, Some(2)).await;
    assert_eq!(missed.expect("balance").await.id, 2);
    for id in 3..=1_002 {
        assert_eq!(missed.expect("posting").await.id, id);
    }
    let mut late = Stream::open(&user, Some(1)).await;
    let mut from_elsewhere = Stream::open(&user, Some(1_003)).await;
    for stream in [&mut late, &mut from_elsewhere] {
        assert_eq!(stream.expect("reset").await.id, 1_002);
        assert_eq!(stream.expect("balance").await.id, 1_002);
    }
    till.charge().await;
    for stream in [&mut missed, &mut late, &mut from_elsewhere] {
        assert_eq!(stream.expect("posting").await.id, 1_003);
    }
}

async fn notices(server: &Server) {
    eventually("the server notices", async || {
        (server.anybody().get("/readyz").await.status == 503).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_outlives_its_database() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let url = postgres.url().await;
    let server = Launch::serve().with_env("DATABASE_URL", &url).start().await;
    let user = server.api_as("anna");
    let till = Till::open(&url, "anna").await;
    till.top_up("9").await;
    let mut stream = Stream::open(&user, None).await;
    assert_eq!(stream.expect("balance").await.id, 1);
    let mut next = 2;
    for _ in 0..3 {
        // Whether these are told before or after is up to chance.
        till.charge().await;
        till.charge().await;
        postgres.kill();
        notices(&server).await;
        postgres.restart();
        let till = Till::open(&url, "anna").await;
        eventually("the database", async || till.ledger.account(&till.account).await.ok()).await;
        till.charge().await;
        for id in next..next + 3 {
            assert_eq!(stream.next_named("posting").await.id, id);
        }
        next += 3;
    }
    assert_eq!(stream.expect("balance").await.id, next - 1);
}
