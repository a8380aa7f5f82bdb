//! The pages a payer sees.

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::Value;

use super::text::Text;
use super::visit::{Shown, Visit};
use crate::simulators::shared::html::{button, escape, page};
use crate::simulators::stripe::currency;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::objects::Charge;

/// The payment, with buttons while it can be paid.
pub(super) fn payment(text: &'static Text, payment: &Shown, visit: &Visit) -> Response {
    let below = match payment.status {
        "succeeded" => notice(text.already_paid, text, visit),
        "canceled" => notice(text.canceled, text, visit),
        "processing" => notice(text.processing, text, visit),
        _ => {
            let action = |name| format!("/checkout/{}/{name}", payment.id);
            choice(text, visit, (&action("pay"), text.pay), (&action("decline"), text.decline))
        }
    };
    shown(text, text.title, payment, &below)
}

/// The bank's question, with buttons while it is open.
pub(super) fn challenge(text: &'static Text, payment: &Shown, visit: &Visit) -> Response {
    let below = if payment.status == "requires_action" {
        let action = |name| format!("/3ds/{}/{name}", payment.id);
        let buttons =
            choice(text, visit, (&action("accept"), text.confirm), (&action("refuse"), text.refuse));
        format!("<p>{}</p>{buttons}", text.question)
    } else {
        notice(text.no_question, text, visit)
    };
    shown(text, "3-D Secure", payment, &below)
}

/// How an attempt ended.
pub(super) fn result(text: &'static Text, intent: &Value) -> Response {
    let outcome = if intent["status"] == "succeeded" {
        text.paid
    } else if intent["last_payment_error"]["type"] == "card_error" {
        text.declined
    } else {
        text.not_confirmed
    };
    page(StatusCode::OK, text.language, "", text.title, &format!("<p>{outcome}</p>"))
}

/// What was paid, and what of it was given back.
pub(super) fn receipt(text: &'static Text, charge: &Charge) -> Response {
    let amount = |minor| currency::display(minor, &charge.currency);
    let refunded = match charge.amount_refunded {
        0 => String::new(),
        minor => format!("<p>{}: {}</p>", text.refunded, amount(minor)),
    };
    let body = format!(
        "<p>{}</p><p class=\"amount\">{}</p>{refunded}<p class=\"muted\">{}<br>{}</p>",
        escape(charge.details.description.as_deref().unwrap_or_default()),
        amount(charge.amount),
        text.simulated,
        escape(&charge.id),
    );
    page(StatusCode::OK, text.language, "", text.receipt, &body)
}

/// Why nothing was done.
pub(super) fn refusal(text: &'static Text, error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let reason = match (status, error.code()) {
        (StatusCode::NOT_FOUND, _) => text.not_found,
        (_, Some("payment_intent_unexpected_state")) => match error.message() {
            message if message.contains("succeeded") => text.already_paid,
            message if message.contains("canceled") => text.canceled,
            _ => text.no_question,
        },
        _ => text.refused,
    };
    page(status, text.language, "", text.title, &format!("<p>{reason}</p>"))
}

fn shown(text: &Text, title: &str, payment: &Shown, below: &str) -> Response {
    let body = format!(
        "<p>{}</p><p class=\"amount\">{}</p>{below}<p class=\"muted\">{}<br>{}</p>",
        escape(payment.description.as_deref().unwrap_or_default()),
        currency::display(payment.amount, &payment.currency),
        text.simulated,
        escape(&payment.id),
    );
    page(StatusCode::OK, text.language, "", title, &body)
}

/// Two buttons, each with its action and label.
fn choice(text: &Text, visit: &Visit, main: (&str, &str), other: (&str, &str)) -> String {
    let hidden = [
        ("client_secret", visit.client_secret.as_str()),
        ("return_url", visit.return_url.as_deref().unwrap_or_default()),
        ("lang", text.language),
    ];
    button(main.0, "main", main.1, &hidden) + &button(other.0, "", other.1, &hidden)
}

fn notice(words: &str, text: &Text, visit: &Visit) -> String {
    let link = visit
        .return_url
        .as_deref()
        .filter(|url| !url.is_empty())
        .map(|url| format!("<p><a href=\"{}\">{}</a></p>", escape(url), text.go_back));
    format!("<p>{words}</p>{}", link.unwrap_or_default())
}
