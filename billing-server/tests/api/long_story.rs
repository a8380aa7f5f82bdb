//! A payment through Stripe from its top-up to the end of a dispute.
use billing_testkit::{
    rounds,
    simulators::stripe::{DeliveryPlan, DisputeTerms, PayTerms, ReleaseOrder},
};
use serde_json::Value;
use tempfile::TempDir;

use crate::{
    provider::Shop,
    support::{Answer, Launch, NewPayment, Server, sqlite_url, told},
};

const PRICES: &str = "[operations]\none = { fixed = \"1.00\" }\nsixty = { fixed = \"60.00\" }\n";

/// A server that takes payments, and another one on the same database whose calls are paid.
struct Story {
    shop: Shop,
    server: Server,
    tools: Server,
    database_url: String,
    _folder: TempDir,
}

impl Story {
    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let database_url = sqlite_url(folder.path());
        let generous = |launch: Launch| {
            launch
                .with_env("DEFAULT_DAILY_LIMIT_USD", "100000")
                .with_env("DEFAULT_MONTHLY_LIMIT_USD", "100000")
        };
        let Shop { launch, stripe } = Shop::open(&database_url).await;
        let mut shop = Shop { launch: generous(launch), stripe };
        let server = shop.start().await;
        let tools = Launch::sandbox()
            .with_env("DATABASE_URL", &database_url)
            .with_env("PRICES_FILE", "prices.toml")
            .with_file("prices.toml", PRICES);
        let tools = generous(tools).start().await;
        Self { shop, server, tools, database_url, _folder: folder }
    }

    /// A payment of 100 dollars, paid.
    async fn top_up(&self, user: &str) -> NewPayment {
        let payment = self.server.api_as(user).create_payment("100").await;
        self.shop.stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
        payment
    }

    async fn spend(&self, user: &str, tool: &str) -> Answer {
        self.tools.api_as(user).call(tool).await
    }

    /// A payment of 100 dollars of which 60 are spent and 30 given back from Stripe's console: 10 are left.
    async fn with_ten_left(&self, user: &str) -> NewPayment {
        let payment = self.top_up(user).await;
        self.spend(user, "sixty").await.expect(200);
        self.shop.stripe.refund(&payment.intent, Some(3_000)).await.unwrap();
        self.expect(user, "10.00").await;
        payment
    }

    /// The payer's bank takes a part of a payment back; answers the id of the dispute.
    async fn dispute(&self, payment: &NewPayment, minor_units: i64) -> String {
        let terms = DisputeTerms::new().with_amount(minor_units);
        id(&self.shop.stripe.open_dispute(&payment.intent, &terms).await.unwrap())
    }

    async fn expect(&self, user: &str, balance: &str) {
        let told = self.server.api_as(user).get("/api/billing/balance").await.expect(200);
        let figures = ["balance_usd", "available_usd", "held_usd"].map(|figure| told.raw(figure));
        assert_eq!(figures, [balance, balance, "0.00"], "{user}");
    }

    fn show(&self, payment: &NewPayment) -> String {
        self.shop.launch.printed(&["payments", "show", &payment.id])
    }
}

fn id(object: &Value) -> String {
    object["id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_payment_is_spent_refunded_disputed_and_won() {
    let story = Story::open().await;
    let payment = story.top_up("anna").await;
    story.expect("anna", "100.00").await;
    story.spend("anna", "sixty").await.expect(200);
    story.expect("anna", "40.00").await;

    let refund = ["payments", "refund", &payment.id, "--amount", "30", "--actor", "olha"];
    let refunded = story.shop.launch.printed(&refund);
    assert!(refunded.contains("of 30.00 USD by olha is done"), "{refunded}");
    story.expect("anna", "10.00").await;

    let dispute = story.dispute(&payment, 7_000).await;
    story.expect("anna", "-60.00").await;
    let refused = story.spend("anna", "one").await.expect_error(402, "IN_DEBT");
    assert!(refused.raw("balance").contains(r#""current_usd":-60.00"#), "{}", refused.text);
    let again = story.shop.launch.refused(&refund);
    assert!(again.contains("has less left than that"), "{again}");

    story.shop.stripe.win_dispute(&dispute).await.unwrap();
    story.expect("anna", "10.00").await;
    story.spend("anna", "one").await.expect(200);
    story.expect("anna", "9.00").await;

    for event in story.shop.stripe.events().iter().rev() {
        story.shop.stripe.redeliver(&id(event)).await.unwrap();
    }
    story.expect("anna", "9.00").await;
    let shown = story.show(&payment);
    assert!(shown.contains("taken back  30.00 USD"), "{shown}");
    assert!(shown.contains(&format!("dispute {dispute}: 70.00 USD taken, 70.00 USD returned")), "{shown}");
    story.shop.verify();
}

/// With and without a success that comes late, each event once and some twice.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_order_of_delivery_ends_in_the_same_place() {
    let story = Story::open().await;
    let stripe = &story.shop.stripe;
    for seed in 0..u64::from(rounds(100)) {
        let user = format!("user-{seed}");
        let is_late = seed % 3 == 0;
        if is_late {
            stripe.set_delivery_plan(DeliveryPlan::new().with_hold());
        }
        let payment = story.top_up(&user).await;
        if !is_late {
            story.spend(&user, "sixty").await.expect(200);
            stripe.set_delivery_plan(DeliveryPlan::new().with_hold());
        }
        stripe.refund(&payment.intent, Some(3_000)).await.unwrap();
        let dispute = story.dispute(&payment, 7_000).await;
        stripe.win_dispute(&dispute).await.unwrap();
        let held = stripe.held_events();
        assert_eq!(held.len(), if is_late { 9 } else { 6 }, "{held:?}");

        let order = stripe.release(&ReleaseOrder::Shuffled(seed)).await;
        for event in order.iter().step_by(3) {
            stripe.redeliver(event).await.unwrap();
        }
        story.expect(&user, if is_late { "70.00" } else { "10.00" }).await;
    }
    story.shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_dispute_of_more_than_is_left_takes_the_payment_alone_and_tells_an_operator() {
    let story = Story::open().await;
    let payment = story.with_ten_left("anna").await;
    let dispute = story.dispute(&payment, 10_000).await;
    story.expect("anna", "-60.00").await;
    let shown = story.show(&payment);
    assert!(shown.contains("review      taken_back_too_much"), "{shown}");
    assert!(shown.contains("taken back  130.00 USD"), "{shown}");
    let listed = story.shop.launch.printed(&["payments", "list", "--needs-review"]);
    assert!(listed.contains(&payment.id), "{listed}");
    let key = format!("payment/{}/review/taken_back_too_much", payment.id);
    assert_eq!(told(&story.database_url, &key).await, 1);

    story.shop.stripe.win_dispute(&dispute).await.unwrap();
    story.expect("anna", "10.00").await;
    assert_eq!(story.shop.launch.printed(&["payments", "list", "--needs-review"]), "");
    story.shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_inquiry_takes_nothing_and_a_dispute_what_it_withdraws() {
    let story = Story::open().await;
    let stripe = &story.shop.stripe;
    let payment = story.with_ten_left("anna").await;
    let inquiry = DisputeTerms::new().with_amount(7_000).with_inquiry();
    let inquiry = id(&stripe.open_dispute(&payment.intent, &inquiry).await.unwrap());
    story.expect("anna", "10.00").await;
    stripe.win_dispute(&inquiry).await.unwrap();
    story.expect("anna", "10.00").await;

    let dispute = story.dispute(&payment, 7_000).await;
    story.expect("anna", "-60.00").await;
    stripe.reinstate(&dispute, Some(4_000)).await.unwrap();
    story.expect("anna", "-20.00").await;
    stripe.lose_dispute(&dispute).await.unwrap();
    story.expect("anna", "-20.00").await;
    // A top-up fills the debt first.
    story.top_up("anna").await;
    story.expect("anna", "80.00").await;
    story.spend("anna", "one").await.expect(200);
    story.shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_refund_that_fails_later_gives_the_money_back() {
    let story = Story::open().await;
    let stripe = &story.shop.stripe;
    let payment = story.top_up("anna").await;
    stripe.set_refunds_start_pending(true).unwrap();
    let refund = ["payments", "refund", &payment.id, "--amount", "30", "--actor", "olha"];
    let begun = story.shop.launch.printed(&refund);
    assert!(begun.contains("is done"), "{begun}");
    story.expect("anna", "70.00").await;

    let failed = refund_of(&story, &payment);
    stripe.fail_refund(&failed).await.unwrap();
    story.expect("anna", "100.00").await;
    let shown = story.show(&payment);
    assert!(shown.contains(&format!("refund {failed}: 30.00 USD taken, 30.00 USD returned")), "{shown}");

    // The same again is another refund, and it may well succeed.
    stripe.set_refunds_start_pending(false).unwrap();
    let done = story.shop.launch.printed(&refund);
    assert!(done.contains("is done"), "{done}");
    story.expect("anna", "70.00").await;
    for event in stripe.events() {
        stripe.redeliver(&id(&event)).await.unwrap();
    }
    story.expect("anna", "70.00").await;
    story.shop.verify();
}

/// Stripe's id of the newest refund of a payment.
fn refund_of(story: &Story, payment: &NewPayment) -> String {
    let about = |event: &Value| {
        event["type"] == "refund.created"
            && event["data"]["object"]["payment_intent"] == payment.intent.as_str()
    };
    let event = story.shop.stripe.events().into_iter().rfind(about).expect("a refund");
    id(&event["data"]["object"])
}
