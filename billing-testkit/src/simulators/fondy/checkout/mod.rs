//! The checkout page: it works without scripts, and with curl just as well.

mod page;
mod text;

use std::sync::Arc;

use axum::extract::{Form, Path, Query, State as Shared};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde::Deserialize;

use self::page::Shown;
use self::text::Text;
use super::cards::{self, TestCard};
use super::engine::Engine;
use super::error::ApiError;
use super::order::PayTerms;
use crate::simulators::shared::html::{accepted_languages, wants_page};

type Sim = Shared<Arc<Engine>>;

/// What the page's address and its forms carry along.
#[derive(Deserialize)]
struct Visit {
    lang: Option<String>,
    #[serde(default)]
    card_number: String,
}

pub(super) fn router() -> Router<Arc<Engine>> {
    Router::new().route("/checkout/{token}", get(show)).route("/checkout/{token}/pay", post(pay))
}

async fn show(
    Shared(engine): Sim,
    Path(token): Path<String>,
    Query(visit): Query<Visit>,
    headers: HeaderMap,
) -> Response {
    match look(&engine, &token) {
        Ok(order) => page::order(Text::of(&visit, &order, &headers), &order),
        Err(error) => page::refusal(Text::of_browser(&visit, &headers), &error),
    }
}

async fn pay(
    Shared(engine): Sim,
    Path(token): Path<String>,
    headers: HeaderMap,
    Form(visit): Form<Visit>,
) -> Response {
    let outcome = match try_card(&engine, &token, &visit.card_number).await {
        Ok(()) => look(&engine, &token),
        Err(error) => Err(error),
    };
    match outcome {
        Ok(order) if wants_page(&headers) => page::outcome(Text::of(&visit, &order, &headers), &order),
        Ok(order) => Json(order.fields).into_response(),
        Err(error) if !wants_page(&headers) => error.into_response(),
        Err(error) => match look(&engine, &token) {
            // Over already, or a card that is none: the page itself says how things stand.
            Ok(order) => page::refused(Text::of(&visit, &order, &headers), &order, &error),
            Err(error) => page::refusal(Text::of_browser(&visit, &headers), &error),
        },
    }
}

async fn try_card(engine: &Engine, token: &str, number: &str) -> Result<(), ApiError> {
    engine.expire_overdue()?;
    let order_id = engine.read(|state| state.order_at(token).map(|order| order.order_id.clone()))?;
    let card: &TestCard = cards::find(number).ok_or_else(ApiError::card_number)?;
    let terms = PayTerms::new();
    engine
        .change_and_tell(|state, moment| {
            if card.is_approved {
                state.pay(moment, &order_id, &terms, card)
            } else {
                state.decline(moment, &order_id, cards::USUAL_DECLINE, card)
            }
        })
        .await
}

fn look(engine: &Engine, token: &str) -> Result<Shown, ApiError> {
    engine.expire_overdue()?;
    engine.read(|state| {
        let order = state.order_at(token)?;
        let fields = engine.provider.signed(engine.picture(state, order));
        Ok(Shown { order: order.clone(), merchant_id: engine.provider.merchant_id, fields })
    })
}

impl Text {
    /// The language of the visit, else of the order, else of the browser.
    fn of(visit: &Visit, order: &Shown, headers: &HeaderMap) -> &'static Self {
        let asked = visit.lang.as_deref().or(order.order.terms.lang.as_deref());
        Self::choose(asked, accepted_languages(headers))
    }

    fn of_browser(visit: &Visit, headers: &HeaderMap) -> &'static Self {
        Self::choose(visit.lang.as_deref(), accepted_languages(headers))
    }
}
