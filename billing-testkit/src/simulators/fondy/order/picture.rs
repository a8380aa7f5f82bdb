//! An order in the words of callbacks and answers.

use chrono::DateTime;
use serde_json::{Map, Value, json};

use super::record::{Order, Status};
use crate::simulators::fondy::error::describe;
use crate::simulators::fondy::moment::Moment;
use crate::simulators::fondy::quirks::Quirks;

/// What Fondy knows of no order here, but sends all the same.
const ALWAYS_EMPTY: [&str; 9] = [
    "fee",
    "parent_order_id",
    "rectoken",
    "rectoken_lifetime",
    "sender_account",
    "sender_cell_phone",
    "settlement_currency",
    "settlement_date",
    "verification_status",
];

/// The complete set of fields, types mixed as Fondy mixes them, without a signature.
pub(crate) fn picture(
    order: &Order,
    moment: &Moment,
    quirks: &Quirks,
    tran_type: &str,
) -> Map<String, Value> {
    let mut fields: Map<_, _> = ALWAYS_EMPTY.map(|name| (name.to_owned(), json!(""))).into_iter().collect();
    fields.extend(card_fields(order));
    fields.extend(money_fields(order));
    let paid = order.paid.as_ref();
    let about_order = [
        ("order_id", json!(order.order_id)),
        ("merchant_id", json!(paid.and_then(|paid| paid.merchant_id).unwrap_or(moment.merchant_id))),
        ("merchant_data", json!(order.terms.merchant_data)),
        ("order_status", json!(order.status_name(quirks))),
        ("order_time", json!(time(order.created_at))),
        ("payment_id", json!(order.payment_id)),
        ("product_id", json!(order.terms.product_id)),
        ("response_status", json!("success")),
        ("sender_email", json!(order.terms.sender_email)),
        ("tran_type", json!(tran_type)),
    ];
    fields.extend(about_order.map(|(name, value)| (name.to_owned(), value)));
    if order.terms.has_additional_info {
        fields.insert("additional_info".to_owned(), json!(additional_info(order, moment)));
    }
    fields
}

fn money_fields(order: &Order) -> impl Iterator<Item = (String, Value)> {
    let paid = order.paid.as_ref();
    let actual_amount = paid.map(|paid| paid.actual_amount.unwrap_or(order.amount()).to_string());
    let actual_currency = paid.map(|paid| paid.actual_currency.as_deref().unwrap_or(order.currency()));
    [
        ("actual_amount", json!(actual_amount.unwrap_or_default())),
        ("actual_currency", json!(actual_currency.unwrap_or_default())),
        ("amount", json!(order.amount().to_string())),
        ("currency", json!(order.currency())),
        ("fee_oplata", json!("0")),
        ("reversal_amount", json!(order.reversal_amount().to_string())),
        ("settlement_amount", json!("0")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
}

/// What is empty until the payer has tried a card.
fn card_fields(order: &Order) -> impl Iterator<Item = (String, Value)> {
    let attempt = order.attempt.as_ref();
    let of_card = |text: &str| json!(if attempt.is_some() { text } else { "" });
    let card = attempt.map(|attempt| &attempt.card);
    let declined_with = attempt.and_then(|attempt| attempt.declined_with);
    let approval_code = if order.status == Status::Approved { "123456" } else { "" };
    [
        ("approval_code", json!(approval_code)),
        // A number, but an empty string when there is none.
        ("card_bin", card.map_or(json!(""), |card| json!(card.bin))),
        ("card_type", json!(card.map_or("", |card| card.brand.as_str()))),
        ("eci", json!(card.map_or("", |card| card.eci.as_str()))),
        ("masked_card", json!(card.map_or("", |card| card.masked.as_str()))),
        ("payment_system", of_card("card")),
        ("response_code", json!(declined_with.map(|code| code.to_string()).unwrap_or_default())),
        ("response_description", json!(declined_with.map_or("", describe))),
        ("rrn", of_card("111111111111")),
    ]
    .into_iter()
    .map(|(name, value)| (name.to_owned(), value))
}

/// JSON inside a string, spaced and ordered as Fondy writes it: a signature over it only fits these very bytes.
fn additional_info(order: &Order, moment: &Moment) -> String {
    let attempt = order.attempt.as_ref();
    let or_null = |text: Option<String>| text.unwrap_or_else(|| "null".to_owned());
    let quoted = |text: &str| format!("\"{text}\"");
    let brand = attempt.map(|attempt| attempt.card.brand.as_str());
    let transaction_id = or_null(attempt.map(|attempt| attempt.transaction_id.to_string()));
    let card_type = or_null(brand.map(quoted));
    let card_product = or_null(brand.map(|brand| quoted(&format!("empty_{}", brand.to_lowercase()))));
    let method = or_null(attempt.map(|_| quoted("card")));
    let client_fee = or_null(attempt.map(|_| "0.0".to_owned()));
    let timeend = or_null((!order.is_open()).then(|| quoted(&time(order.changed_at))));
    let test_mark = if moment.is_test { ", \"is_test\": true" } else { "" };
    format!(
        "{{\"capture_status\": null, \"capture_amount\": null, \"reservation_data\": null, \
         \"transaction_id\": {transaction_id}, \"bank_response_code\": null, \
         \"bank_response_description\": null, \"client_fee\": {client_fee}, \"settlement_fee\": 0.0, \
         \"bank_name\": null, \"bank_country\": null, \"card_type\": {card_type}, \
         \"card_product\": {card_product}, \"card_category\": null, \"timeend\": {timeend}, \
         \"ipaddress_v4\": \"127.0.0.1\", \"payment_method\": {method}{test_mark}}}"
    )
}

/// Fondy's times have no zone; here they are in UTC.
fn time(seconds: i64) -> String {
    let moment = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    moment.format("%d.%m.%Y %H:%M:%S").to_string()
}
