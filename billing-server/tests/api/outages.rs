//! The database is away while a server is told to stop, and while nothing is refused.
use reqwest::Method;

use crate::support::{Answer, Launch, Postgres, Server, eventually, turn};

async fn notices(server: &Server) {
    eventually("the server notices", async || {
        (server.anybody().get("/readyz").await.status == 503).then_some(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_stops_settles_what_is_left_once_the_database_is_back() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let launch = Launch::sandbox().with_env("DATABASE_URL", postgres.url().await);
    let server = launch.start().await;
    let anna = server.api_as("anna");
    anna.create_payment("10").await.pay(&server.stripe()).await;
    // Its client leaves while the database is away: the capture waits.
    let mut stream = anna.request(Method::POST, "/api/tools/search_cases/stream").send().await.unwrap();
    stream.chunk().await.unwrap().unwrap();
    postgres.kill();
    drop(stream);
    notices(&server).await;
    let stopped = tokio::task::spawn_blocking(|| server.stop());
    postgres.restart();
    assert!(stopped.await.unwrap().success());
    let report = launch.printed(&["verify"]);
    assert!(report.contains("open holds  0") && report.contains("postings    2"), "{report}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_only_observes_lets_services_run_while_the_database_is_away() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let launch =
        Launch::sandbox().with_env("DATABASE_URL", postgres.url().await).with_env("PREFLIGHT", "observe");
    let server = launch.start().await;
    let made =
        launch.printed(&["admin", "keys", "create", "--name", "a", "--scope", "preflight", "--actor", "b"]);
    let key = made.split_whitespace().find(|word| word.starts_with("bk_")).unwrap().to_owned();
    let authorize = async || {
        let body = format!(
            r#"{{"hold_id":"{}","account":"anna","operation":"search_cases"}}"#,
            uuid::Uuid::now_v7()
        );
        let request = server.anybody().request(Method::POST, "/api/billing/preflight/authorize");
        Answer::to(request.header("x-api-key", &key).header("content-type", "application/json").body(body))
            .await
    };
    assert_eq!(authorize().await.expect(200).json()["would_refuse"], "insufficient_funds");
    postgres.kill();
    notices(&server).await;
    assert_eq!(authorize().await.expect(200).json()["free"], true);
}
