//! Servers and databases are killed in the middle of a load: nothing acknowledged is lost, nothing is there twice.
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write as _,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use billing_testkit::{rounds, simulators::stripe::PayTerms};
use tokio::{sync::Mutex, task::JoinHandle};

use crate::{
    provider::Shop,
    support::{Answer, Api, Launch, Postgres, Server, eventually, postgres_url, turn},
};

const USERS: [&str; 3] = ["anna", "borys", "vira"];
const PRICES: &str = "[operations]\nsearch = { fixed = \"0.0125\" }\n";

/// What callers know to be done: they have read the answer to its end.
#[derive(Clone, Debug, Default)]
struct Known {
    charges: Arc<Mutex<BTreeMap<&'static str, BTreeSet<String>>>>,
    done: Arc<AtomicU64>,
}

/// A server that takes payments, and another one on the same database whose calls are paid.
struct Business {
    shop: Shop,
    tools: Launch,
    known: Known,
}

impl Business {
    async fn open(database_url: &str) -> Self {
        let shop = Shop::open(database_url).await;
        let both = |launch: Launch| {
            launch
                .with_env("DEFAULT_DAILY_LIMIT_USD", "100000")
                .with_env("DEFAULT_MONTHLY_LIMIT_USD", "100000")
                .with_env("HOLD_TTL", "2s")
                .with_env("LOG_LEVEL", "warn")
        };
        let tools = Launch::sandbox()
            .with_env("DATABASE_URL", database_url)
            .with_env("PRICES_FILE", "prices.toml")
            .with_file("prices.toml", PRICES);
        let shop = Shop { launch: both(shop.launch), stripe: shop.stripe };
        Self { shop, tools: both(tools), known: Known::default() }
    }

    async fn start(&mut self) -> (Server, Server) {
        let shop = self.shop.start().await;
        let tools = self.tools.start().await;
        self.tools = self.tools.clone().with_bind(tools.addr());
        (shop, tools)
    }

    /// Tops up and spends until the servers are gone, or for ever where they come back.
    fn load(&self, shop: &Server, tools: &Server) -> Vec<JoinHandle<()>> {
        let mut tasks = Vec::new();
        for user in USERS {
            let (known, api) = (self.known.clone(), tools.api_as(user));
            tasks.push(tokio::spawn(async move {
                loop {
                    spend(&known, &api, user).await;
                }
            }));
            let (known, api) = (self.known.clone(), shop.api_as(user));
            let stripe = Arc::clone(&self.shop.stripe);
            tasks.push(tokio::spawn(async move {
                loop {
                    let Some(payment) = api.try_create_payment("1").await else { continue };
                    stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
                    known.done.fetch_add(1, Ordering::Relaxed);
                }
            }));
        }
        tasks
    }

    async fn wait_for(&self, more: u64) {
        let target = self.known.done.load(Ordering::Relaxed) + more;
        let reached = async || (self.known.done.load(Ordering::Relaxed) >= target).then_some(());
        eventually("progress of the load", reached).await;
    }

    /// Everything acknowledged is there, once; the books balance.
    async fn check(&self, shop: &Server) {
        self.shop.verify();
        let acknowledged = self.shop.acknowledged();
        let charges = self.known.charges.lock().await.clone();
        let mut credited = BTreeSet::new();
        for user in USERS {
            let api = shop.api_as(user);
            let postings = whole_history(&api).await;
            let ids: BTreeSet<&String> = postings.iter().map(|(id, _)| id).collect();
            assert_eq!(ids.len(), postings.len(), "a posting of {user} is there twice");
            for hold in charges.get(user).into_iter().flatten() {
                assert!(ids.contains(hold), "the charge {hold} of {user} is lost");
            }
            for (id, kind) in &postings {
                if kind == "topup" {
                    let status =
                        api.get(&format!("/api/billing/payment/stripe/{id}/status")).await.expect(200);
                    credited.insert(status.json()["externalId"].as_str().unwrap().to_owned());
                }
            }
        }
        let lost: Vec<_> = acknowledged.difference(&credited).collect();
        assert!(lost.is_empty(), "acknowledged and not credited: {lost:?}");
        let unpaid: Vec<_> = credited.difference(&self.shop.paid()).cloned().collect();
        assert!(unpaid.is_empty(), "credited and not paid: {unpaid:?}");
    }

    /// When all webhooks are through and all holds have ended, every payment is credited and nothing is held.
    async fn check_at_rest(&self, shop: &Server) {
        self.shop.wait_until_told().await;
        self.check(shop).await;
        assert_eq!(self.shop.acknowledged(), self.shop.paid());
        for user in USERS {
            let api = shop.api_as(user);
            let free = async || {
                let balance = api.get("/api/billing/balance").await;
                assert_eq!(balance.status, 200, "{}\n{}", balance.text, shop.errors());
                (balance.raw("held_usd") == "0.00").then_some(())
            };
            eventually("the end of all holds", free).await;
        }
        self.shop.verify();
    }
}

/// One paid call; its charge is known once its answer was read to its end.
async fn spend(known: &Known, api: &Api, user: &'static str) {
    let request = api.request(reqwest::Method::POST, "/api/tools/search").body("");
    match Answer::try_to(request).await {
        Ok(answer) if answer.status == 200 => {
            let hold = answer.header("x-billing-hold").to_owned();
            known.charges.lock().await.entry(user).or_default().insert(hold);
            known.done.fetch_add(1, Ordering::Relaxed);
        }
        Ok(answer) => {
            assert!([402, 503].contains(&answer.status), "{} {}", answer.status, answer.text);
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        Err(_) => tokio::time::sleep(Duration::from_millis(5)).await,
    }
}

/// Id and type of every transaction of a user.
async fn whole_history(api: &Api) -> Vec<(String, String)> {
    let mut postings = Vec::new();
    let mut cursor = String::new();
    loop {
        let page = api.get(&format!("/api/billing/history?limit=100{cursor}")).await.expect(200).json();
        for posting in page["transactions"].as_array().unwrap() {
            let text = |name: &str| posting[name].as_str().unwrap().to_owned();
            postings.push((text("id"), text("type")));
        }
        match page["pagination"]["next_cursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return postings,
        }
    }
}

async fn survives_kills_of_the_servers(database_url: &str) {
    let _turn = turn().await;
    let mut business = Business::open(database_url).await;
    for round in 0..rounds(20) {
        let (shop, tools) = business.start().await;
        if round > 0 {
            business.check(&shop).await;
        }
        let load = business.load(&shop, &tools);
        business.wait_for(30 + 7 * u64::from(round % 5)).await;
        if round % 2 == 0 {
            tools.kill();
            shop.kill();
        } else {
            shop.kill();
            tools.kill();
        }
        load.iter().for_each(JoinHandle::abort);
        for task in load {
            assert!(task.await.is_err_and(|end| end.is_cancelled()), "a caller failed");
        }
    }
    let (shop, _tools) = business.start().await;
    business.check_at_rest(&shop).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_servers_lose_nothing_on_postgres() {
    survives_kills_of_the_servers(&postgres_url().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn killed_servers_lose_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    survives_kills_of_the_servers(&format!("sqlite:{}", folder.path().join("billing.db").display())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_killed_postgres_means_503_until_it_is_back() {
    let _turn = turn().await;
    let postgres = Postgres::start();
    let mut business = Business::open(&postgres.url().await).await;
    let (shop, tools) = business.start().await;
    let load = business.load(&shop, &tools);
    for _ in 0..rounds(5) {
        business.wait_for(30).await;
        postgres.kill();
        for server in [&shop, &tools] {
            let anna = server.api_as("anna");
            let answer = anna.get("/api/billing/balance").await;
            assert_eq!((answer.status, answer.header("retry-after")), (503, "1"), "{}", answer.text);
            anna.get("/readyz").await.expect(503);
            anna.get("/healthz").await.expect(200);
        }
        postgres.restart();
        let back = Instant::now();
        business.wait_for(30).await;
        writeln!(std::io::stderr(), "healed {:?} after PostgreSQL was back", back.elapsed()).unwrap();
    }
    load.iter().for_each(JoinHandle::abort);
    for task in load {
        let errors = || shop.errors() + &tools.errors();
        assert!(task.await.is_err_and(|end| end.is_cancelled()), "a caller failed:\n{}", errors());
    }
    business.check_at_rest(&shop).await;
}
