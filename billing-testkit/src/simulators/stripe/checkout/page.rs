//! The pages a payer sees.

use axum::http::StatusCode;
use axum::response::Response;

use super::text::Text;
use super::{Shown, Visit};
use crate::simulators::shared::html::{button, escape, page};
use crate::simulators::stripe::currency;
use crate::simulators::stripe::error::ApiError;

/// The payment, with buttons while it can be paid.
pub(super) fn payment(text: &'static Text, payment: &Shown, visit: &Visit) -> Response {
    let hidden = [
        ("client_secret", visit.client_secret.as_str()),
        ("return_url", visit.return_url.as_deref().unwrap_or_default()),
        ("lang", text.language),
    ];
    let action = |name| format!("/checkout/{}/{name}", payment.id);
    let below = match payment.status {
        "succeeded" => notice(text.already_paid, text, visit),
        "canceled" => notice(text.canceled, text, visit),
        "processing" => notice(text.processing, text, visit),
        _ => {
            button(&action("pay"), "main", text.pay, &hidden)
                + &button(&action("decline"), "", text.decline, &hidden)
        }
    };
    let body = format!(
        "<p>{}</p><p class=\"amount\">{}</p>{below}<p class=\"muted\">{}<br>{}</p>",
        escape(payment.description.as_deref().unwrap_or_default()),
        currency::display(payment.amount, &payment.currency),
        text.simulated,
        escape(&payment.id),
    );
    page(StatusCode::OK, text.language, "", text.title, &body)
}

/// How an attempt ended.
pub(super) fn result(text: &'static Text, is_paid: bool) -> Response {
    let outcome = if is_paid { text.paid } else { text.declined };
    page(StatusCode::OK, text.language, "", text.title, &format!("<p>{outcome}</p>"))
}

/// Why nothing was done.
pub(super) fn refusal(text: &'static Text, error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let reason = match (status, error.code()) {
        (StatusCode::NOT_FOUND, _) => text.not_found,
        (_, Some("payment_intent_unexpected_state")) if error.message().contains("succeeded") => {
            text.already_paid
        }
        (_, Some("payment_intent_unexpected_state")) => text.canceled,
        _ => text.refused,
    };
    page(status, text.language, "", text.title, &format!("<p>{reason}</p>"))
}

fn notice(words: &str, text: &Text, visit: &Visit) -> String {
    let link = visit
        .return_url
        .as_deref()
        .filter(|url| !url.is_empty())
        .map(|url| format!("<p><a href=\"{}\">{}</a></p>", escape(url), text.go_back));
    format!("<p>{words}</p>{}", link.unwrap_or_default())
}
