//! Many callers, several server processes, one PostgreSQL: the balance is never overspent.
use billing_testkit::rounds;

use crate::support::{Api, Launch, Server, postgres_url, turn};

const PRICES: &str = "[operations]\nwhole = { fixed = \"1.00\" }\nsmall = { fixed = \"0.013\" }\n";

/// Four servers on one database.
struct Cluster {
    launch: Launch,
    servers: Vec<Server>,
}

impl Cluster {
    async fn start() -> Self {
        let url = postgres_url().await;
        let launch = || {
            Launch::sandbox()
                .with_env("DATABASE_URL", url.as_str())
                .with_env("DEFAULT_DAILY_LIMIT_USD", "1000")
                .with_env("DEFAULT_MONTHLY_LIMIT_USD", "1000")
                .with_env("PRICES_FILE", "prices.toml")
                .with_env("LOG_LEVEL", "warn")
                .with_file("prices.toml", PRICES)
        };
        let first = launch();
        let mut servers = vec![first.start().await];
        for _ in 1..4 {
            servers.push(launch().start().await);
        }
        Self { launch: first, servers }
    }

    async fn fund(&self, user: &str, usd: &str) {
        let server = &self.servers[0];
        server.api_as(user).create_payment(usd).await.pay(&server.stripe()).await;
    }

    /// Calls a tool so often at once, spread over the servers; answers how often each status came.
    async fn call(&self, user: &str, tool: &'static str, count: usize) -> (usize, usize) {
        let apis: Vec<Api> = self.servers.iter().map(|server| server.api_as(user)).collect();
        let calls: Vec<_> = (0..count)
            .map(|index| {
                let api = apis[index % apis.len()].clone();
                tokio::spawn(async move {
                    loop {
                        let answer = api.call(tool).await;
                        // Too many at once for this machine: nothing was held.
                        if answer.status != 503 {
                            return answer;
                        }
                    }
                })
            })
            .collect();
        let (mut passed, mut refused) = (0, 0);
        for call in calls {
            let answer = call.await.unwrap();
            match answer.status {
                200 => passed += 1,
                402 => refused += 1,
                status => panic!("{status}: {}", answer.text),
            }
        }
        (passed, refused)
    }

    /// The figures of the balance, as every server tells them, and the books.
    async fn expect(&self, user: &str, balance: &str) {
        for server in &self.servers {
            let told = server.api_as(user).get("/api/billing/balance").await.expect(200);
            for (figure, expected) in
                [("balance_usd", balance), ("available_usd", balance), ("held_usd", "0.00")]
            {
                assert_eq!(told.raw(figure), expected, "{figure} of {user}");
            }
        }
        let verified = self.launch.run(&["verify"]);
        let report = String::from_utf8_lossy(&verified.stdout).into_owned();
        assert!(verified.status.success() && report.contains("open holds  0"), "{report}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn with_money_for_one_call_exactly_one_of_200_runs() {
    let _turn = turn().await;
    let cluster = Cluster::start().await;
    for round in 0..rounds(25) {
        let user = format!("user-{round}");
        cluster.fund(&user, "1.00").await;
        assert_eq!(cluster.call(&user, "whole", 200).await, (1, 199), "round {round}");
        cluster.expect(&user, "0.00").await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_dollars_are_769_calls_at_one_point_three_cents() {
    let _turn = turn().await;
    let cluster = Cluster::start().await;
    cluster.fund("anna", "10").await;
    assert_eq!(cluster.call("anna", "small", 2_000).await, (769, 1_231));
    cluster.expect("anna", "0.003").await;
}
