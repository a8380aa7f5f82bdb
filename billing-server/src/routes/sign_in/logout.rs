use std::sync::Arc;

use axum::{extract::State, response::IntoResponse};
use http::{HeaderMap, StatusCode, header};

use crate::{
    App,
    error::{ApiError, ErrorBody},
};

/// Signs this browser out: it forgets its session.
#[utoipa::path(
    post,
    path = "/auth/logout",
    tag = "sign-in",
    params(("X-Requested-With" = String, Header, description = "`billing-dashboard`, from the server's own origin.")),
    responses(
        (status = 204, description = "Signed out, or not signed in before."),
        (status = 403, description = "Another site has asked for it.", body = ErrorBody)
    )
)]
pub(super) async fn logout(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, ApiError> {
    app.sign_in.demand_dashboard(&headers)?;
    let cookie = app.sign_in.end().map_err(ApiError::internal)?;
    Ok((StatusCode::NO_CONTENT, [(header::SET_COOKIE, cookie)]))
}
