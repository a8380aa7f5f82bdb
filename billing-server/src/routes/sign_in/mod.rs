//! Signing in and out with a browser.
mod callback;
mod demo;
mod failure;
mod login;
mod logout;
mod query;
mod session;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use http::HeaderValue;
use utoipa_axum::{router::OpenApiRouter, routes};

use crate::{
    App,
    error::ApiError,
    sign_in::{Person, Session},
};

/// What needs no database: who is signed in stays so while it is away.
pub(crate) fn sign_in() -> OpenApiRouter<Arc<App>> {
    OpenApiRouter::new()
        .routes(routes!(session::session))
        .routes(routes!(login::login))
        .routes(routes!(callback::callback))
        .routes(routes!(callback::external_callback))
        .routes(routes!(logout::logout))
        .routes(routes!(demo::sign_in_for_demonstration))
}

/// Begins a session for somebody who has proven who he is, and keeps where mail reaches him.
async fn begin(
    app: &App,
    person: Person,
    not_after: Option<DateTime<Utc>>,
) -> Result<(Session, HeaderValue), ApiError> {
    let (session, cookie) = app.sign_in.begin(person, not_after).map_err(ApiError::internal)?;
    if let Some(sighting) = session.sighting() {
        app.sightings.note(sighting).await;
    }
    tracing::info!(account.id = %session.person.account, "{} signed in", session.person.account);
    Ok((session, cookie))
}
