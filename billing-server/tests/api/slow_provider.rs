//! Providers that hang, fail, or are not there: the caller hears so in time, and nothing is lost or there twice.
use std::{collections::BTreeSet, io::Write as _, time::Duration};

use billing_testkit::simulators::fondy::{ApiFault, DeliveryPlan, Fault, FaultStage};
use futures_util::future::{join, join_all};
use tokio::time::{Instant, timeout};

use crate::{
    market::{Market, credited},
    orders::{NewOrder, Order, Provider, Wish},
    recorder::Recorder,
    support::{Answer, Api, postgres_url},
};

/// No creation takes longer, whatever the provider does.
const LONGEST: Duration = Duration::from_secs(35);
/// How often a provider's adapter makes a call that fails.
const ATTEMPTS: u32 = 3;

/// Demands that what is credited is what the providers say is paid, each order once.
async fn check(market: &Market, api: &Api, orders: usize) {
    let orders_paid = Provider::ALL.into_iter().flat_map(|provider| market.orders(provider));
    let mut paid: Vec<_> = orders_paid
        .filter(|order| order.is_paid)
        .map(|order| (order.payment.clone(), order.provider.credit(order.minor)))
        .collect();
    let mut found: Vec<_> =
        credited(api).await.into_iter().map(|credited| (credited.payment, credited.usd)).collect();
    paid.sort();
    found.sort();
    assert_eq!(found, paid, "on the left what is credited, on the right what is paid");
    assert_eq!(paid.len(), orders);
    market.shop.verify();
}

async fn pay_all(market: &Market) {
    for provider in Provider::ALL {
        for order in market.orders(provider).iter().filter(|order| order.is_open) {
            market.pay(provider, &order.id).await;
        }
    }
}

/// The one order of a wish.
#[track_caller]
fn only(mut orders: Vec<Order>) -> Order {
    assert_eq!(orders.len(), 1, "{orders:?}");
    orders.remove(0)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_provider_that_hangs_is_told_in_time_and_its_orders_are_found() {
    let mut market = Market::open(&postgres_url().await).await;
    let server = market.start().await;
    let anna = server.api_as("anna");
    let hang = || ApiFault::new(Fault::Hang).with_effect();
    market.fail(Provider::Stripe, Provider::Stripe.on_creation(hang()).with_times(2 * ATTEMPTS));
    market.fail(Provider::Fondy, Provider::Fondy.on_creation(hang()).with_times(2));
    let asked_again = [Wish::new(Provider::Stripe, 1_001), Wish::new(Provider::Fondy, 50_001)];
    let left = [Wish::new(Provider::Stripe, 1_002), Wish::new(Provider::Fondy, 50_002)];

    let started = Instant::now();
    let first = join_all(asked_again.iter().chain(&left).map(|wish| wish.ask(&anna)));
    let (first, second) =
        timeout(LONGEST, join(first, double_click(&market, &anna, &asked_again[1]))).await.unwrap();
    for answer in first {
        assert_eq!(answer.expect_error(504, "PROVIDER_TIMEOUT").header("retry-after"), "1");
    }
    assert_eq!(second.expect_error(409, "PAYMENT_IN_PROGRESS").header("retry-after"), "1");
    writeln!(std::io::stderr(), "providers that hang were told after {:?}", started.elapsed()).unwrap();
    let listed = market.operate(&["payments", "list", "--account", "anna"]).await.printed();
    assert_eq!(listed.matches("  pending  ").count(), 4, "{listed}");

    let lost = only(market.orders_of(&asked_again[1]));
    let [stripe, fondy] = [asked_again[0].order(&anna).await, asked_again[1].order(&anna).await];
    assert_eq!(stripe.order, only(market.orders_of(&asked_again[0])).id);
    assert_ne!(fondy.order, lost.id, "nobody can be sent to the order whose page was never told");
    for wish in &left {
        let order = only(market.orders_of(wish));
        let known = async || market.operate(&["payments", "show", &order.payment]).await.printed();
        assert!(known().await.contains("unknown"), "{}", known().await);
    }
    // One is found by its webhook, the other by a look.
    market.pay(Provider::Fondy, &only(market.orders_of(&left[1])).id).await;
    check(&market, &anna, 1).await;
    let told = market.operate(&["reconcile", "--all"]).await.printed();
    assert_eq!(told.matches("order found").count(), 1, "{told}");
    pay_all(&market).await;
    market.wait_until_quiet().await;
    check(&market, &anna, 5).await;
}

/// Asks for the same once more, while the provider is asked.
async fn double_click(market: &Market, api: &Api, wish: &Wish) -> Answer {
    let is_asked = async || (!market.orders_of(wish).is_empty()).then_some(());
    crate::support::eventually("the question to the provider", is_asked).await;
    wish.ask(api).await
}

/// Every way to fail, before and after the order was opened.
fn failures() -> Vec<ApiFault> {
    let faults = [Fault::Status(500), Fault::Garbage, Fault::Close];
    let stages = [FaultStage::Before, FaultStage::After];
    let all = faults.iter().flat_map(|fault| stages.map(|stage| (fault.clone(), stage)));
    all.map(|(fault, stage)| match stage {
        FaultStage::After => ApiFault::new(fault).with_effect(),
        _ => ApiFault::new(fault),
    })
    .collect()
}

/// Asks while the provider fails, for one order for each way to fail.
async fn ask_in_vain(market: &Market, api: &Api, provider: Provider, first_minor: i64) -> Vec<Wish> {
    let mut wishes = Vec::new();
    for (number, fault) in (0..).zip(failures()) {
        let wish = Wish::new(provider, first_minor + number);
        // Fondy is not asked again where the order may be open.
        let times = if provider == Provider::Stripe { ATTEMPTS } else { 1 };
        market.fail(provider, provider.on_creation(fault.clone()).with_times(times));
        let answer = timeout(LONGEST, wish.ask(api)).await.unwrap();
        let code = answer.json()["code"].as_str().unwrap().to_owned();
        assert!(
            code.starts_with("PROVIDER_") && (502..=504).contains(&answer.status),
            "{fault:?} {}",
            answer.text
        );
        let status = answer.status;
        answer.expect_error(status, &code);
        wishes.push(wish);
    }
    wishes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_look_finds_the_orders_of_a_provider_that_failed_and_credits_what_is_paid() {
    let mut market = Market::open(&postgres_url().await).await;
    let road = Recorder::to(market.shop.stripe.addr()).await;
    market.shop.launch = market.shop.launch.with_env("STRIPE_API_BASE", road.url.clone());
    let server = market.start().await;
    let anna = server.api_as("anna");
    let (stripe, fondy) = join(
        ask_in_vain(&market, &anna, Provider::Stripe, 1_000),
        ask_in_vain(&market, &anna, Provider::Fondy, 50_000),
    )
    .await;
    let wishes = [stripe, fondy].concat();
    let listed = market.operate(&["payments", "list", "--account", "anna"]).await.printed();
    assert_eq!(listed.matches("  pending  ").count(), wishes.len(), "{listed}");

    // Half of the orders are open and paid, and no webhook tells of them.
    market.shop.stripe.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    market.fondy.set_delivery_plan(DeliveryPlan::new().with_all_dropped());
    pay_all(&market).await;
    assert_eq!(credited(&anna).await, []);
    let told = market.operate(&["reconcile", "--all"]).await.printed();
    assert_eq!(told.matches("order found").count(), wishes.len(), "{told}");
    check(&market, &anna, wishes.len() / 2).await;

    // The others wait for their payers, who may ask for them again.
    market.shop.stripe.set_delivery_plan(DeliveryPlan::new());
    market.fondy.set_delivery_plan(DeliveryPlan::new());
    let mut known = BTreeSet::new();
    for wish in &wishes {
        known.extend(again(&market, &anna, wish).await);
    }
    pay_all(&market).await;
    check(&market, &anna, known.len()).await;
    market.operate(&["reconcile", "--all"]).await.printed();
    check(&market, &anna, known.len()).await;

    let payment = market.orders_of(&wishes[0])[0].payment.clone();
    market.operate(&["payments", "refund", &payment, "--actor", "olena"]).await.printed();
    let posts = road.posts();
    let creations = posts.iter().filter(|post| post.path == "/v1/payment_intents").count();
    assert!(creations >= 3 * ATTEMPTS as usize && creations < posts.len(), "{posts:?}");
    assert!(
        posts.iter().all(|post| post.idempotency_key.as_ref().is_some_and(|key| key.len() == 36)),
        "{posts:?}"
    );
}

/// Asks with the same key for an order that may be there: the order, and those that there are for the wish.
async fn again(market: &Market, api: &Api, wish: &Wish) -> Vec<NewOrder> {
    let order = wish.order(api).await;
    assert_eq!(wish.order(api).await, order);
    let all: Vec<_> = market
        .orders_of(wish)
        .into_iter()
        .map(|order| NewOrder { payment: order.payment, order: order.id })
        .collect();
    assert!(all.contains(&order), "{order:?} {all:?}");
    all
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_asked_for_while_providers_were_away_goes_on_when_they_are_back() {
    let mut market = Market::open(&postgres_url().await).await;
    let server = market.start().await;
    let nowhere = "http://127.0.0.1:9";
    let elsewhere = market.shop.launch.clone().with_bind("127.0.0.1:0");
    let elsewhere = elsewhere.with_env("STRIPE_API_BASE", nowhere).with_env("FONDY_API_URL", nowhere);
    let cut_off = elsewhere.start().await;
    let wishes = [
        Wish::new(Provider::Stripe, 1_001),
        Wish::new(Provider::Fondy, 50_001),
        Wish::new(Provider::Stripe, 1_002),
        Wish::new(Provider::Fondy, 50_002),
    ];
    for answer in join_all(wishes.iter().map(async |wish| wish.ask(&cut_off.api_as("anna")).await)).await {
        assert_eq!(answer.expect_error(503, "PROVIDER_UNAVAILABLE").header("retry-after"), "1");
    }
    let anna = server.api_as("anna");
    for wish in &wishes[..2] {
        let order = wish.order(&anna).await;
        assert_eq!(order.order, only(market.orders_of(wish)).id);
    }
    let told = market.operate(&["reconcile", "--all"]).await.printed();
    assert_eq!(told.matches("order found").count(), 2, "{told}");
    pay_all(&market).await;
    check(&market, &anna, 4).await;
}
