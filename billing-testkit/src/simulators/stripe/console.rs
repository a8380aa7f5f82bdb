//! The console at `/`: every payment, with buttons for what payers, banks and staff may do.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Form, Path, State as Shared};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::changes::NewRefund;
use super::currency;
use super::engine::Engine;
use super::error::ApiError;
use super::objects::{DisputeTerms, PayTerms, PaymentIntent, Status};
use super::state::State;
use crate::simulators::shared::console as shared;
use crate::simulators::shared::html::{button, escape, page};

/// Older payments are not shown.
const SHOWN: usize = 100;

type Sim = Shared<Arc<Engine>>;

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new().route("/", get(index)).route("/console/{id}/{action}", post(act)).merge(shared::router())
}

/// The console's only field: a part in minor units, empty for all.
#[derive(Deserialize)]
struct Part {
    #[serde(default)]
    amount: String,
}

async fn index(Shared(engine): Sim) -> Response {
    let mut rows = engine.read(|state| {
        state.payment_intents.newest_first().take(SHOWN).map(|intent| row(state, intent)).collect::<String>()
    });
    if rows.is_empty() {
        rows.push_str("<tr><td colspan=\"4\" class=\"muted\">No payments yet.</td></tr>");
    }
    let body = format!(
        "<p class=\"muted\">Nothing here is real: no card, no money.</p>\
         <table><tr><th>Payment<th>Amount<th>Status<th>Do</tr>{rows}</table>{}",
        shared::section(&engine),
    );
    page(StatusCode::OK, "en", "wide", "Stripe simulator", &body)
}

async fn act(
    Shared(engine): Sim,
    Path((id, action)): Path<(String, String)>,
    Form(part): Form<Part>,
) -> Response {
    let amount = part.amount.parse().ok();
    let done = match action.as_str() {
        "pay" => engine.change_and_tell(|state, moment| state.pay(moment, &id, &PayTerms::new())).await,
        "decline" => {
            engine.change_and_tell(|state, moment| state.decline(moment, &id, "generic_decline")).await
        }
        "refund" if amount.is_none() && !part.amount.is_empty() => {
            Err(ApiError::malformed("The amount is a whole number of minor units."))
        }
        "refund" => {
            let refund = |state: &mut _, moment: &_| {
                State::create_refund(state, moment, NewRefund::from_console(state, &id, amount)?)
            };
            engine.change_and_tell(refund).await
        }
        "dispute" => {
            let terms = DisputeTerms::new();
            engine.change_and_tell(|state, moment| state.open_dispute(moment, &id, &terms)).await
        }
        "win" => engine.change_and_tell(|state, moment| state.close_dispute(moment, &id, true)).await,
        "lose" => engine.change_and_tell(|state, moment| state.close_dispute(moment, &id, false)).await,
        _ => Err(ApiError::unknown_url("POST", &action)),
    };
    match done {
        Ok(_) => Redirect::to("/").into_response(),
        Err(error) => {
            let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::BAD_REQUEST);
            let body = format!("<p>{}</p><p><a href=\"/\">Back</a></p>", escape(error.message()));
            page(status, "en", "", "Not possible", &body)
        }
    }
}

fn row(state: &State, intent: &PaymentIntent) -> String {
    format!(
        "<tr><td>{}<br><span class=\"muted\">{}</span><td>{}<td>{}{}<td>{}</tr>",
        escape(intent.details.description.as_deref().unwrap_or_default()),
        escape(&intent.id),
        currency::display(intent.amount, &intent.currency),
        intent.status.as_str(),
        taken_back(state, intent),
        buttons(state, intent),
    )
}

fn taken_back(state: &State, intent: &PaymentIntent) -> String {
    let charge = intent.latest_charge.as_deref().and_then(|id| state.charges.get(id));
    match charge.map(|charge| charge.amount_refunded) {
        None | Some(0) => String::new(),
        Some(refunded) => {
            format!(
                "<br><span class=\"muted\">{} refunded</span>",
                currency::display(refunded, &intent.currency)
            )
        }
    }
}

fn buttons(state: &State, intent: &PaymentIntent) -> String {
    let action = |id: &str, name: &str| format!("/console/{}/{name}", escape(id));
    let plain = |id: &str, name: &str, label: &str| button(&action(id, name), "", label, &[]);
    match intent.status {
        Status::RequiresPaymentMethod | Status::Processing => {
            let checkout = format!("/checkout/{}?client_secret={}", intent.id, intent.client_secret);
            format!(
                "{}{}<a href=\"{}\">Checkout</a>",
                plain(&intent.id, "pay", "Pay"),
                plain(&intent.id, "decline", "Decline"),
                escape(&checkout),
            )
        }
        Status::RequiresAction => {
            let page = format!("/3ds/{}?client_secret={}", intent.id, intent.client_secret);
            format!("<a href=\"{}\">3-D Secure</a>", escape(&page))
        }
        Status::Succeeded => {
            let mut buttons = format!(
                "<form method=\"post\" action=\"{}\"><input name=\"amount\" placeholder=\"all\" \
                 inputmode=\"numeric\" aria-label=\"Minor units\"> <button>Refund</button></form>{}",
                action(&intent.id, "refund"),
                plain(&intent.id, "dispute", "Dispute"),
            );
            let disputes = state.disputes.oldest_first();
            for dispute in disputes.filter(|dispute| dispute.payment_intent == intent.id) {
                // Writing into a string does not fail.
                let _ = if dispute.is_open() {
                    let (win, lose) = (plain(&dispute.id, "win", "Win"), plain(&dispute.id, "lose", "Lose"));
                    write!(buttons, "{win}{lose}")
                } else {
                    write!(buttons, "<span class=\"muted\">dispute {}</span>", dispute.status.as_str())
                };
            }
            buttons
        }
        Status::Canceled => String::new(),
    }
}
