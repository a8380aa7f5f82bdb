//! Back to the page to sign in on, with a word on why.
use axum::response::{IntoResponse as _, Redirect, Response};
use http::header;
use reqwest::Url;

use crate::{
    App,
    error::chain,
    sign_in::{LocalPath, SignInError},
};

/// Logs why somebody is not signed in, and has his browser show it.
pub(super) fn answer(app: &App, error: &SignInError, return_to: Option<&LocalPath>) -> Response {
    if matches!(error, SignInError::Cancelled) {
        tracing::info!("{error}");
    } else {
        tracing::warn!("{}", chain(error));
    }
    let mut response = Redirect::to(&login_page(Some(error), return_to)).into_response();
    if let Ok(cookie) = app.sign_in.forget_attempt() {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The address of the page to sign in on.
pub(super) fn login_page(error: Option<&SignInError>, return_to: Option<&LocalPath>) -> String {
    let error = error.map(|error| ("error", error.as_str()));
    let return_to = return_to.filter(|path| path.as_str() != "/").map(|path| ("return_to", path.as_str()));
    let fields = error.into_iter().chain(return_to);
    let query = Url::parse_with_params("https://billing.invalid", fields);
    match query.as_ref().map(Url::query) {
        Ok(Some(query)) if !query.is_empty() => format!("/login?{query}"),
        _ => "/login".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_told_why_and_where_to_go_then() {
        let path = LocalPath::parse("/topup?amount=10&x=%26").unwrap();
        let page = login_page(Some(&SignInError::Cancelled), Some(&path));
        assert_eq!(page, "/login?error=cancelled&return_to=%2Ftopup%3Famount%3D10%26x%3D%2526");
        assert_eq!(login_page(None, Some(&LocalPath::default())), "/login");
        assert_eq!(login_page(Some(&SignInError::Expired("x")), None), "/login?error=expired");
    }
}
