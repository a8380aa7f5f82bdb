//! Who is calling: the subject of a signed token, or a service with a key.
mod api_key;
mod key_ring;
mod sightings;
mod token;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request, State},
    middleware::Next,
    response::Response,
};
use billing_core::{AccountId, KeyScope};
use billing_tower::Payer;
use http::{HeaderValue, header, request::Parts};

pub use self::token::{Identity, Subject, TokenError, TokenVerifier, sign};
pub(crate) use self::{
    api_key::KeySecret,
    key_ring::{KEY_LIFE_AFTER_END, KeyRing},
    sightings::Sightings,
};
use crate::{App, error::ApiError};

/// The account that a request's token is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller(
    /// The account.
    pub AccountId,
);

impl FromRequestParts<Arc<App>> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let token = bearer(parts).ok_or_else(|| {
            let message = "this needs the header Authorization: Bearer, with a token";
            ApiError::unauthorized("UNAUTHORIZED", message)
        })?;
        let Identity { account, sighting } = app.tokens.verify(token)?;
        if let Some(sighting) = sighting {
            app.sightings.note(sighting).await;
        }
        Ok(Self(account))
    }
}

/// The token of a request that carries exactly one.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    bearer_token(header)
}

fn bearer_token(header: &HeaderValue) -> Option<&str> {
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// A service that may hold and take the money of any account.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PreflightService;

impl FromRequestParts<Arc<App>> for PreflightService {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, app: &Arc<App>) -> Result<Self, Self::Rejection> {
        let key = app.keys.service(&parts.headers).await?.ok_or_else(|| {
            let message = "this needs an API key, in the header X-API-Key or as Authorization: Bearer";
            ApiError::unauthorized("UNAUTHORIZED", message)
        })?;
        key.demand(KeyScope::Preflight)?;
        Ok(Self)
    }
}

/// Says who pays where the charge layer looks for it: the caller's account, or nobody when a service with an exempt key
/// calls. A key counts before a token, and one that is not good is refused whatever the token.
pub(crate) async fn identify(
    State(app): State<Arc<App>>,
    request: Request,
    next: Next,
) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    if let Some(key) = app.keys.service(&parts.headers).await? {
        key.demand(KeyScope::Exempt)?;
        api_key::strip(&mut parts.headers);
        parts.extensions.insert(Payer::Exempt { principal: key.name.to_string() });
    } else {
        let Caller(account) = Caller::from_request_parts(&mut parts, &app).await?;
        parts.extensions.insert(account);
    }
    Ok(next.run(Request::from_parts(parts, body)).await)
}
