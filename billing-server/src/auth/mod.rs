//! Who is calling: the subject of a signed token.
mod token;

use std::sync::Arc;

use axum::{
    extract::{FromRequestParts, Request},
    middleware::Next,
    response::Response,
};
use billing_core::AccountId;
use http::{header, request::Parts};

pub use self::token::{TokenError, TokenVerifier, sign};
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
        app.tokens.verify(token).map(Self).map_err(ApiError::from)
    }
}

/// The token of a request that carries exactly one.
fn bearer(parts: &Parts) -> Option<&str> {
    let mut headers = parts.headers.get_all(header::AUTHORIZATION).iter();
    let (Some(header), None) = (headers.next(), headers.next()) else { return None };
    let (scheme, token) = header.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Puts the caller's account where the charge layer looks for it.
pub(crate) async fn identify(Caller(account): Caller, mut request: Request, next: Next) -> Response {
    request.extensions_mut().insert(account);
    next.run(request).await
}
