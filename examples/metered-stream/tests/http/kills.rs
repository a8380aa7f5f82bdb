use billing_core::{AccountId, Capture, Ledger};
use examples_support::{Example, usd};

use crate::{PROGRAM, open_stream, read_chunks};

async fn a_killed_server_leaves_no_money_held(example: Example) {
    let example = example.with_money("5").with_env("HOLD_TTL_SECONDS", "1");
    let server = example.start();
    let mut stream = open_stream(&format!("{}/stream", server.url())).await;
    let hold = stream.headers()["x-billing-hold"].to_str().unwrap().parse().unwrap();
    assert_eq!(read_chunks(&mut stream, 37).await, 37);
    server.kill();
    assert_eq!(example.account().await.held, usd("1"));

    // The job of the next process frees it.
    let _server = example.start();
    assert_eq!(example.left().await, usd("5"));

    // Whoever knows what was delivered may still take it: once, however often it is asked for.
    let account = AccountId::new(Example::ACCOUNT).unwrap();
    for _ in 0..5 {
        let late = Capture::new(account.clone(), hold, usd("0.37"));
        assert_eq!(example.ledger.capture(late).await.unwrap().amount, usd("0.37"));
    }
    assert_eq!(example.left().await, usd("4.63"));
}

#[tokio::test]
async fn a_killed_server_leaves_no_money_held_on_sqlite() {
    a_killed_server_leaves_no_money_held(Example::on_sqlite(PROGRAM).await).await;
}

#[tokio::test]
async fn a_killed_server_leaves_no_money_held_on_postgres() {
    a_killed_server_leaves_no_money_held(Example::on_postgres(PROGRAM).await).await;
}
