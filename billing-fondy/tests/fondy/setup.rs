use std::{collections::BTreeMap, error::Error, fmt::Write as _, io, iter, time::Duration};

use billing_core::{
    AccountId, CreatePayment, Currency, GatewayError, Money, PaymentId, PaymentRef, PaymentSnapshot,
    TakeBack, TakeBackKind,
};
use billing_fondy::{FondyGateway, FondyGatewayBuilder};
use serde::Deserialize;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

pub(crate) const MERCHANT: u64 = 1_234_567;
pub(crate) const SECRET: &str = "k3Ff0mVq7LwZ";

pub(crate) fn builder(base: &str) -> FondyGatewayBuilder {
    FondyGateway::builder(MERCHANT.to_string(), SECRET)
        .with_api_base(base)
        .with_timeout(Duration::from_secs(5))
}

/// A gateway that is asked about callbacks alone.
pub(crate) fn listener() -> FondyGateway {
    builder("http://127.0.0.1:9/api").build().unwrap()
}

/// An order of 250 hryvnias.
pub(crate) fn new_order() -> CreatePayment {
    let account = AccountId::new("acme").unwrap();
    CreatePayment::new(PaymentId::new(), account, uah(25_000), "Поповнення № 1 🎉")
}

/// A payment by our id alone.
pub(crate) fn reference(id: PaymentId) -> PaymentRef {
    PaymentRef::new(Some(id), None)
}

pub(crate) fn uah(minor: i64) -> Money {
    Money::from_minor(minor, Currency::UAH).unwrap()
}

/// What was taken back of a payment of which so much was reversed.
pub(crate) fn reversal(minor: i64) -> Vec<TakeBack> {
    vec![TakeBack::new("reversal", TakeBackKind::Refund, uah(minor))]
}

/// The fields of a paid order as Fondy tells them, with some changed; null takes one away.
pub(crate) fn told(id: PaymentId, changes: &Value) -> Value {
    let mut order = json!({
        "order_id": id.to_string(),
        "merchant_id": MERCHANT,
        "amount": "25000",
        "currency": "UAH",
        "order_status": "approved",
        "response_status": "success",
        "tran_type": "purchase",
        "payment_id": 805_243_692,
        "actual_amount": "25000",
        "actual_currency": "UAH",
        "reversal_amount": "0",
        "masked_card": "444455XXXXXX1111",
        "sender_email": "payer@example.com",
        "order_time": "13.07.2026 01:23:59",
        "additional_info": "{\"transaction_id\": 1994930931, \"client_fee\": 0.0}",
        "fee": "",
    });
    for (name, value) in changes.as_object().unwrap() {
        order[name] = value.clone();
    }
    order
}

/// These fields and their signature.
pub(crate) fn signed(mut fields: Value) -> Value {
    fields["signature"] = signature(SECRET, &fields).into();
    fields
}

/// The signature of an object of texts and whole numbers.
pub(crate) fn signature(secret: &str, fields: &Value) -> String {
    let mut values: BTreeMap<&str, String> = BTreeMap::new();
    for (name, value) in fields.as_object().unwrap() {
        let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        if name != "signature" && name != "response_signature_string" && !text.is_empty() && !value.is_null()
        {
            values.insert(name, text);
        }
    }
    let text = [secret.to_owned()].into_iter().chain(values.into_values()).collect::<Vec<_>>().join("|");
    hex::encode(Sha1::digest(text))
}

#[derive(Deserialize)]
struct Vectors {
    vectors: Vec<Vector>,
}

/// A signature that official libraries made.
#[derive(Deserialize)]
pub(crate) struct Vector {
    pub(crate) name: String,
    pub(crate) secret: String,
    pub(crate) params: Value,
    pub(crate) sha1: String,
}

impl Vector {
    pub(crate) fn named(name: &str) -> Self {
        let text = include_str!("../fixtures/fondy_signatures.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        vectors.vectors.into_iter().find(|vector| vector.name == name).unwrap()
    }

    pub(crate) fn signed(&self) -> Value {
        let mut params = self.params.clone();
        params["signature"] = self.sha1.as_str().into();
        params
    }
}

/// One word for an error.
pub(crate) fn kind(error: &GatewayError) -> &'static str {
    match error {
        GatewayError::NotAuthentic { .. } => "not authentic",
        GatewayError::Declined { .. } => "declined",
        GatewayError::OrderExists { .. } => "order exists",
        GatewayError::PaymentNotFound => "not found",
        GatewayError::Unsupported { .. } => "unsupported",
        GatewayError::RateLimited { .. } => "rate limited",
        GatewayError::Unauthorized { .. } => "unauthorized",
        GatewayError::Unavailable(_) => "unavailable",
        GatewayError::Protocol(_) => "protocol",
        _ => "unknown",
    }
}

/// The kind of the error, and its code if it has one.
pub(crate) fn refusal(result: Result<PaymentSnapshot, GatewayError>) -> (&'static str, String) {
    let error = result.unwrap_err();
    let code = match &error {
        GatewayError::Declined { code, .. } | GatewayError::Unauthorized { code } => code.clone(),
        _ => String::new(),
    };
    (kind(&error), code)
}

/// Whether a caller that knows nothing of Fondy can tell that time ran out.
pub(crate) fn is_late(error: &GatewayError) -> bool {
    let mut causes = iter::successors(error.source(), |cause| (*cause).source());
    let is_late = |error: &io::Error| error.kind() == io::ErrorKind::TimedOut;
    causes.any(|cause| cause.downcast_ref().is_some_and(is_late))
}

/// An error with all its causes.
pub(crate) fn whole_text(error: &GatewayError) -> String {
    let mut text = format!("{error:?} {error:#?} {error}");
    let mut cause = error.source();
    while let Some(error) = cause {
        write!(text, " {error:?} {error}").unwrap();
        cause = error.source();
    }
    text
}
