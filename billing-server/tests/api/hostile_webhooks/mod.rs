//! Webhooks that are forged, broken, or about nobody: each gets a clear answer, and none changes anything.
mod case;
mod fondy;
mod stripe;

use std::sync::Arc;

use billing_testkit::simulators::{
    fondy::{FondySimulator, PayTerms as FondyTerms},
    stripe::{PayTerms, StripeSimulator},
};
use futures_util::{StreamExt as _, stream};

use self::case::Case;
use crate::{
    fondy_shop::{Order, SECRET_KEY, call_back, create_order, start_fondy},
    provider::{Shop, WEBHOOK_SECRET},
    support::{Api, JWT_SECRET, Launch, NewPayment, Server, messages, postgres_url, sqlite_url},
};

/// A server with both providers. Anna has paid ten dollars through each, and another ten wait at each.
struct Target {
    launch: Launch,
    server: Server,
    _stripe: Arc<StripeSimulator>,
    _fondy: FondySimulator,
    database_url: String,
    by_stripe: NewPayment,
    by_fondy: Order,
}

impl Target {
    async fn open(database_url: String) -> Self {
        let Shop { launch, stripe } = Shop::open(&database_url).await;
        let fondy = start_fondy().await;
        let launch = launch.with_fondy(&fondy);
        let server = launch.start().await;
        stripe.set_webhook_url(Some(format!("{}/webhooks/stripe", server.url)));
        let anna = server.api_as("anna");
        let payment = anna.create_payment("10").await;
        stripe.pay(&payment.intent, &PayTerms::new()).await.unwrap();
        let order = create_order(&anna, "415").await;
        fondy.pay(&order.id, &FondyTerms::new()).await.unwrap();
        let by_stripe = anna.create_payment("10").await;
        let by_fondy = create_order(&anna, "415").await;
        assert_eq!(anna.balance("balance_usd").await, "20.00");
        Self { launch, server, _stripe: stripe, _fondy: fondy, database_url, by_stripe, by_fondy }
    }

    /// Everything that a webhook might change for Anna.
    async fn standing(&self, anna: &Api) -> [String; 4] {
        let status = async |path: String| {
            let told = anna.get(&format!("/api/billing/payment/{path}/status")).await.expect(200);
            ["status", "needs_review", "failure", "taken_back", "externalId"]
                .map(|field| told.raw(field))
                .join(" ")
        };
        [
            anna.balance("balance_usd").await,
            anna.history_len().await.to_string(),
            status(format!("stripe/{}", self.by_stripe.id)).await,
            status(format!("fondy/{}", self.by_fondy.id)).await,
        ]
    }

    fn cases(&self) -> Vec<Case> {
        let mut cases = stripe::cases(&self.by_stripe, &self.by_fondy.id);
        cases.extend(fondy::cases(&self.by_fondy.id));
        cases
    }

    /// What went to the log is for people: short lines without secrets, and nothing to play with a terminal. It has no
    /// fault of ours.
    fn check_log(&self) {
        let secrets = [SECRET_KEY, WEBHOOK_SECRET, JWT_SECRET];
        let never = ["panicked", "stack backtrace", ".rs:", "INSERT", "SELECT", "status=500"];
        let is_good = |line: &&str| {
            line.len() < 1_000
                && !line.contains(char::is_control)
                && !secrets.iter().chain(&never).any(|word| line.contains(word))
        };
        let log = self.server.log();
        let bad: Vec<_> = log.lines().filter(|line| !is_good(line)).collect();
        assert_eq!(bad, Vec::<&str>::new());
    }
}

async fn change_nothing(database_url: String) {
    let target = Target::open(database_url).await;
    let (anna, anybody) = (target.server.api_as("anna"), target.server.anybody());
    let before = target.standing(&anna).await;
    let mut wrong = Vec::new();
    let cases = target.cases();
    for case in &cases {
        wrong.extend(case.send(&anybody).await.err());
        let after = target.standing(&anna).await;
        if after != before {
            wrong.push(format!("{} changed something: {after:?}", case.name()));
        }
    }
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
    target.check_log();

    // All that was wrong with them was what their names say: the same, in good order, is believed.
    let success = stripe::success(&target.by_stripe).to_string();
    stripe::signed("a success", success).taken().send(&anybody).await.unwrap();
    assert_eq!(anna.balance("balance_usd").await, "30.00");
    call_back(&target.server, &fondy::signed(fondy::approved(&target.by_fondy.id))).await.expect(200);
    assert_eq!(anna.balance("balance_usd").await, "40.00");
    target.launch.printed(&["verify"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_webhooks_change_nothing_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    change_nothing(sqlite_url(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn hostile_webhooks_change_nothing_on_postgres() {
    change_nothing(postgres_url().await).await;
}

async fn tell_plainly(database_url: String) {
    let target = Target::open(database_url).await;
    let mut declined = fondy::approved(&target.by_fondy.id);
    let reason = format!("Ні.\u{0}\r\n\u{1b}[31m{}", "x".repeat(10_000));
    for (name, value) in
        [("order_status", "declined"), ("response_code", "10\u{0}37"), ("response_description", &reason)]
    {
        declined.insert(name.to_owned(), value.into());
    }
    call_back(&target.server, &fondy::signed(declined)).await.expect(200);
    let path = format!("/api/billing/payment/fondy/{}/status", target.by_fondy.id);
    let told = target.server.api_as("anna").get(&path).await.expect(200).json();
    assert_eq!((&told["status"], &told["failure"]["code"]), (&"failed".into(), &"1037".into()));
    let message = told["failure"]["message"].as_str().unwrap();
    assert!(message.starts_with("Ні.[31mxxx") && message.chars().count() == 500, "{message}");
    target.check_log();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_a_payment_failed_is_told_in_plain_words_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    tell_plainly(sqlite_url(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn why_a_payment_failed_is_told_in_plain_words_on_postgres() {
    tell_plainly(postgres_url().await).await;
}

async fn tell_once(database_url: String) {
    let target = Target::open(database_url).await;
    let anybody = target.server.anybody();
    let nobodys = fondy::signed(fondy::approved("of-nobody"));
    for _ in 0..3 {
        call_back(&target.server, &nobodys).await.expect(200);
    }
    let listed = target.launch.printed(&["webhooks", "list", "--state", "unmatched"]);
    let [line] = listed.lines().collect::<Vec<_>>()[..] else { panic!("{listed}") };
    assert!(line.contains("order.approved") && line.contains("×3"), "{listed}");
    let id = line.split_whitespace().next().unwrap();
    let about = |messages: Vec<(String, _)>| {
        messages.into_iter().filter(|(key, _)| *key == format!("webhook/{id}/unmatched")).count()
    };
    assert_eq!(about(messages(&target.database_url).await), 1);
    assert!(target.launch.printed(&["webhooks", "show", id]).contains("of-nobody"));

    for _ in 0..3 {
        stripe::signed("garbage", "garbage").unreadable().send(&anybody).await.unwrap();
    }
    let listed = target.launch.printed(&["webhooks", "list", "--state", "unreadable"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
    assert_eq!(
        messages(&target.database_url).await.iter().filter(|(key, _)| key.starts_with("webhook/")).count(),
        2
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_once_of_what_nobody_can_use_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    tell_once(sqlite_url(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_told_once_of_what_nobody_can_use_on_postgres() {
    tell_once(postgres_url().await).await;
}

async fn keep_little(database_url: String) {
    let target = Target::open(database_url).await;
    let anybody = target.server.anybody();
    let garbage = (0..500).map(|index| {
        let body = format!("{index}{}", "garbage ".repeat(2_000));
        let anybody = anybody.clone();
        async move { Case::new("stripe", "garbage", body).send(&anybody).await }
    });
    let outcomes: Vec<_> = stream::iter(garbage).buffer_unordered(16).collect().await;
    assert_eq!(outcomes.into_iter().filter_map(Result::err).collect::<Vec<_>>(), Vec::<String>::new());
    let listed = target.launch.printed(&["webhooks", "list", "--state", "rejected", "--limit", "1000"]);
    // Those that come at the same moment do not see each other.
    assert!((200..216).contains(&listed.lines().count()), "{}", listed.lines().count());
    let id = listed.split_whitespace().next().unwrap();
    let shown = target.launch.printed(&["webhooks", "show", id]);
    let body = shown.split_once("\n\n").unwrap().1.trim_end();
    assert!(body.len() <= 4 * 1024 && body.contains("garbage"), "{shown}");
    // Those of the other provider have room of their own.
    call_back(&target.server, &fondy::approved("of-nobody")).await.expect_error(400, "INVALID_SIGNATURE");
    let listed = target.launch.printed(&["webhooks", "list", "--state", "rejected", "--provider", "fondy"]);
    assert_eq!(listed.lines().count(), 1, "{listed}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn little_is_kept_of_a_flood_on_sqlite() {
    let folder = tempfile::tempdir().unwrap();
    keep_little(sqlite_url(folder.path())).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn little_is_kept_of_a_flood_on_postgres() {
    keep_little(postgres_url().await).await;
}
