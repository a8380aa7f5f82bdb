//! Clicks that come at once, to several servers, are one order where they carry the same `Idempotency-Key`.
use std::collections::BTreeSet;

use billing_testkit::simulators::fondy::{ApiFault, Fault};
use futures_util::future::{join, join_all};

use crate::{
    market::Market,
    orders::{NewOrder, Provider, Wish},
    support::{Answer, Api, eventually, postgres_url},
};

const CLICKS: usize = 10;

/// Many clicks on one button, by turns to each server.
async fn click(servers: &[Api], wish: &Wish) -> Vec<Answer> {
    join_all(servers.iter().cycle().take(CLICKS).map(|server| wish.ask(server))).await
}

/// The one order that answers tell; some may ask to come back, which is then done.
async fn one_order(servers: &[Api], wish: &Wish, answers: Vec<Answer>) -> NewOrder {
    let mut told = BTreeSet::new();
    for answer in answers {
        if answer.status == 200 {
            told.insert(wish.read(&answer));
        } else {
            assert_eq!(answer.expect_error(409, "PAYMENT_IN_PROGRESS").header("retry-after"), "1");
        }
    }
    for server in servers {
        told.insert(wish.order(server).await);
    }
    assert_eq!(told.len(), 1, "{told:?}");
    told.pop_first().unwrap()
}

async fn all_clicks_are_one_order(market: &Market, servers: &[Api], provider: Provider, minor: i64) {
    let wish = Wish::new(provider, minor);
    let order = one_order(servers, &wish, click(servers, &wish).await).await;
    let found: Vec<_> = market.orders_of(&wish).into_iter().map(|order| (order.payment, order.id)).collect();
    assert_eq!(found, [(order.payment, order.order)]);
    for server in servers {
        wish.with_minor(minor + 1).ask(server).await.expect_error(409, "IDEMPOTENCY_KEY_REUSED");
    }
}

/// As before, while the provider takes its time. What asks for something else with the key meanwhile is refused.
async fn clicks_are_one_order_while_the_provider_is_slow(
    market: &Market,
    servers: &[Api],
    provider: Provider,
    minor: i64,
) {
    let wish = Wish::new(provider, minor);
    let slow = ApiFault::new(Fault::Delay(1_500)).with_effect();
    market.fail(provider, provider.on_creation(slow));
    let other = async {
        let is_asked = async || (!market.orders_of(&wish).is_empty()).then_some(());
        eventually("the question to the provider", is_asked).await;
        let others = servers.iter().map(async |server| wish.with_minor(minor + 1).ask(server).await);
        (join_all(others).await, click(servers, &wish).await)
    };
    let (mut answers, (others, late)) = join(click(servers, &wish), other).await;
    for answer in others {
        answer.expect_error(409, "IDEMPOTENCY_KEY_REUSED");
    }
    answers.extend(late);
    let order = one_order(servers, &wish, answers).await;
    let found: Vec<_> = market.orders_of(&wish).into_iter().map(|order| (order.payment, order.id)).collect();
    assert_eq!(found, [(order.payment, order.order)]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_double_click_is_one_order() {
    let mut market = Market::open(&postgres_url().await).await;
    let first = market.start().await;
    let (_, second) = market.start_another().await;
    let servers = [first.api_as("anna"), second.api_as("anna")];
    let (stripe, fondy) = (Provider::Stripe, Provider::Fondy);
    join(
        all_clicks_are_one_order(&market, &servers, stripe, 1_000),
        all_clicks_are_one_order(&market, &servers, fondy, 50_000),
    )
    .await;
    join(
        clicks_are_one_order_while_the_provider_is_slow(&market, &servers, stripe, 2_000),
        clicks_are_one_order_while_the_provider_is_slow(&market, &servers, fondy, 60_000),
    )
    .await;
    assert_eq!([stripe, fondy].map(|provider| market.orders(provider).len()), [2, 2]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_key_stands_for_one_payment_of_one_user_through_one_provider() {
    let mut market = Market::open(&postgres_url().await).await;
    let server = market.start().await;
    let (anna, borys) = (server.api_as("anna"), server.api_as("borys"));
    let mut payments = BTreeSet::new();
    for (provider, minor) in [(Provider::Stripe, 1_000), (Provider::Fondy, 50_000)] {
        let wish = Wish { key: "the-same-for-all".to_owned(), ..Wish::new(provider, minor) };
        for user in [&anna, &borys] {
            let order = wish.order(user).await;
            assert_eq!(wish.order(user).await, order);
            payments.insert(order);
        }
        // Another key is another payment.
        payments.insert(Wish::new(provider, minor).order(&anna).await);
    }
    assert_eq!(payments.len(), 6, "{payments:?}");
    assert_eq!(Provider::ALL.map(|provider| market.orders(provider).len()), [3, 3]);
    for key in ["", "a b", "ключ", &"k".repeat(256)] {
        let wish = Wish { key: key.to_owned(), ..Wish::new(Provider::Stripe, 1_000) };
        wish.ask(&anna).await.expect_error(400, "INVALID_IDEMPOTENCY_KEY");
    }
}
