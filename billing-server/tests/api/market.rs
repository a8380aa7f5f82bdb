//! A shop that takes payments through both providers.
use std::{process::Output, sync::Arc, time::Duration};

use billing_testkit::simulators::{
    fondy::{self, ApiFault, FondySimulator},
    stripe,
};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::task::spawn_blocking;

use crate::{
    orders::{Order, Provider, Wish},
    provider::Shop,
    support::{Api, Launch, Server},
};

const MERCHANT: i64 = 1_700_777;
const SECRET: &str = "payment-key-that-only-these-tests-know";

/// A server in production mode that takes payments through a simulated Stripe and a simulated Fondy.
pub(crate) struct Market {
    pub(crate) shop: Shop,
    pub(crate) fondy: Arc<FondySimulator>,
}

impl Market {
    pub(crate) async fn open(database_url: &str) -> Self {
        let fondy = FondySimulator::builder(MERCHANT, SECRET)
            .with_retry_delays(vec![Duration::from_millis(100); 600])
            .start(([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let mut shop = Shop::open(database_url).await;
        shop.launch = shop
            .launch
            .with_env("FONDY_MERCHANT_ID", MERCHANT.to_string())
            .with_env("FONDY_SECRET_KEY", SECRET)
            .with_env("FONDY_API_URL", fondy.api_url())
            .with_env("EXCHANGE_RATES", "fixed:USD/UAH=41.50");
        Self { shop, fondy: Arc::new(fondy) }
    }

    /// Starts the server, where it was before if it was. Commands beside it know where it is.
    pub(crate) async fn start(&mut self) -> Server {
        let server = self.shop.start().await;
        self.shop.launch = self.shop.launch.clone().with_env("BACKEND_URL", server.url.clone());
        server
    }

    /// Starts another server on the same database; callbacks of its orders go to the first one.
    pub(crate) async fn start_another(&self) -> (Launch, Server) {
        let server = self.shop.launch.clone().with_bind("127.0.0.1:0").start().await;
        (self.shop.launch.clone().with_bind(server.addr()), server)
    }

    /// All orders that a provider has.
    pub(crate) fn orders(&self, provider: Provider) -> Vec<Order> {
        match provider {
            Provider::Stripe => self.shop.stripe.payment_intents().iter().map(Order::at_stripe).collect(),
            Provider::Fondy => self.fondy.orders().iter().map(Order::at_fondy).collect(),
        }
    }

    /// The orders of so many minor units that a provider has.
    pub(crate) fn orders_of(&self, wish: &Wish) -> Vec<Order> {
        self.orders(wish.provider).into_iter().filter(|order| order.minor == wish.minor).collect()
    }

    /// The payer pays, and the first attempts of webhooks that are not delayed are through.
    pub(crate) async fn pay(&self, provider: Provider, order: &str) {
        match provider {
            Provider::Stripe => drop(self.shop.stripe.pay(order, &stripe::PayTerms::new()).await.unwrap()),
            Provider::Fondy => drop(self.fondy.pay(order, &fondy::PayTerms::new()).await.unwrap()),
        }
    }

    /// The bank declines an attempt.
    pub(crate) async fn decline(&self, provider: Provider, order: &str) {
        match provider {
            Provider::Stripe => drop(self.shop.stripe.decline(order, "card_declined").await.unwrap()),
            Provider::Fondy => drop(self.fondy.decline(order, 1037).await.unwrap()),
        }
    }

    /// A call to a provider fails.
    pub(crate) fn fail(&self, provider: Provider, fault: ApiFault) {
        match provider {
            Provider::Stripe => self.shop.stripe.fail(fault),
            Provider::Fondy => self.fondy.fail(fault),
        }
    }

    /// Providers are well from now on.
    pub(crate) fn clear_faults(&self) {
        self.shop.stripe.clear_faults();
        self.fondy.clear_faults();
    }

    /// Waits until no webhook is on its way.
    pub(crate) async fn wait_until_quiet(&self) {
        let quiet =
            async { tokio::join!(self.shop.stripe.wait_until_quiet(), self.fondy.wait_until_quiet()) };
        tokio::time::timeout(Duration::from_mins(1), quiet)
            .await
            .expect("webhooks on their way after a minute");
    }

    /// Runs an operator's command beside the server, to its end.
    pub(crate) async fn operate(&self, arguments: &[&str]) -> Operated {
        let (launch, arguments) = (self.shop.launch.clone(), arguments.join(" "));
        let run = move || launch.run(&arguments.split(' ').collect::<Vec<_>>());
        Operated(spawn_blocking(run).await.unwrap())
    }
}

/// What a command did.
#[derive(Debug)]
pub(crate) struct Operated(Output);

impl Operated {
    /// What it printed; it must have succeeded.
    #[track_caller]
    pub(crate) fn printed(self) -> String {
        assert!(self.0.status.success(), "{:?}", self.0);
        String::from_utf8(self.0.stdout).unwrap()
    }

    /// What it printed; it must have ended by itself, well or not.
    #[track_caller]
    pub(crate) fn printed_anyhow(self) -> String {
        assert!(matches!(self.0.status.code(), Some(0 | 1)), "{:?}", self.0);
        String::from_utf8(self.0.stdout).unwrap()
    }
}

/// A payment that was credited.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Credited {
    pub(crate) user: String,
    pub(crate) payment: String,
    pub(crate) usd: Decimal,
}

#[derive(Deserialize)]
struct Page {
    transactions: Vec<Line>,
    pagination: Pagination,
}

#[derive(Deserialize)]
struct Line {
    user_id: String,
    payment_id: String,
    amount_usd: Box<RawValue>,
}

#[derive(Deserialize)]
struct Pagination {
    next_cursor: Option<String>,
}

/// Every top-up in a user's history, newest first.
pub(crate) async fn credited(api: &Api) -> Vec<Credited> {
    let mut found = Vec::new();
    let mut cursor = String::new();
    loop {
        let path = format!("/api/billing/history?limit=100&type=topup{cursor}");
        let page: Page = serde_json::from_str(&api.get(&path).await.expect(200).text).unwrap();
        found.extend(page.transactions.into_iter().map(|line| Credited {
            user: line.user_id,
            payment: line.payment_id,
            usd: line.amount_usd.get().parse().unwrap(),
        }));
        match page.pagination.next_cursor {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}
