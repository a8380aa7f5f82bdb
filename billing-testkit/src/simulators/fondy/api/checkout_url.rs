//! `checkout/url`: a new order, and the address of its page.

use serde_json::{Map, Value, json};

use super::call::Call;
use crate::simulators::fondy::engine::Engine;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::order::OrderTerms;

const CURRENCIES: &[&str] = &["UAH", "USD", "EUR", "GBP", "CZK", "PLN"];

/// Ten hours, unless the merchant says otherwise.
const LIFETIME_SECONDS: i64 = 36_000;

const LONGEST_LIFETIME_SECONDS: i64 = 69_120_000;

/// Payments of other kinds, which are not played.
const NOT_PLAYED: [&str; 4] = ["preauth", "required_rectoken", "subscription", "verification"];

pub(super) fn create(engine: &Engine, call: &Call) -> Result<Map<String, Value>, ApiError> {
    let order_id = call.required("order_id", 1024)?;
    let terms = terms(call, engine.provider.merchant_id)?;
    let moment = engine.moment();
    let (created, _) = engine.change(|state| {
        let order = state.create_order(&moment, &order_id, terms)?;
        Ok((engine.provider.checkout_url(order), order.payment_id.to_string()))
    })?;
    let (checkout_url, payment_id) = created?;
    Ok(Map::from_iter([
        ("checkout_url".to_owned(), json!(checkout_url)),
        // A string here, and a number everywhere else.
        ("payment_id".to_owned(), json!(payment_id)),
        ("response_status".to_owned(), json!("success")),
    ]))
}

fn terms(call: &Call, merchant_id: i64) -> Result<OrderTerms, ApiError> {
    let amount = call.amount()?;
    let currency = call.required("currency", 3)?;
    if !CURRENCIES.contains(&currency.as_str()) {
        return Err(ApiError::currency(&currency, merchant_id));
    }
    for name in NOT_PLAYED {
        if call.flag(name)? == Some(true) {
            return Err(ApiError::incorrect(name));
        }
    }
    Ok(OrderTerms {
        amount,
        currency,
        order_desc: call.required("order_desc", 1024)?,
        lang: call.text("lang", 2)?,
        response_url: call.url("response_url")?,
        server_callback_url: call.url("server_callback_url")?,
        lifetime_seconds: lifetime(call)?,
        is_delayed: call.flag("delayed")?.unwrap_or(true),
        sender_email: call.text("sender_email", 254)?.unwrap_or_default(),
        merchant_data: call.text("merchant_data", 2048)?.unwrap_or_default(),
        product_id: call.text("product_id", 1024)?.unwrap_or_default(),
        has_additional_info: call.is_current_version()?,
    })
}

fn lifetime(call: &Call) -> Result<i64, ApiError> {
    let seconds = call.integer("lifetime")?.unwrap_or(LIFETIME_SECONDS);
    if (1..=LONGEST_LIFETIME_SECONDS).contains(&seconds) {
        Ok(seconds)
    } else {
        Err(ApiError::incorrect("lifetime"))
    }
}
