//! A service whose handlers do everything that handlers may do wrong, behind the layer, in a process of its own.
use std::{convert::Infallible, env, io::Write as _, sync::Arc, time::Duration};

use axum::{
    Extension, Router,
    body::{Body, Bytes},
    extract::Path,
    response::{IntoResponse as _, Response},
    routing::get,
};
use billing_core::{AccountId, Currency, Ledger, LedgerSettings, Money, PriceTable};
use billing_sqlx::PostgresStore;
use billing_tower::{ChargeLayer, Meter, Payer, Settler};
use futures_util::stream;
use http::{StatusCode, request::Parts};
use tower_http::{catch_panic::CatchPanicLayer, timeout::TimeoutLayer};

/// The URL of the database, for the process that serves.
pub(super) const DATABASE: &str = "CHAOS_DATABASE_URL";
/// What a call is estimated at.
pub(super) const ESTIMATE: i64 = 1_000_000;
/// How long holds live.
pub(super) const HOLD_TTL: Duration = Duration::from_secs(3);

/// Tells the test what was metered for a call, when its handler and its body are gone.
struct Witness {
    call: String,
    meter: Meter,
}

impl Drop for Witness {
    fn drop(&mut self) {
        let metered = self.meter.reading().map_or(-1, Money::micros);
        // Whoever reads it may be gone.
        let _ = writeln!(std::io::stdout(), "metered {} {metered}", self.call);
    }
}

fn micros(micros: i64) -> Money {
    Money::from_micros(micros, Currency::USD)
}

/// `/{how}/{micros}/{call}`: meters so much in ten parts, and ends as it is told.
async fn handle(
    Path((how, cost, call)): Path<(String, i64, String)>,
    Extension(meter): Extension<Meter>,
) -> Result<Response, Infallible> {
    let witness = Witness { call, meter: meter.clone() };
    let part = micros(cost / 10);
    Ok(match how.as_str() {
        "plain" => {
            meter.record(micros(cost));
            drop(witness);
            "done".into_response()
        }
        "error" => {
            meter.record(micros(cost));
            (StatusCode::BAD_GATEWAY, "broken").into_response()
        }
        "panic" => {
            meter.record(micros(cost));
            panic!("as it was told");
        }
        "hang" => {
            meter.record(micros(cost));
            std::future::pending().await
        }
        // "stream" and "break": chunk by chunk.
        _ => {
            let breaks = how == "break";
            let chunks = stream::unfold((0, witness), move |(number, witness)| async move {
                tokio::task::yield_now().await;
                if number == 10 || (breaks && number == 7) {
                    let end: Result<Bytes, String> = Err("broken off".to_owned());
                    return (breaks && number == 7).then_some((end, (11, witness)));
                }
                (number < 10).then(|| {
                    witness.meter.add(part);
                    (Ok(Bytes::from_static(b"chunk")), (number + 1, witness))
                })
            });
            Body::from_stream(chunks).into_response()
        }
    })
}

fn payer(parts: &Parts) -> Payer {
    let call = parts.uri.path().rsplit('/').next().unwrap_or_default();
    AccountId::new(call).map_or(Payer::Nobody, Payer::Account)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "the process that the test beside it kills"]
async fn serve_until_killed() {
    let Ok(url) = env::var(DATABASE) else { return };
    let settings = LedgerSettings::new(Currency::USD).with_hold_ttl(HOLD_TTL);
    let store: Arc<dyn Ledger> = Arc::new(PostgresStore::connect(&url, 16, settings).unwrap());
    let (settler, _task) = Settler::start(Arc::clone(&store), 1_024);
    let estimate = format!("unlisted = {{ fixed = \"{}\" }}", micros(ESTIMATE).amount());
    let prices = PriceTable::from_toml(&estimate, Currency::USD).unwrap();
    let charge = ChargeLayer::new(settler, prices).with_identity(payer);
    let router = Router::new()
        .route("/{how}/{micros}/{call}", get(handle))
        .layer(CatchPanicLayer::new())
        .layer(TimeoutLayer::with_status_code(StatusCode::GATEWAY_TIMEOUT, Duration::from_millis(300)))
        .layer(charge);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    writeln!(std::io::stdout(), "listening on {}", listener.local_addr().unwrap()).unwrap();
    axum::serve(listener, router).await.unwrap();
}
