//! Payments that were not paid as they were asked for: nothing is credited until an operator says what is.
use std::process::Output;

use billing_testkit::simulators::{
    fondy::PayTerms as FondyTerms,
    stripe::{PayTerms, StripeSimulator},
};
use futures_util::future::join_all;
use serde_json::Value;

use crate::{
    fondy_shop::{FondyShop, create_order},
    provider::Shop,
    support::{Api, Launch, sqlite_url, told},
};

/// A payment under review, and what an operator sees of it.
struct Reviewed<'a> {
    launch: &'a Launch,
    database_url: &'a str,
    user: &'a Api,
    provider: &'a str,
    id: &'a str,
}

impl Reviewed<'_> {
    /// Demands that it waits for an operator, who was told once, and that nothing is credited.
    async fn expect(&self, review: &str) {
        let path = format!("/api/billing/payment/{}/{}/status", self.provider, self.id);
        let status = self.user.get(&path).await.expect(200).json();
        assert_eq!((&status["status"], &status["needs_review"]), (&"succeeded".into(), &review.into()));
        let listed = self.launch.printed(&["payments", "list", "--needs-review"]);
        let line = listed.lines().find(|line| line.contains(self.id)).expect("the payment");
        assert!(line.ends_with(&format!("NEEDS REVIEW: {review}")), "{line}");
        let key = format!("payment/{}/review/{review}", self.id);
        assert_eq!(told(self.database_url, &key).await, 1);
        assert_eq!(
            (self.user.balance("balance_usd").await, self.user.history_len().await),
            ("0.00".into(), 0)
        );
        let refund = self.launch.refused(&["payments", "refund", self.id, "--actor", "olha"]);
        assert!(refund.contains("was not credited: an operator has to accept it first"), "{refund}");
    }

    fn command<'b>(&'b self, terms: &[&'b str]) -> Vec<&'b str> {
        [&["payments", "accept", self.id], terms].concat()
    }

    /// Accepts it, three operators at once and then once more.
    async fn accept(&self, terms: &[&str]) {
        let arguments: Vec<String> =
            self.command(&[terms, &["--actor", "olha"]].concat()).into_iter().map(str::to_owned).collect();
        let once = || {
            let (launch, arguments) = (self.launch.clone(), arguments.clone());
            tokio::task::spawn_blocking(move || {
                launch.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
            })
        };
        let outputs: Vec<Output> =
            join_all((0..3).map(|_| once())).await.into_iter().map(Result::unwrap).collect();
        for output in outputs.into_iter().chain([once().await.unwrap()]) {
            assert!(output.status.success(), "{output:?}");
            assert!(String::from_utf8_lossy(&output.stdout).contains("by olha"), "{output:?}");
        }
    }

    /// Demands what it was credited, once; nobody has to look at it any more.
    async fn expect_credited(&self, usd: &str) {
        assert_eq!(
            (self.user.balance("balance_usd").await.as_str(), self.user.history_len().await),
            (usd, 1)
        );
        let listed = self.launch.printed(&["payments", "list", "--needs-review"]);
        assert!(!listed.contains(self.id), "{listed}");
        self.launch.printed(&["verify"]);
    }
}

/// Delivers every event of Stripe's once more, all at the same time.
async fn repeat(stripe: &StripeSimulator) {
    let events = stripe.events();
    let deliveries = events.iter().map(|event| stripe.redeliver(event["id"].as_str().unwrap()));
    for delivered in join_all(deliveries).await {
        delivered.unwrap();
    }
}

/// The same for Fondy's callbacks.
async fn call_back_again(shop: &FondyShop) {
    let callbacks = shop.fondy.callbacks();
    let deliveries = callbacks
        .iter()
        .map(|callback: &Value| shop.fondy.redeliver(callback["callback_id"].as_str().unwrap()));
    for delivered in join_all(deliveries).await {
        delivered.unwrap();
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_amount_through_stripe_is_credited_once_an_operator_accepts_it() {
    let folder = tempfile::tempdir().unwrap();
    let database_url = sqlite_url(folder.path());
    let mut shop = Shop::open(&database_url).await;
    let server = shop.start().await;
    for (user, minor, paid) in [("anna", 999, "9.99"), ("borys", 1_001, "10.01")] {
        let user = server.api_as(user);
        let payment = user.create_payment("10").await;
        shop.stripe.pay(&payment.intent, &PayTerms::new().with_amount_received(minor)).await.unwrap();
        repeat(&shop.stripe).await;
        let reviewed = Reviewed {
            launch: &shop.launch,
            database_url: &database_url,
            user: &user,
            provider: "stripe",
            id: &payment.id,
        };
        reviewed.expect("paid_mismatch").await;
        let wrong = reviewed.command(&["--amount", "10", "--actor", "olha"]);
        assert!(shop.launch.refused(&wrong).contains("was not paid that amount"));
        reviewed.expect("paid_mismatch").await;

        let terms = ["--amount", paid];
        tokio::join!(reviewed.accept(&terms), repeat(&shop.stripe));
        repeat(&shop.stripe).await;
        shop.launch.printed(&["payments", "sync", &payment.id]);
        reviewed.expect_credited(paid).await;
        let other = reviewed.command(&["--amount", "10", "--actor", "olha"]);
        assert!(shop.launch.refused(&other).contains("does not wait for an operator's word"));
        let refund = ["payments", "refund", &payment.id, "--actor", "olha"];
        assert!(shop.launch.printed(&refund).contains(&format!("of {paid} USD by olha is done")));
        assert_eq!(user.balance("balance_usd").await, "0.00");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn another_currency_is_credited_what_an_operator_names() {
    let folder = tempfile::tempdir().unwrap();
    let database_url = sqlite_url(folder.path());
    let mut shop = Shop::open(&database_url).await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let payment = anna.create_payment("10").await;
    shop.stripe.pay(&payment.intent, &PayTerms::new().with_currency("uah")).await.unwrap();
    let (launch, database_url) = (&shop.launch, database_url.as_str());
    let reviewed = Reviewed { launch, database_url, user: &anna, provider: "stripe", id: &payment.id };
    reviewed.expect("paid_mismatch").await;
    let paid = ["--amount", "10", "--currency", "UAH"];
    let without_credit = reviewed.command(&[&paid[..], &["--actor", "olha"]].concat());
    assert!(launch.refused(&without_credit).contains("name what is credited"));
    for credit in ["0", "1e1", "1,5"] {
        launch.refused(&[&without_credit[..], &["--credit", credit]].concat());
    }
    reviewed.expect("paid_mismatch").await;
    reviewed.accept(&[&paid[..], &["--credit", "0.24"]].concat()).await;
    repeat(&shop.stripe).await;
    reviewed.expect_credited("0.24").await;
    let refund = launch.refused(&["payments", "refund", &payment.id, "--actor", "olha"]);
    assert!(refund.contains("was paid in another currency than asked for"), "{refund}");

    // What a part of it is worth in dollars nobody knows but an operator.
    shop.stripe.refund(&payment.intent, Some(500)).await.unwrap();
    let listed = launch.printed(&["payments", "list", "--needs-review"]);
    assert!(listed.ends_with("NEEDS REVIEW: taken_back_other_currency\n"), "{listed}");
    let key = format!("payment/{}/review/taken_back_other_currency", payment.id);
    assert_eq!((told(database_url, &key).await, anna.balance("balance_usd").await), (1, "0.24".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_fondy_tells_otherwise_is_credited_once_an_operator_accepts_it() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    for (user, terms, review, accepted, credited) in [
        ("less", FondyTerms::new().with_amount(41_000), "paid_mismatch", vec!["--amount", "410"], "9.879518"),
        ("more", FondyTerms::new().with_amount(83_000), "paid_mismatch", vec!["--amount", "830"], "20.00"),
        (
            "dollars",
            FondyTerms::new().with_currency("USD"),
            "paid_mismatch",
            vec!["--amount", "415", "--currency", "USD", "--credit", "415"],
            "415.00",
        ),
        ("theirs", FondyTerms::new().with_merchant_id(7), "other_merchant", vec!["--amount", "415"], "10.00"),
    ] {
        let user = server.api_as(user);
        let order = create_order(&user, "415").await;
        shop.fondy.pay(&order.id, &terms).await.unwrap();
        call_back_again(&shop).await;
        let reviewed = Reviewed {
            launch: &shop.launch,
            database_url: &shop.database_url,
            user: &user,
            provider: "fondy",
            id: &order.id,
        };
        reviewed.expect(review).await;
        let wrong = reviewed.command(&["--amount", "414", "--actor", "olha"]);
        assert!(shop.launch.refused(&wrong).contains("was not paid that amount"));
        tokio::join!(reviewed.accept(&accepted), call_back_again(&shop));
        call_back_again(&shop).await;
        shop.launch.printed(&["payments", "sync", &order.id]);
        reviewed.expect_credited(credited).await;
    }
}

/// What left the payer's account is no business of ours: the order was paid in full.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_fee_on_top_is_between_the_payer_and_fondy() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = create_order(&anna, "415").await;
    shop.fondy.pay(&order.id, &FondyTerms::new().with_actual(1_050, "EUR")).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "10.00");
    assert_eq!(shop.launch.printed(&["payments", "list", "--needs-review"]), "");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_taken_back_before_it_was_accepted_is_not_given() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = create_order(&anna, "415").await;
    shop.fondy.pay(&order.id, &FondyTerms::new().with_amount(83_000)).await.unwrap();
    shop.fondy.reverse(&order.id, Some(41_500)).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    assert!(shop.show(&order).contains("taken back  415.00 UAH"));
    shop.launch.printed(&["payments", "accept", &order.id, "--amount", "830", "--actor", "olha"]);
    assert_eq!(anna.balance("balance_usd").await, "10.00");
    shop.fondy.reverse(&order.id, None).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "0.00");
    shop.verify();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn money_moves_under_somebodys_name_alone() {
    let mut shop = FondyShop::open().await;
    let server = shop.start().await;
    let anna = server.api_as("anna");
    let order = shop.paid(&anna).await;
    let id = order.id.as_str();
    let commands = [
        vec!["payments", "accept", id, "--amount", "4150"],
        vec!["payments", "refund", id],
        vec!["payments", "dispute", "open", id, "--reference", "CB-1", "--amount", "4150"],
        vec!["payments", "dispute", "won", id, "--reference", "CB-1"],
    ];
    for command in commands {
        let unnamed = shop.launch.run(&command);
        let told = String::from_utf8_lossy(&unnamed.stderr).into_owned();
        assert!(unnamed.status.code() == Some(2) && told.contains("--actor <ACTOR>"), "{command:?}: {told}");
        let long = "x".repeat(201);
        for name in ["", " ", "a\nb", &long] {
            let told = shop.launch.refused(&[&command[..], &["--actor", name]].concat());
            assert!(told.contains("--actor must be a name") || told.contains("has no dispute"), "{told}");
        }
    }
    let accept = ["payments", "accept", id, "--amount", "4150", "--actor", "olha"];
    assert!(shop.launch.refused(&accept).contains("does not wait for an operator's word"));
    let unknown = uuid::Uuid::now_v7().to_string();
    let accept = ["payments", "accept", &unknown, "--amount", "1", "--actor", "olha"];
    assert!(shop.launch.refused(&accept).contains("there is no payment"));
    assert_eq!((anna.balance("balance_usd").await, anna.history_len().await), ("100.00".into(), 1));
}
