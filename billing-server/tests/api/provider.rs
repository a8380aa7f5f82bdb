//! A server, and a simulated Stripe of the test's own that outlives it.
use std::{collections::BTreeSet, sync::Arc, time::Duration};

use billing_testkit::simulators::stripe::StripeSimulator;
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Launch, NewPayment, Server, eventually};

const API_KEY: &str = "sk_test_only_these_tests_know";
pub(crate) const WEBHOOK_SECRET: &str = "whsec_only_these_tests_know";

/// A server in production mode that takes payments through a simulated Stripe.
pub(crate) struct Shop {
    pub(crate) launch: Launch,
    pub(crate) stripe: Arc<StripeSimulator>,
}

impl Launch {
    /// With Stripe among its providers.
    pub(crate) fn with_stripe(self, stripe: &StripeSimulator) -> Self {
        self.with_env("STRIPE_SECRET_KEY", API_KEY)
            .with_env("STRIPE_PUBLISHABLE_KEY", "pk_test_only_these_tests_know")
            .with_env("STRIPE_WEBHOOK_SECRET", WEBHOOK_SECRET)
            .with_env("STRIPE_API_BASE", stripe.base_url())
    }
}

impl Shop {
    pub(crate) async fn open(database_url: &str) -> Self {
        let stripe = StripeSimulator::builder(API_KEY, WEBHOOK_SECRET)
            .with_retry_delays(vec![Duration::from_millis(100); 600])
            .start(([127, 0, 0, 1], 0).into())
            .await
            .unwrap();
        let launch = Launch::serve()
            .with_env("DATABASE_URL", database_url)
            // Its customers pay as fast as they can.
            .with_env("RATE_LIMIT_PAYMENTS_PER_MINUTE", "1000000");
        Self { launch: launch.with_stripe(&stripe), stripe: Arc::new(stripe) }
    }

    /// Starts the server, where it was before if it was; the provider sends its webhooks there.
    pub(crate) async fn start(&mut self) -> Server {
        let server = self.launch.start().await;
        self.launch = self.launch.clone().with_bind(server.addr());
        self.stripe.set_webhook_url(Some(format!("{}/webhooks/stripe", server.url)));
        server
    }

    /// The newest event of a kind about a payment, as its webhook carries it.
    pub(crate) fn event(&self, kind: &str, payment: &NewPayment) -> String {
        let about =
            |event: &Value| event["type"] == kind && event["data"]["object"]["id"] == payment.intent.as_str();
        self.stripe.events().into_iter().rfind(about).expect("the event").to_string()
    }

    /// Delivers a webhook, signed now.
    pub(crate) async fn deliver(&self, server: &Server, event: &str) -> Answer {
        let signature = self.stripe.sign(event.as_bytes(), chrono::Utc::now().timestamp());
        let request = server.anybody().request(Method::POST, "/webhooks/stripe");
        Answer::to(request.header("stripe-signature", signature).body(event.to_owned())).await
    }

    /// The orders whose success the server has acknowledged.
    pub(crate) fn acknowledged(&self) -> BTreeSet<String> {
        let events: BTreeSet<String> = self
            .stripe
            .deliveries()
            .into_iter()
            .filter(|delivery| delivery.kind == "payment_intent.succeeded" && delivery.is_acknowledged())
            .map(|delivery| delivery.event)
            .collect();
        let is_among = |event: &Value| event["id"].as_str().is_some_and(|id| events.contains(id));
        self.stripe.events().iter().filter(|event| is_among(event)).map(order_of).collect()
    }

    /// All orders that were paid.
    pub(crate) fn paid(&self) -> BTreeSet<String> {
        let succeeded = |event: &&Value| event["type"] == "payment_intent.succeeded";
        self.stripe.events().iter().filter(succeeded).map(order_of).collect()
    }

    /// Waits until the provider has no webhook of a success left to deliver.
    pub(crate) async fn wait_until_told(&self) {
        eventually("delivery of all webhooks", async || (self.acknowledged() == self.paid()).then_some(()))
            .await;
    }

    #[track_caller]
    pub(crate) fn verify(&self) {
        let verified = self.launch.run(&["verify"]);
        let (told, failed) =
            (String::from_utf8_lossy(&verified.stdout), String::from_utf8_lossy(&verified.stderr));
        assert!(verified.status.success(), "{told}{failed}");
    }
}

fn order_of(event: &Value) -> String {
    event["data"]["object"]["id"].as_str().unwrap().to_owned()
}
