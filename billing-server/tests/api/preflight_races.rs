//! Services that hold money through several servers at once, and through one whose database goes away.
use serde_json::{Value, json};
use uuid::Uuid;

use crate::support::{Answer, Launch, Postgres, Server, Service, eventually, new_key, postgres_url, turn};

/// Two servers on one database, with a service on each.
struct Cluster {
    launch: Launch,
    servers: Vec<Server>,
    services: Vec<Service>,
}

impl Cluster {
    async fn start() -> Self {
        let url = postgres_url().await;
        let launch = || {
            Launch::sandbox()
                .with_env("DATABASE_URL", url.as_str())
                .with_env("DEFAULT_DAILY_LIMIT_USD", "1000")
                .with_env("DEFAULT_MONTHLY_LIMIT_USD", "1000")
                .with_env("LOG_LEVEL", "warn")
        };
        let first = launch();
        let servers = vec![first.start().await, launch().start().await];
        let key = new_key(&first, "search", &["preflight"]);
        let services = servers.iter().map(|server| Service::new(server, &key.secret)).collect();
        Self { launch: first, servers, services }
    }

    async fn fund(&self, user: &str, usd: &str) {
        let server = &self.servers[0];
        server.api_as(user).create_payment(usd).await.pay(&server.stripe()).await;
    }

    /// Makes a call with each body at once, in turn on either server.
    async fn at_once(&self, call: &'static str, bodies: impl IntoIterator<Item = Value>) -> Vec<Answer> {
        let spread = bodies.into_iter().zip(self.services.iter().cycle().cloned());
        let calls: Vec<_> = spread
            .map(|(body, service)| tokio::spawn(async move { service.post(call, &body).await }))
            .collect();
        let mut answers = Vec::new();
        for call in calls {
            answers.push(call.await.unwrap());
        }
        answers
    }

    fn verify(&self) {
        let verified = self.launch.printed(&["verify"]);
        assert!(verified.contains("the books balance") && verified.contains("open holds  0"), "{verified}");
    }
}

fn hold(id: Uuid, account: &str) -> Value {
    json!({ "hold_id": id, "account": account, "operation": "whole", "amount_usd": "1.00" })
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_money_for_one_call_one_of_200_holds_is_placed() {
    let _turn = turn().await;
    let cluster = Cluster::start().await;
    cluster.fund("anna", "1.00").await;
    let answers = cluster.at_once("authorize", (0..200).map(|_| hold(Uuid::now_v7(), "anna"))).await;
    let (placed, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
    assert_eq!((placed.len(), refused.len()), (1, 199));
    for answer in refused {
        answer.expect_error(402, "INSUFFICIENT_BALANCE");
    }
    let cost = json!({ "hold_id": placed[0].json()["hold_id"], "account": "anna", "amount_usd": 1 });
    let captured = cluster.services[1].post("capture", &cost).await.expect(200);
    assert_eq!((captured.raw("charged_usd"), captured.raw("balance_usd")), ("1.00".into(), "0.00".into()));
    cluster.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_hold_asked_for_many_times_at_once_is_one() {
    let _turn = turn().await;
    let cluster = Cluster::start().await;
    cluster.fund("anna", "10").await;
    let id = Uuid::now_v7();
    for answer in cluster.at_once("authorize", (0..50).map(|_| hold(id, "anna"))).await {
        let placed = answer.expect(200);
        assert_eq!((placed.raw("held_usd"), placed.raw("available_usd")), ("1.00".into(), "9.00".into()));
    }
    let cost = json!({ "hold_id": id, "account": "anna", "amount_usd": "0.75" });
    for answer in cluster.at_once("capture", (0..50).map(|_| cost.clone())).await {
        assert_eq!(answer.expect(200).raw("balance_usd"), "9.25");
    }
    cluster.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_whose_outcome_is_unknown_is_repeated_once_the_database_is_back() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let launch = Launch::sandbox().with_env("DATABASE_URL", postgres.url().await);
    let server = launch.start().await;
    let service = Service::new(&server, &new_key(&launch, "search", &["preflight"]).secret);
    server.api_as("anna").create_payment("10").await.pay(&server.stripe()).await;
    let body = hold(Uuid::now_v7(), "anna");
    let first = service.post("authorize", &body).await.expect(200);

    postgres.kill();
    let refused = service.post("authorize", &body).await.expect(503);
    assert!(refused.headers.contains_key("retry-after"), "{:?}", refused.headers);
    postgres.restart();
    let again = eventually("the answer", async || {
        let answer = service.post("authorize", &body).await;
        (answer.status != 503).then_some(answer)
    })
    .await;
    assert_eq!(again.expect(200).text, first.text);
}
