//! The HTTP API, one file per resource; handlers stand beside what they take and answer.
mod balance;
mod docs;
mod events;
mod health;
mod history;
pub(crate) mod payments;
mod preflight;
mod price;
mod settings;
mod sign_in;
mod status_page;
mod tools;
mod usage;
pub(crate) mod webhooks;

use std::sync::Arc;

use axum::{Router, routing::get};
use utoipa::IntoResponses;
use utoipa_axum::{router::OpenApiRouter, routes};

pub(crate) use self::{
    balance::Balance,
    docs::docs,
    history::Transaction,
    payments::PaymentState,
    settings::language,
    sign_in::sign_in,
    tools::{tools, tools_api},
};

use crate::{App, error::ErrorBody};

/// What any call for an account may be answered with.
#[derive(IntoResponses)]
#[expect(dead_code, reason = "only its documentation is used")]
enum AccountErrors {
    /// The token is missing, expired or wrong.
    #[response(status = 401)]
    Unauthorized(ErrorBody),
    /// The database, or something else that is needed, is away for now: see `Retry-After`.
    #[response(status = 503)]
    Unavailable(ErrorBody),
}

/// Everything that needs the database.
pub(crate) fn api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(balance::balance))
        .routes(routes!(history::history))
        .routes(routes!(history::csv::history_csv))
        .routes(routes!(usage::usage))
        .routes(routes!(events::events))
        .routes(routes!(price::price))
        .routes(routes!(settings::settings, settings::change_settings))
        .routes(routes!(payments::stripe::create_stripe_payment))
        .routes(routes!(payments::fondy::create_fondy_payment))
        .routes(routes!(payments::quote::quote))
        .routes(routes!(payments::status::payment_status))
        .routes(routes!(payments::receipt::receipt))
        .routes(routes!(payments::list::payments))
        .routes(routes!(payments::providers::payment_providers))
        .routes(routes!(preflight::capture::capture))
        .routes(routes!(preflight::void::void))
        .routes(routes!(preflight::extend::extend))
}

/// What asks whether a call may run, and what it has to bring along for that.
pub(crate) fn authorize_api() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(preflight::authorize::authorize))
}

/// Pages for browsers, as far as they are not the dashboard's alone.
pub(crate) fn pages(app: &App) -> Router<Arc<App>> {
    let back = get(payments::back::returned).post(payments::back::returned_by_form);
    let pages = Router::new()
        .route("/payment/{provider}/return", back)
        .route("/status", get(status_page::status_page));
    if app.dashboard.is_some() {
        return pages;
    }
    pages.route("/", get(status_page::status_page)).route("/topup", get(status_page::status_page))
}

/// What answers without the database.
pub(crate) fn probes() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new().routes(routes!(health::healthz)).routes(routes!(health::readyz))
}
