//! Price tables through their public face.
#![allow(clippy::unwrap_used, clippy::panic, missing_docs, reason = "tests")]

mod batches;
mod bodies;
mod breakdowns;
mod growth;
mod needs;
mod platform;
mod tables;

use billing_core::{
    Breakdown, Call, CostEstimator, Currency, Estimate, EstimateError, Money, Operation, PriceTable, Profile,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, header::CONTENT_TYPE};

fn table(toml: &str) -> PriceTable {
    PriceTable::from_toml(toml, Currency::USD).unwrap()
}

fn json_headers() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
}

/// A call with a JSON body.
fn estimate(
    table: &PriceTable,
    operation: &str,
    body: &str,
    profile: &Profile,
) -> Result<Estimate, EstimateError> {
    estimate_with(table, operation, body.as_bytes(), &json_headers(), profile)
}

fn estimate_with(
    table: &PriceTable,
    operation: &str,
    body: &[u8],
    headers: &HeaderMap,
    profile: &Profile,
) -> Result<Estimate, EstimateError> {
    let (operation, body) = (Operation::new(operation).unwrap(), Bytes::copy_from_slice(body));
    let call = Call::new(&Method::POST, "/", &operation, headers).with_body(&body).with_profile(profile);
    table.estimate(&call)
}

#[track_caller]
fn priced(estimate: Result<Estimate, EstimateError>) -> (Money, Breakdown) {
    match estimate.unwrap() {
        Estimate::UpTo { amount, breakdown } => (amount, breakdown.unwrap()),
        other => panic!("not priced: {other:?}"),
    }
}

/// What a body with these arguments costs, in micros, for somebody without a tier.
#[track_caller]
fn micros(table: &PriceTable, operation: &str, body: &str) -> i64 {
    priced(estimate(table, operation, body, &Profile::default())).0.micros()
}

/// Why a body with these arguments has no price.
#[track_caller]
fn invalid(table: &PriceTable, operation: &str, body: &str) -> String {
    match estimate(table, operation, body, &Profile::default()) {
        Err(EstimateError::Invalid { message }) => message,
        other => panic!("not invalid: {other:?}"),
    }
}
