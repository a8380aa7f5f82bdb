//! Who is let through, and with how much money held.
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering::SeqCst},
};

use billing_core::{AccountChange, Currency, Ledger, ManualClock, Operation, PriceTable, Profiles};
use billing_tower::{ChargeLayer, Payer};
use chrono::Utc;
use http::{StatusCode, request::Parts};
use tower::{Layer, ServiceExt, service_fn};

use crate::support::{
    Asked, Call, Trouble, TroubledLedger, World, acme, books, hello, meter, read, request, serve_behind, usd,
};

#[tokio::test]
async fn a_pass_tells_its_hold() {
    let world = World::new().await;
    let response = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap();
    let header = |name| response.headers()[name].to_str().unwrap();
    assert_eq!(header("x-billing-hold"), world.charges().await[0].id.to_string());
    assert_eq!((header("x-billing-held"), header("x-billing-available")), ("1.00", "9.00"));
}

#[tokio::test]
async fn money_is_held_while_the_call_runs() {
    let world = World::new().await;
    let response = world.serve(|_| Ok(hello())).oneshot(request("/call")).await.unwrap();
    let account = world.account().await;
    assert_eq!((account.posted, account.held), (usd("10"), usd("1")));
    drop(response);
    assert_eq!(world.settled().await.posted, usd("9"));
}

#[tokio::test]
async fn exempt_and_free_calls_pass_without_a_hold() {
    for (path, payer) in [
        ("/call", Payer::Exempt { principal: "nightly import".to_owned() }),
        ("/gift", Payer::Account(acme())),
    ] {
        let world = World::new().await;
        let service = world.serve(|call| {
            let meter = meter(&call);
            meter.record(usd("5"));
            assert_eq!(meter.remaining(), None);
            Ok(hello())
        });
        let mut request = request(path);
        request.extensions_mut().insert(payer);
        let response = read(service, request).await.unwrap();
        assert_eq!((response.status(), response.headers().len()), (StatusCode::OK, 0));
        assert_eq!(world.ledger.count(Asked::Authorize), 0);
        assert_eq!(world.settled().await.posted, usd("10"));
    }
}

#[tokio::test]
async fn a_call_of_an_account_that_is_not_billed_is_recorded() {
    let world = World::new().await;
    let mut change = AccountChange::default();
    change.billing_enabled = Some(false);
    world.ledger.configure(&acme(), change).await.unwrap();
    let response = read(world.serve(|_| Ok(hello())), request("/call")).await.unwrap();
    assert_eq!(response.headers()["x-billing-held"], "0.00");
    let account = world.settled().await;
    assert_eq!((account.posted, account.calls), (usd("10"), 1));
}

#[tokio::test]
async fn a_word_of_the_authentication_layer_comes_before_an_account() {
    let world = World::new().await;
    let mut request = request("/call");
    request.extensions_mut().insert(Payer::Nobody);
    let response = read(world.serve(|_| Ok(hello())), request).await.unwrap();
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn identity_and_operation_can_be_told_otherwise() {
    let world = World::new().await;
    let layer = world
        .layer()
        .with_identity(|_: &Parts| Payer::Account(acme()))
        .with_operation(|parts| Operation::new(parts.uri.query()?).ok());
    let service = layer.layer(service_fn(|_: Call| std::future::ready(Ok(hello()))));
    let request = http::Request::get("/rpc?call").body(http_body_util::Empty::new()).unwrap();
    read(service, request).await.unwrap();
    assert_eq!(world.charges().await[0].operation, Operation::new("call").ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_calls_at_once_only_as_many_run_as_can_be_paid() {
    let world = World::on(TroubledLedger::new(books()).with_yields(2), 1_000).await;
    let rest = billing_core::Adjust::new(
        billing_core::PostingId::new(),
        acme(),
        usd("-9"),
        "test",
        "leave 1 dollar",
    );
    world.ledger.adjust(rest).await.unwrap();
    let runs = Arc::new(AtomicUsize::new(0));
    let service = world.serve({
        let runs = Arc::clone(&runs);
        move |_| {
            runs.fetch_add(1, SeqCst);
            Ok(hello())
        }
    });
    let calls: Vec<_> = (0..200).map(|_| tokio::spawn(read(service.clone(), request("/call")))).collect();
    let mut refused = 0;
    for call in calls {
        refused += usize::from(call.await.unwrap().unwrap().status() == StatusCode::PAYMENT_REQUIRED);
    }
    assert_eq!((runs.load(SeqCst), refused), (1, 199));
    assert_eq!(world.settled().await.posted, usd("0"));
}

/// A dollar, and half as much again for who has no tier.
const BY_TIER: &str = r#"
default_tier = "startup"
[tiers]
startup = "50"
internal = "0"
[operations.call]
base = "1"
"#;

#[tokio::test]
async fn the_price_may_depend_on_who_pays() {
    let world = World::new().await;
    let clock = ManualClock::new(Utc::now());
    let ledger: Arc<dyn Ledger> = Arc::<TroubledLedger>::clone(&world.ledger);
    let profiles = Profiles::new(ledger).with_clock(Arc::new(clock.clone()));
    let prices = PriceTable::from_toml(BY_TIER, Currency::USD).unwrap();
    let layer = ChargeLayer::new(world.settler.clone(), prices).with_profiles(profiles);
    let service = serve_behind(&layer, |_| Ok(hello()));
    drop(layer);
    let held = async || {
        let response = read(service.clone(), request("/call")).await.unwrap();
        (response.status() == StatusCode::OK).then(|| response.headers()["x-billing-held"].clone())
    };
    // Whom nobody knows can't be priced while the ledger is out of reach.
    world.ledger.trouble(Asked::Account, [Trouble::Unreachable]);
    assert_eq!(held().await, None);
    assert_eq!(held().await.unwrap(), "1.50");
    let mut change = AccountChange::default();
    change.tier = Some(Some("internal".to_owned()));
    world.ledger.configure(&acme(), change).await.unwrap();
    assert_eq!(held().await.unwrap(), "1.50");
    // What was known a minute ago is believed for as long as nobody can be asked.
    clock.advance(Profiles::MAX_AGE);
    world.ledger.trouble(Asked::Account, [Trouble::Unreachable]);
    assert_eq!(held().await.unwrap(), "1.50");
    assert_eq!(held().await.unwrap(), "1.00");
    drop(service);
    assert_eq!(world.settled().await.posted, usd("4.5"));
}
