use std::sync::Arc;

use axum::{
    Json, RequestExt as _,
    extract::{Form, Request, State},
    response::{IntoResponse as _, Redirect, Response},
};
use billing_core::AccountId;
use http::{HeaderMap, HeaderValue, header};
use serde::Deserialize;
use utoipa::ToSchema;

use super::session::SessionState;
use crate::{
    App, Mode,
    error::{ApiError, ErrorBody},
    extract::ApiJson,
    sandbox::users,
    sign_in::{LocalPath, Person, Session},
};

/// As whom to sign in.
#[derive(Debug, Deserialize, ToSchema)]
pub(super) struct Demonstration {
    /// The user.
    #[schema(example = "demo-user")]
    user: String,
    /// Where to go then: an address of this server, as it stands behind the host.
    #[schema(example = "/topup")]
    return_to: Option<String>,
}

/// Signs in as a user of the sandbox, who proves nothing. Only there.
///
/// A form is answered with the way to `return_to`, JSON with the session.
#[utoipa::path(
    post,
    path = "/auth/demo",
    tag = "sign-in",
    request_body(content(
        (Demonstration = "application/x-www-form-urlencoded"),
        (Demonstration = "application/json")
    )),
    responses(
        (status = 200, description = "To JSON: signed in.", body = SessionState),
        (status = 303, description = "To a form: signed in."),
        (status = 403, description = "The form is of another site.", body = ErrorBody),
        (status = 404, description = "This is no sandbox, or there is no such user.", body = ErrorBody)
    )
)]
pub(super) async fn sign_in_for_demonstration(
    State(app): State<Arc<App>>,
    request: Request,
) -> Result<Response, ApiError> {
    if !matches!(app.mode, Mode::Sandbox { .. }) {
        return Err(ApiError::not_found("NOT_FOUND", "there are demo users in the sandbox alone"));
    }
    app.sign_in.refuse_foreign_form(request.headers())?;
    let is_form = is_form(request.headers());
    let Demonstration { user, return_to } = if is_form {
        request.extract::<Form<_>, _>().await.map_err(unreadable)?.0
    } else {
        request.extract::<ApiJson<_>, _>().await?.0
    };
    let (session, cookie) = begin(&app, &user).await?;
    let mut response = if is_form {
        Redirect::to(LocalPath::wished(return_to.as_deref()).as_str()).into_response()
    } else {
        Json(SessionState::new(&app, Some(session))).into_response()
    };
    response.headers_mut().append(header::SET_COOKIE, cookie);
    Ok(response)
}

async fn begin(app: &App, user: &str) -> Result<(Session, HeaderValue), ApiError> {
    let unknown =
        || ApiError::not_found("USER_NOT_FOUND", "there is no such demo user; see GET /auth/session");
    let user = users::ALL.iter().find(|known| known.account == user).ok_or_else(unknown)?;
    let account = AccountId::new(user.account).map_err(ApiError::internal)?;
    let person = Person::new(account, Some(user.email), Some(user.name));
    super::begin(app, person, None).await
}

#[expect(clippy::needless_pass_by_value, reason = "it maps an error")]
fn unreadable(rejection: axum::extract::rejection::FormRejection) -> ApiError {
    ApiError::bad_request("INVALID_BODY", rejection.body_text())
}

fn is_form(headers: &HeaderMap) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = value.split(';').next().unwrap_or_default().trim();
    media_type.eq_ignore_ascii_case("application/x-www-form-urlencoded")
}
