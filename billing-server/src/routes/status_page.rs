use std::sync::Arc;

use axum::{
    extract::State,
    response::{Html, IntoResponse},
};
use http::header;

use crate::{App, Mode};

/// Only the style within the page, and links out of it.
pub(super) const POLICY: &str =
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'";

/// A plain page for whoever opens the server in a browser.
pub(crate) async fn status_page(State(app): State<Arc<App>>) -> impl IntoResponse {
    ([(header::CONTENT_SECURITY_POLICY, POLICY)], Html(page(&app)))
}

fn page(app: &App) -> String {
    let sandbox = match &app.mode {
        Mode::Sandbox { stripe, fondy, .. } => sandbox(stripe, fondy),
        Mode::Serve => String::new(),
    };
    format!(
        r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>billing</title>
<style>
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 44rem; margin: 3rem auto; padding: 0 1rem }}
pre {{ background: #f4f4f4; color: #111; padding: 1rem; overflow-x: auto }}
.banner {{ background: #ffd84d; color: #111; padding: .5rem 1rem; font-weight: 600 }}
</style>
<h1>billing</h1>
{sandbox}<p>Version {version}, mode <b>{mode}</b>.</p>
<ul>
<li><a href="/openapi.json">Description of the API</a></li>
<li><a href="/api/billing/payment/providers">Ways to pay</a></li>
<li><a href="/readyz">Readiness</a>, <a href="/healthz">health</a></li>
</ul>
</html>
"#,
        version = env!("CARGO_PKG_VERSION"),
        mode = app.mode,
    )
}

fn sandbox(stripe: &str, fondy: &str) -> String {
    format!(
        r#"<p class="banner">SANDBOX: simulated payment providers, demo users, no real money.</p>
<p>To top up: start a payment, then pay at the simulated <a href="{stripe}">Stripe</a> (dollars) or
<a href="{fondy}">Fondy</a> (hryvnias). Letters land in the <a href="/mailbox">mailbox</a>.</p>
<pre>. .sandbox/env
curl -sS "$BILLING_URL/api/billing/payment/stripe/create" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{{"amount_usd": 10}}'
curl -sS "$BILLING_URL/api/billing/payment/fondy/create" -H "Authorization: Bearer $TOKEN" \
  -H 'Content-Type: application/json' -d '{{"amount_uah": 415}}'</pre>
"#
    )
}
