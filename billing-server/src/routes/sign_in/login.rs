use std::sync::Arc;

use axum::{
    extract::{RawQuery, State},
    response::{IntoResponse as _, Redirect, Response},
};
use http::header;

use super::{failure, query::Fields};
use crate::{
    App, Mode,
    sign_in::{LocalPath, SignInError},
};

/// Sends the browser to where people sign in. It comes back to `return_to`, signed in.
///
/// When that can't be, it comes back to `/login` at once, with `error` in the query.
#[utoipa::path(
    get,
    path = "/auth/login",
    tag = "sign-in",
    params((
        "return_to" = Option<String>, Query,
        description = "Where to go then: an address of this server, as it stands behind the host.",
        example = "/topup"
    )),
    responses((status = 303, description = "To where people sign in, or to `/login?error=unavailable`."))
)]
pub(super) async fn login(State(app): State<Arc<App>>, RawQuery(query): RawQuery) -> Response {
    let return_to = LocalPath::wished(Fields::of(query.as_deref()).get("return_to"));
    if app.sign_in.kind().is_none() && matches!(app.mode, Mode::Sandbox { .. }) {
        // There, one chooses a user.
        return Redirect::to(&failure::login_page(None, Some(&return_to))).into_response();
    }
    let (address, cookie) = match app.sign_in.leave(return_to.clone()).await {
        Ok(left) => left,
        Err(error) => return failure::answer(&app, &error, Some(&return_to)),
    };
    match header::HeaderValue::try_from(address) {
        Ok(address) => {
            let headers = [(header::LOCATION, address), (header::SET_COOKIE, cookie)];
            (http::StatusCode::SEE_OTHER, headers).into_response()
        }
        Err(error) => failure::answer(&app, &SignInError::Unavailable(error.into()), Some(&return_to)),
    }
}
