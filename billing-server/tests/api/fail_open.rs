//! PostgreSQL goes away under load: calls are let through up to a bound for each process, and each is charged once.
use std::time::{Duration, Instant};

use crate::support::{Api, Launch, Postgres, Server, eventually, turn};

const PRICES: &str = "[operations]\nsearch = { fixed = \"0.05\" }\n";
/// 0.50 at 0.05 a call.
const MOST: usize = 10;

fn launch(url: &str) -> Launch {
    Launch::sandbox()
        .with_env("DATABASE_URL", url)
        .with_env("PREFLIGHT_FAIL_OPEN_USD", "0.50")
        .with_env("DEFAULT_DAILY_LIMIT_USD", "1000")
        .with_env("DEFAULT_MONTHLY_LIMIT_USD", "1000")
        .with_env("PRICES_FILE", "prices.toml")
        .with_env("LOG_LEVEL", "warn")
        .with_file("prices.toml", PRICES)
}

/// How calls of one server have ended.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
struct Count {
    /// On a hold.
    granted: usize,
    /// Without one.
    let_through: usize,
    refused: usize,
}

/// Calls so often, one after the other.
async fn load(api: &Api, calls: usize) -> Count {
    let mut count = Count::default();
    for _ in 0..calls {
        let answer = api.call("search").await;
        match answer.status {
            200 if answer.headers.contains_key("x-billing-available") => count.granted += 1,
            200 => count.let_through += 1,
            503 => count.refused += 1,
            status => panic!("{status}: {}", answer.text),
        }
    }
    count
}

/// Waits for a balance. The database may go once more after it has come back, and the server with it.
async fn has_balance(api: &Api, usd: &str) {
    eventually(&format!("a balance of {usd}"), async || {
        let answer = api.get("/api/billing/balance").await;
        (answer.status == 200 && answer.raw("balance_usd") == usd).then_some(())
    })
    .await;
}

async fn refuses(server: &Server) {
    eventually("the server notices", async || {
        (server.anybody().get("/readyz").await.status == 503).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_are_let_through_up_to_the_bound_of_each_process_and_charged_once() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let url = postgres.url().await;
    let (first, second) = (launch(&url), launch(&url));
    let servers = [first.start().await, second.start().await];
    let anna = |server: &Server| server.api_as("anna");
    anna(&servers[0]).create_payment("100").await.pay(&servers[0].stripe()).await;
    for server in &servers {
        assert_eq!(load(&anna(server), 2).await.granted, 2);
    }

    let began = Instant::now();
    postgres.kill();
    // One server is under load while it learns that the database is away, the other learns first.
    let (one, two) = (anna(&servers[0]), anna(&servers[1]));
    let under_load = tokio::spawn(async move { load(&one, 3 * MOST).await });
    refuses(&servers[1]).await;
    let informed = load(&two, 3 * MOST).await;
    let surprised = under_load.await.unwrap();
    for count in [surprised, informed] {
        assert_eq!((count.granted, count.let_through), (0, MOST), "{count:?}");
        assert_eq!(count.refused, 2 * MOST);
    }
    // Somebody who was not served lately is not let through at all.
    assert_eq!(load(&servers[1].api_as("borys"), 1).await.refused, 1);

    // The first is killed, and comes back before the database does.
    let [killed, kept] = servers;
    killed.kill();
    let back = first.start_unready();
    assert_eq!(load(&anna(&back), 2).await, Count { refused: 2, ..Count::default() });
    if billing_testkit::rounds(5) == 5 {
        tokio::time::sleep(Duration::from_secs(20).saturating_sub(began.elapsed())).await;
    }
    postgres.restart();
    back.wait_until_ready().await;
    kept.wait_until_ready().await;

    // 100 less 4 calls on holds and 2 × 10 that were let through.
    has_balance(&anna(&kept), "98.80").await;
    eventually("a call on a hold", async || {
        let count = load(&anna(&back), 1).await;
        assert_eq!(count.let_through, 0, "nobody was granted a call by this process");
        (count.granted == 1).then_some(())
    })
    .await;
    has_balance(&anna(&kept), "98.75").await;
    assert!(back.stop().success() && kept.stop().success());
    for launch in [&first, &second] {
        let spool = std::fs::read(launch.sandbox_folder().join("calls.spool")).unwrap();
        assert_eq!(String::from_utf8_lossy(&spool), "");
    }
    let report = first.printed(&["verify"]);
    assert!(report.contains("open holds  0") && report.contains("the books balance"), "{report}");
}
