//! The console at `/`: every order, with buttons for what payers, banks and staff may do.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::cards;
use super::engine::Engine;
use super::error::ApiError;
use super::order::{Order, PayTerms, Status};
use super::state::State;
use crate::simulators::shared::amount;
use crate::simulators::shared::console as shared;
use crate::simulators::shared::html::{button, escape, page};

/// Older orders are not shown.
const SHOWN: usize = 100;

type Sim = Shared<Arc<Engine>>;

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new()
        .route("/", get(index))
        .route("/console/orders/{token}/{action}", post(act_on_order))
        .route("/console/reversals/{id}/{action}", post(act_on_reversal))
        .merge(shared::router())
}

/// The console's only field: a part in minor units, empty for all.
#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    amount: String,
}

async fn index(Shared(engine): Sim) -> Response {
    if let Err(error) = engine.expire_overdue() {
        return refusal(&error);
    }
    let mut rows = engine.read(|state| {
        state.orders.newest_first().take(SHOWN).map(|order| row(state, order)).collect::<String>()
    });
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"4\" class=\"muted\">No orders yet.</td></tr>");
    }
    let body = format!(
        "<p class=\"muted\">Nothing here is real: no card, no money.</p>\
         <table><tr><th>Order<th>Amount<th>Status<th>Do</tr>{rows}</table>{}",
        shared::section(&engine),
    );
    page(StatusCode::OK, "en", "wide", "Fondy simulator", &body)
}

async fn act_on_order(
    Shared(engine): Sim,
    Path((token, action)): Path<(String, String)>,
    Form(part): Form<Part>,
) -> Response {
    let Ok(id) = engine.read(|state| state.order_at(&token).map(|order| order.order_id.clone())) else {
        return refusal(&ApiError::not_found(&token));
    };
    let part_amount = part.amount.parse().ok();
    let done = match action.as_str() {
        "pay" => {
            let (terms, card) = (PayTerms::new(), cards::usual(true));
            engine.act(&id, |state, moment| state.approve(moment, &id, &terms, card)).await
        }
        "decline" => {
            let card = cards::usual(false);
            engine.act(&id, |state, moment| state.decline(moment, &id, cards::USUAL_DECLINE, card)).await
        }
        "expire" => engine.act(&id, |state, moment| state.expire(moment, &id)).await,
        "reverse" if part_amount.is_none() && !part.amount.is_empty() => Err(ApiError::incorrect("amount")),
        "reverse" => engine.act(&id, |state, moment| state.reverse_by_staff(moment, &id, part_amount)).await,
        _ => Err(ApiError::unknown(&action)),
    };
    answer(done)
}

async fn act_on_reversal(
    Shared(engine): Sim,
    Path((transaction_id, action)): Path<(i64, String)>,
) -> Response {
    answer(match action.as_str() {
        "complete" => engine.settle_reversal(transaction_id, true).await,
        "decline" => engine.settle_reversal(transaction_id, false).await,
        _ => Err(ApiError::unknown(&action)),
    })
}

fn answer<T>(done: Result<T, ApiError>) -> Response {
    match done {
        Ok(_) => Redirect::to("/").into_response(),
        Err(error) => refusal(&error),
    }
}

fn refusal(error: &ApiError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
    let body = format!("<p>{}</p><p><a href=\"/\">Back</a></p>", escape(error.message()));
    page(status, "en", "", "Not possible", &body)
}

fn row(state: &State, order: &Order) -> String {
    let reversed = match order.reversal_amount() {
        0 => String::new(),
        reversed => {
            format!("<br><span class=\"muted\">{} reversed</span>", shown(reversed, order))
        }
    };
    format!(
        "<tr><td>{}<br><span class=\"muted\">{}</span><td>{}<td>{}{reversed}<td>{}</tr>",
        escape(&order.terms.order_desc),
        escape(&order.order_id),
        shown(order.amount(), order),
        order.status_name(&state.quirks),
        buttons(order),
    )
}

fn buttons(order: &Order) -> String {
    let action = |name: &str| format!("/console/orders/{}/{name}", order.token);
    let plain = |name: &str, label: &str| button(&action(name), "", label, &[]);
    match order.status {
        Status::Created | Status::Processing => {
            let buttons = [plain("pay", "Pay"), plain("decline", "Decline"), plain("expire", "Expire")];
            format!("{}<a href=\"/checkout/{}\">Checkout</a>", buttons.concat(), order.token)
        }
        Status::Expired => plain("pay", "Pay too late"),
        Status::Declined => String::new(),
        Status::Approved => reversal_buttons(order, &action("reverse")),
    }
}

fn reversal_buttons(order: &Order, action: &str) -> String {
    let pending = order.reversals.iter().filter(|reversal| reversal.is_pending()).map(|reversal| {
        let action = |name: &str| format!("/console/reversals/{}/{name}", reversal.transaction_id);
        let sum = shown(reversal.amount, order);
        button(&action("complete"), "", &format!("Complete {sum}"), &[])
            + &button(&action("decline"), "", &format!("Decline {sum}"), &[])
    });
    let pending: String = pending.collect();
    if order.reversible_amount() == 0 {
        return pending;
    }
    format!(
        "<form method=\"post\" action=\"{action}\"><input name=\"amount\" placeholder=\"all\" \
         inputmode=\"numeric\" aria-label=\"Minor units\"> <button>Reverse</button></form>{pending}"
    )
}

fn shown(minor_units: i64, order: &Order) -> String {
    escape(&amount::display(minor_units, 2, order.currency()))
}
