//! Where a browser comes back to, from where people sign in.
use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
};
use chrono::{DateTime, Utc};
use http::{HeaderMap, header};

use super::{begin, failure, query::Fields};
use crate::{
    App,
    sign_in::{Arrival, Attempt, Person, SignInError},
};

/// Ends an attempt to sign in at the identity provider, which sends the browser here.
///
/// It goes on to where it wanted to, or to `/login`, with `error` in the query: `cancelled`, `expired`, `unavailable` or
/// `refused`.
#[utoipa::path(
    get,
    path = "/auth/callback",
    tag = "sign-in",
    params(
        ("code" = Option<String>, Query, description = "What the provider gives for a sign-in."),
        ("state" = Option<String>, Query, description = "What the browser left with."),
        ("error" = Option<String>, Query, description = "Why there is no code."),
        ("iss" = Option<String>, Query, description = "Who says so.")
    ),
    responses((status = 303, description = "Signed in, or back to `/login`."))
)]
pub(super) async fn callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = Fields::of(query.as_deref());
    let Some(attempt) = app.sign_in.attempt(&headers) else { return stranger(&app) };
    let outcome = app.sign_in.arrive_with_code(&attempt, arrival(&fields, "code")).await;
    answer(&app, &attempt, outcome.map(|person| (person, None))).await
}

/// Ends an attempt to sign in at a platform, which sends the browser here with a token in the address. The browser goes on
/// at once, to an address without it.
#[utoipa::path(
    get,
    path = "/auth/callback/external",
    tag = "sign-in",
    params(
        ("token" = Option<String>, Query, description = "A token as callers bring."),
        ("state" = Option<String>, Query, description = "What the browser left with."),
        ("error" = Option<String>, Query, description = "Why there is no token.")
    ),
    responses((status = 303, description = "Signed in, or back to `/login`."))
)]
pub(super) async fn external_callback(
    State(app): State<Arc<App>>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Response {
    let fields = Fields::of(query.as_deref());
    let Some(attempt) = app.sign_in.attempt(&headers) else { return stranger(&app) };
    let token = app.sign_in.arrive_with_token(&attempt, arrival(&fields, "token"));
    let outcome = token.and_then(|token| bearer(&app, token));
    answer(&app, &attempt, outcome).await
}

fn arrival<'a>(fields: &'a Fields, proof: &str) -> Arrival<'a> {
    Arrival {
        state: fields.get("state"),
        error: fields.get("error"),
        issuer: fields.get("iss"),
        proof: fields.get(proof),
    }
}

/// Whose token it is. A session does not outlast the token that it began with.
fn bearer(app: &App, token: &str) -> Result<(Person, Option<DateTime<Utc>>), SignInError> {
    let identity = app.tokens.verify(token).map_err(|error| SignInError::Refused(error.into()))?;
    let expires_at = identity.expires_at;
    Ok((identity.into(), Some(expires_at)))
}

/// A browser that did not leave from here, or long ago: somebody else may have sent it, to sign it in as himself.
fn stranger(app: &App) -> Response {
    failure::answer(app, &SignInError::Expired("the browser has begun none, or long ago"), None)
}

async fn answer(
    app: &App,
    attempt: &Attempt,
    outcome: Result<(Person, Option<DateTime<Utc>>), SignInError>,
) -> Response {
    let (person, not_after) = match outcome {
        Ok(proven) => proven,
        Err(error) => return failure::answer(app, &error, Some(&attempt.return_to)),
    };
    let (session, forgotten) = match (begin(app, person, not_after).await, app.sign_in.forget_attempt()) {
        (Ok((_, cookie)), Ok(forgotten)) => (cookie, forgotten),
        (Err(error), _) => return error.into_response(),
        (_, Err(error)) => return crate::error::ApiError::internal(error).into_response(),
    };
    let mut response = Redirect::to(attempt.return_to.as_str()).into_response();
    response.headers_mut().append(header::SET_COOKIE, session);
    response.headers_mut().append(header::SET_COOKIE, forgotten);
    response
}
