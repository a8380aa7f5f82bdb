//! A server, and a simulated Fondy of the test's own that outlives it.
use std::{sync::Arc, time::Duration};

use billing_testkit::simulators::fondy::{FondySimulator, PayTerms};
use reqwest::Method;
use serde_json::{Map, Value};
use tempfile::TempDir;

use crate::support::{Answer, Api, Launch, Server, sqlite_url};

pub(crate) const MERCHANT: i64 = 1_700_123;
pub(crate) const SECRET_KEY: &str = "onlyTheseTestsKnow";

/// A server in production mode that takes hryvnias through a simulated Fondy, 41.50 for a dollar.
pub(crate) struct FondyShop {
    pub(crate) launch: Launch,
    pub(crate) fondy: Arc<FondySimulator>,
    pub(crate) database_url: String,
    _folder: TempDir,
}

/// A payment that waits for its payer, or no longer.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// Our id, and the id of the order.
    pub(crate) id: String,
    /// The page to pay on.
    pub(crate) url: String,
}

impl Launch {
    /// With Fondy among its providers, at 41.50 hryvnias for a dollar.
    pub(crate) fn with_fondy(self, fondy: &FondySimulator) -> Self {
        self.with_env("FONDY_MERCHANT_ID", MERCHANT.to_string())
            .with_env("FONDY_SECRET_KEY", SECRET_KEY)
            .with_env("FONDY_API_URL", fondy.api_url())
            .with_env("EXCHANGE_RATES", "fixed:USD/UAH=41.50")
    }
}

/// A Fondy that calls back until it is heard.
pub(crate) async fn start_fondy() -> FondySimulator {
    FondySimulator::builder(MERCHANT, SECRET_KEY)
        .with_retry_delays(vec![Duration::from_millis(100); 600])
        .start(([127, 0, 0, 1], 0).into())
        .await
        .unwrap()
}

impl FondyShop {
    /// On a database file of its own.
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = sqlite_url(folder.path());
        let fondy = start_fondy().await;
        let launch = Launch::serve()
            .with_env("DATABASE_URL", &database_url)
            .with_env("RATE_LIMIT_PAYMENTS_PER_MINUTE", "1000000");
        Self { launch: launch.with_fondy(&fondy), fondy: Arc::new(fondy), database_url, _folder: folder }
    }

    /// Starts the server, where it was before if it was.
    pub(crate) async fn start(&mut self) -> Server {
        let server = self.launch.start().await;
        self.launch = self.launch.clone().with_bind(server.addr());
        server
    }

    /// A payment of 4150 hryvnias, 100 dollars, paid.
    pub(crate) async fn paid(&self, user: &Api) -> Order {
        let order = create_order(user, "4150").await;
        self.fondy.pay(&order.id, &PayTerms::new()).await.unwrap();
        order
    }

    /// A callback that Fondy has sent about an order, as it was signed: the one that tells this status first.
    pub(crate) fn callback(&self, order: &Order, status: &str) -> Map<String, Value> {
        let about = |callback: &Value| {
            callback["order_id"] == order.id.as_str() && callback["order_status"] == status
        };
        let Some(Value::Object(mut fields)) = self.fondy.callbacks().into_iter().find(about) else {
            panic!("no callback tells that {} is {status}", order.id)
        };
        fields.remove("callback_id");
        fields
    }

    /// What `payments show` tells of an order.
    #[track_caller]
    pub(crate) fn show(&self, order: &Order) -> String {
        self.launch.printed(&["payments", "show", &order.id])
    }

    #[track_caller]
    pub(crate) fn verify(&self) {
        self.launch.printed(&["verify"]);
    }
}

/// Starts a payment of so many hryvnias.
pub(crate) async fn create_order(user: &Api, uah: &str) -> Order {
    let body = format!(r#"{{"amount_uah": {uah}}}"#);
    let started = user.post("/api/billing/payment/fondy/create", body).await.expect(200).json();
    let text = |name: &str| started[name].as_str().unwrap().to_owned();
    assert_eq!(started["orderId"], started["paymentId"]);
    Order { id: text("paymentId"), url: text("paymentUrl") }
}

/// Sends a callback as JSON.
pub(crate) async fn call_back(server: &Server, fields: &Map<String, Value>) -> Answer {
    let request = server.anybody().request(Method::POST, "/webhooks/fondy");
    Answer::to(request.json(fields)).await
}

/// Demands these figures of a balance: posted, available and held.
#[track_caller]
pub(crate) fn expect_figures(told: &Answer, expected: [&str; 3]) {
    let figures = ["balance_usd", "available_usd", "held_usd"].map(|figure| told.raw(figure));
    assert_eq!(figures, expected, "{}", told.text);
}
