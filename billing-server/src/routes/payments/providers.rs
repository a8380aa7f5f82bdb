use std::sync::Arc;

use axum::{Json, extract::State};
use billing_core::{Capabilities, Currency, Money};
use serde::Serialize;
use utoipa::ToSchema;

use crate::{App, Mode, amount::Amount, words::KindOfCheckout};

/// Amounts that a page suggests, in whole dollars.
const PRESETS: [i64; 4] = [10, 25, 50, 100];
/// The same in hryvnias.
const PRESETS_UAH: [i64; 4] = [500, 1_000, 2_000, 5_000];

/// What is on offer.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct Providers {
    providers: Vec<Provider>,
}

/// A way to pay.
#[derive(Debug, Serialize, ToSchema)]
struct Provider {
    /// Its name in other calls.
    #[schema(value_type = String, example = "stripe")]
    id: &'static str,
    /// `elements`: within our page; `hosted`: on the provider's.
    #[schema(value_type = KindOfCheckout, example = "elements")]
    kind: &'static str,
    /// Its name for people.
    #[schema(value_type = String, example = "Stripe")]
    label: &'static str,
    /// The currency it takes.
    #[schema(example = "USD")]
    currency: String,
    /// The least that can be paid.
    min: Amount,
    /// The most that can be paid at once.
    max: Amount,
    /// Amounts to suggest.
    presets: Vec<Amount>,
    /// Where its pages are, when a browser is sent there.
    #[schema(required)]
    checkout_origin: Option<String>,
    /// The key that its elements in a browser need.
    #[schema(required)]
    publishable_key: Option<String>,
}

/// The ways to pay. It can be asked before signing in.
#[utoipa::path(
    get,
    path = "/api/billing/payment/providers",
    tag = "payments",
    responses((status = 200, body = Providers))
)]
pub(crate) async fn payment_providers(State(app): State<Arc<App>>) -> Json<Providers> {
    let providers =
        app.top_ups.gateways().map(|(id, capabilities)| provider(&app, id, &capabilities)).collect();
    Json(Providers { providers })
}

fn provider(app: &App, id: &'static str, capabilities: &Capabilities) -> Provider {
    let presets = if capabilities.currency() == Currency::UAH { PRESETS_UAH } else { PRESETS };
    // In the sandbox, Stripe's form is a page of the simulated one.
    let is_hosted = id == "stripe" && !app.mode.shows_card_form();
    let suggested = |units: i64| Money::from_micros(units * 1_000_000, capabilities.currency());
    Provider {
        id,
        kind: if is_hosted { "hosted" } else { capabilities.checkout.as_str() },
        label: label(id),
        currency: capabilities.currency().to_string(),
        min: capabilities.min.into(),
        max: capabilities.max.into(),
        presets: presets
            .map(suggested)
            .into_iter()
            .filter(|amount| capabilities.admits(*amount))
            .map(Amount::from)
            .collect(),
        checkout_origin: checkout_origin(app, id),
        publishable_key: app.stripe_publishable_key.clone().filter(|_| id == "stripe" && !is_hosted),
    }
}

fn checkout_origin(app: &App, id: &str) -> Option<String> {
    match (id, &app.mode) {
        ("stripe", Mode::Sandbox { stripe, .. }) => Some(stripe.clone()),
        ("fondy", _) => app.fondy_origin.clone(),
        _ => None,
    }
}

fn label(id: &'static str) -> &'static str {
    match id {
        "fondy" => "Fondy",
        "stripe" => "Stripe",
        other => other,
    }
}
