//! A payer's visit: who may look at a payment, and where the way back leads.

use axum::http::HeaderMap;
use reqwest::Url;
use serde::Deserialize;

use super::text::Text;
use crate::simulators::shared::html::accepted_languages;
use crate::simulators::stripe::engine::Engine;
use crate::simulators::stripe::error::ApiError;

/// What the pages and their forms carry along.
#[derive(Deserialize)]
pub(super) struct Visit {
    #[serde(default)]
    pub(super) client_secret: String,
    pub(super) return_url: Option<String>,
    pub(super) lang: Option<String>,
}

/// What the pages show of a payment.
pub(super) struct Shown {
    pub(super) id: String,
    pub(super) amount: i64,
    pub(super) currency: String,
    pub(super) description: Option<String>,
    pub(super) status: &'static str,
}

/// The payment and the way back, for whoever holds the client secret.
pub(super) fn admit(engine: &Engine, id: &str, visit: &Visit) -> Result<(Shown, Option<Url>), ApiError> {
    let payment = engine.read(|state| {
        let intent = state.payment_intents.get(id)?;
        (intent.client_secret == visit.client_secret).then(|| Shown {
            id: intent.id.clone(),
            amount: intent.amount,
            currency: intent.currency.clone(),
            description: intent.details.description.clone(),
            status: intent.status.as_str(),
        })
    });
    let payment = payment.ok_or_else(|| ApiError::not_found("payment_intent", id, "intent"))?;
    let Some(address) = visit.return_url.as_deref().filter(|address| !address.is_empty()) else {
        return Ok((payment, None));
    };
    match Url::parse(address) {
        Ok(url) if matches!(url.scheme(), "http" | "https") => Ok((payment, Some(url))),
        _ => Err(ApiError::parameter("return_url", "url_invalid", "Not a valid http or https URL.")),
    }
}

impl Text {
    /// The language of the visit, else of the browser.
    pub(super) fn of(visit: &Visit, headers: &HeaderMap) -> &'static Self {
        Self::choose(visit.lang.as_deref(), accepted_languages(headers))
    }
}
