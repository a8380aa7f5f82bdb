//! What the layer adds to a call: a bare axum handler, the same behind a rate limit (`tower_governor`), and behind the
//! layer on the ledger in memory. What that ledger takes for its two questions is measured alone, too: the layer's own
//! share of a paid call is `paid` less `bare` less `ledger`.
#![allow(clippy::unwrap_used, missing_docs)]

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{Request, StatusCode, request::Parts},
    routing::get,
};
use billing_core::{
    AccountId, Authorize, Capture, Currency, HoldId, Ledger, LedgerSettings, MemoryLedger, Money, Operation,
    PriceTable,
};
use billing_tower::{ChargeLayer, Payer, Settler};
use criterion::{Criterion, criterion_group, criterion_main};
use tokio::runtime::Builder;
use tower::ServiceExt;
use tower_governor::{GovernorLayer, governor::GovernorConfigBuilder, key_extractor::GlobalKeyExtractor};

/// The paid call costs nothing, so that it needs no top-up; its hold and its capture are those of any other.
const PRICES: &str = "[operations]\nfree = \"free\"\npaid = { fixed = \"0\" }";

/// The ledger in memory searches an account's postings in a line: a fresh account now and then keeps the line short.
const CALLS_PER_ACCOUNT: usize = 50;

fn router() -> Router {
    Router::new().route("/free", get(|| async { "hello" })).route("/paid", get(|| async { "hello" }))
}

fn layer() -> ChargeLayer {
    let ledger = Arc::new(MemoryLedger::new(LedgerSettings::new(Currency::USD)));
    // The task ends with the last settler; nothing is left to drain then.
    let (settler, _task) = Settler::start(ledger, 64);
    let calls = AtomicUsize::new(0);
    ChargeLayer::new(settler, PriceTable::from_toml(PRICES, Currency::USD).unwrap()).with_identity(
        move |_: &Parts| {
            let number = calls.fetch_add(1, Relaxed) / CALLS_PER_ACCOUNT;
            Payer::Account(AccountId::new(format!("account-{number}")).unwrap())
        },
    )
}

/// A rate limit that is never reached.
fn governed() -> Router {
    let limit = GovernorConfigBuilder::default()
        .key_extractor(GlobalKeyExtractor)
        .per_nanosecond(1)
        .burst_size(u32::MAX)
        .finish()
        .unwrap();
    router().layer(GovernorLayer::new(limit))
}

/// Makes a call and reads the answer to its end.
async fn call(router: Router, path: &str) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.oneshot(request).await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    black_box(to_bytes(response.into_body(), 1_024).await.unwrap());
}

/// What the ledger is asked for each paid call.
async fn ask(ledger: &MemoryLedger, account: AccountId) {
    let (hold, nothing) = (HoldId::new(), Money::zero(Currency::USD));
    let operation = Operation::new("paid").unwrap();
    ledger.authorize(Authorize::new(hold, account.clone(), nothing, operation)).await.unwrap();
    black_box(ledger.capture(Capture::new(account, hold, nothing)).await.unwrap());
}

fn overhead(criterion: &mut Criterion) {
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let charged = runtime.block_on(async { router().layer(layer()) });
    let mut group = criterion.benchmark_group("call");
    for (name, router, path) in [
        ("bare", router(), "/paid"),
        ("governed", governed(), "/paid"),
        ("free", charged.clone(), "/free"),
        ("paid", charged, "/paid"),
    ] {
        group.bench_function(name, |bencher| {
            bencher.iter(|| runtime.block_on(call(router.clone(), path)));
        });
    }
    let (ledger, calls) = (MemoryLedger::new(LedgerSettings::new(Currency::USD)), AtomicUsize::new(0));
    group.bench_function("ledger", |bencher| {
        bencher.iter(|| {
            let number = calls.fetch_add(1, Relaxed) / CALLS_PER_ACCOUNT;
            let account = AccountId::new(format!("account-{number}")).unwrap();
            runtime.block_on(ask(&ledger, account));
        });
    });
    group.finish();
}

criterion_group!(benches, overhead);
criterion_main!(benches);
