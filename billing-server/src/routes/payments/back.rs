//! Where the provider sends the browser back to.
use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse, Redirect, Response},
};
use billing_core::PaymentId;
use http::{HeaderMap, header};
use serde::Deserialize;

use super::status::refreshed;
use crate::{
    App, DatabaseState,
    error::{ApiError, chain},
    extract::{ApiPath, ApiQuery},
    gateways,
    routes::status_page::POLICY,
};

/// The one thing that is read: our own id, which we put into the address. It is a name, and no proof of anything.
#[derive(Debug, Deserialize)]
pub(crate) struct Back {
    payment: Option<String>,
}

/// A browser that comes back by a form of the provider's: none of its fields is believed. The page is then got by a
/// plain request, which carries the cookies that a form from elsewhere does not.
pub(crate) async fn returned_by_form(
    State(app): State<Arc<App>>,
    ApiPath(provider): ApiPath<String>,
    ApiQuery(back): ApiQuery<Back>,
) -> Result<Response, ApiError> {
    let Some(id) = payment_id(&provider, &back)? else {
        return Ok(Redirect::to(&format!("/payment/{provider}/return")).into_response());
    };
    ask(&app, &provider, id).await;
    Ok(Redirect::to(&format!("/payment/{provider}/return?payment={id}")).into_response())
}

/// The page that a browser comes back to: the dashboard, which asks how the payment stands in its owner's name. Without
/// one, a page that tells nothing of the payment, for whoever looks at it has not signed in.
pub(crate) async fn returned(
    State(app): State<Arc<App>>,
    ApiPath(provider): ApiPath<String>,
    ApiQuery(back): ApiQuery<Back>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    if let Some(id) = payment_id(&provider, &back)? {
        ask(&app, &provider, id).await;
    }
    if let Some(dashboard) = &app.dashboard {
        return Ok(dashboard.page(&headers));
    }
    Ok(([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page(&app))).into_response())
}

fn payment_id(provider: &str, back: &Back) -> Result<Option<PaymentId>, ApiError> {
    if !gateways::NAMES.contains(&provider) {
        return Err(crate::error::unknown_provider());
    }
    Ok(back.payment.as_deref().and_then(|id| id.parse().ok()))
}

/// Asks the provider how the payment stands, where that has not been done a moment ago. The page is shown anyway.
async fn ask(app: &App, provider: &str, id: PaymentId) {
    if app.database() != DatabaseState::Ready {
        return;
    }
    match app.payments().get(id).await {
        Ok(Some(payment)) if payment.gateway == provider => {
            refreshed(app, payment).await;
        }
        Ok(_) => {}
        Err(error) => tracing::warn!(payment.id = %id, "payment was not looked up: {}", chain(&error)),
    }
}

fn page(app: &App) -> String {
    let address = app.addresses.top_up();
    let href = address.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;");
    format!(
        r#"<!doctype html>
<html lang="uk">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>billing</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 36rem; margin: 3rem auto; padding: 0 1rem }}
</style>
<h1>Дякуємо</h1>
<p>Якщо оплата пройшла, баланс поповниться за мить. Якщо ні, кошти не списано.</p>
<p><a href="{href}">До балансу</a></p>
<section lang="en">
<h2>Thank you</h2>
<p>If the payment went through, your balance shows it within a moment. If it did not, nothing was taken.</p>
<p><a href="{href}">To your balance</a></p>
</section>
</html>
"#
    )
}
