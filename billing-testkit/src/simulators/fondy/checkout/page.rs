//! The pages a payer sees.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Map, Value};

use super::text::Text;
use crate::simulators::fondy::cards::TEST_CARDS;
use crate::simulators::fondy::error::ApiError;
use crate::simulators::fondy::order::{Order, Status};
use crate::simulators::fondy::signature::text_of;
use crate::simulators::shared::amount;
use crate::simulators::shared::html::{button, escape, page};

/// An order at its checkout.
pub(super) struct Shown {
    pub(super) order: Order,
    pub(super) merchant_id: i64,
    /// How it stands, signed: what the browser takes back to the shop.
    pub(super) fields: Map<String, Value>,
}

/// The order, with a card form while it can be paid.
pub(super) fn order(text: &'static Text, shown: &Shown) -> Response {
    let (_, words) = standing(text, shown);
    with_notice(StatusCode::OK, text, shown, words)
}

/// How an attempt ended.
pub(super) fn outcome(text: &'static Text, shown: &Shown) -> Response {
    let (is_over, words) = standing(text, shown);
    if is_over {
        let body = format!("<p>{words}</p>{}", way_back(text, shown));
        page(StatusCode::OK, text.language, "", text.title, &body)
    } else {
        with_notice(StatusCode::OK, text, shown, words)
    }
}

/// Why a card was not tried, above how the order stands.
pub(super) fn refused(text: &'static Text, shown: &Shown, error: &ApiError) -> Response {
    let words = match error.code() {
        1015 => text.no_such_card,
        _ => standing(text, shown).1,
    };
    with_notice(status_of(error), text, shown, words)
}

/// Why there is no order to show.
pub(super) fn refusal(text: &'static Text, error: &ApiError) -> Response {
    let words = if error.code() == 1018 { text.not_found } else { text.refused };
    page(status_of(error), text.language, "", text.title, &format!("<p>{words}</p>"))
}

/// Whether the order is over, and what there is to say about it.
fn standing(text: &'static Text, shown: &Shown) -> (bool, &'static str) {
    let was_declined = shown.order.attempt.as_ref().is_some_and(|attempt| attempt.declined_with.is_some());
    match shown.order.status {
        Status::Created => (false, ""),
        Status::Processing if was_declined => (false, text.try_again),
        Status::Processing => (false, text.processing),
        Status::Declined => (true, text.declined),
        Status::Expired => (true, text.expired),
        Status::Approved => (true, text.paid),
    }
}

fn with_notice(status: StatusCode, text: &'static Text, shown: &Shown, words: &str) -> Response {
    let order = &shown.order;
    let below = if order.is_open() { card_form(text, order) } else { way_back(text, shown) };
    let body = format!(
        "<p class=\"muted\">{} {}</p><p>{}</p><p class=\"amount\">{}</p><p role=\"status\">{words}</p>{below}\
         <p class=\"muted\">{}<br>{}</p>",
        text.merchant,
        shown.merchant_id,
        escape(&order.terms.order_desc),
        escape(&amount::display(order.amount(), 2, order.currency())),
        text.simulated,
        escape(&order.order_id),
    );
    page(status, text.language, "", text.title, &body)
}

/// A field for a number, and a button for each test card.
fn card_form(text: &Text, order: &Order) -> String {
    let action = format!("/checkout/{}/pay", order.token);
    let choices: String = TEST_CARDS
        .iter()
        .map(|card| {
            let outcome = if card.is_approved { text.approves } else { text.declines };
            let label = format!("{} · {outcome}", card.grouped());
            button(&action, "", &label, &[("card_number", card.number), ("lang", text.language)])
        })
        .collect();
    format!(
        "<form method=\"post\" action=\"{action}\"><input type=\"hidden\" name=\"lang\" value=\"{}\">\
         <label>{}<br><input class=\"card\" name=\"card_number\" value=\"{}\" inputmode=\"numeric\" \
         autocomplete=\"off\" required></label> <button class=\"main\">{}</button></form>\
         <details><summary>{}</summary>{choices}</details>",
        text.language,
        text.card_number,
        TEST_CARDS[0].grouped(),
        text.pay,
        text.test_cards,
    )
}

/// A form that takes the payer back: a POST from this site to the shop's, with what a callback says.
fn way_back(text: &Text, shown: &Shown) -> String {
    let Some(url) = &shown.order.terms.response_url else { return String::new() };
    let texts: Vec<_> = shown.fields.values().map(|value| text_of(value).unwrap_or_default()).collect();
    let fields: Vec<_> =
        shown.fields.keys().zip(&texts).map(|(name, text)| (name.as_str(), text.as_str())).collect();
    button(url, "main", text.go_back, &fields)
}

fn status_of(error: &ApiError) -> StatusCode {
    StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST)
}
