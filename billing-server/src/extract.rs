//! Extractors that refuse in the one error form.
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use bytes::Bytes;
use http::{HeaderMap, StatusCode, header, request::Parts};
use serde::de::DeserializeOwned;

use crate::error::ApiError;

/// Deeper JSON than this is refused; nothing of ours is deeper than 3.
const DEEPEST: usize = 64;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiJson<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for ApiJson<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, Self::Rejection> {
        let headers = request.headers().clone();
        let body = Bytes::from_request(request, state)
            .await
            .map_err(|rejection| ApiError::bad_request("INVALID_BODY", rejection.body_text()))?;
        read_json(&headers, &body).map(Self)
    }
}

/// Reads a body that says it is JSON.
pub(crate) fn read_json<T: DeserializeOwned>(headers: &HeaderMap, body: &[u8]) -> Result<T, ApiError> {
    if !is_json(headers) {
        let message = "the body must be JSON, with the header Content-Type: application/json";
        return Err(ApiError::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "UNSUPPORTED_MEDIA_TYPE", message));
    }
    check_depth(body)?;
    serde_json::from_slice(body).map_err(|error| {
        let message = format!("the body is not as it has to be: {error}");
        ApiError::bad_request("INVALID_JSON", message)
    })
}

/// The query of a request.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiQuery<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for ApiQuery<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Self::Rejection> {
        Query::try_from_uri(&parts.uri)
            .map(|Query(query)| Self(query))
            .map_err(|rejection| ApiError::bad_request("INVALID_QUERY", rejection.body_text()))
    }
}

/// The named parts of a path.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ApiPath<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for ApiPath<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        Path::from_request_parts(parts, state)
            .await
            .map(|Path(path)| Self(path))
            .map_err(|rejection| ApiError::bad_request("INVALID_PATH", rejection.body_text()))
    }
}

fn is_json(headers: &HeaderMap) -> bool {
    let content_type =
        headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let media_type = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    media_type == "application/json"
        || (media_type.starts_with("application/") && media_type.ends_with("+json"))
}

/// Refuses deeply nested JSON. The parser has a limit of its own, but not for parts that it skips or keeps raw.
fn check_depth(json: &[u8]) -> Result<(), ApiError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(ApiError::bad_request(
                "INVALID_JSON",
                format!("the body is nested deeper than {DEEPEST}"),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_real_nesting_counts() {
        assert!(check_depth("[]".repeat(1_000).as_bytes()).is_ok());
        assert!(check_depth(format!(r#"{{"a":"{}\"["}}"#, "[".repeat(1_000)).as_bytes()).is_ok());
        assert!(check_depth("[".repeat(DEEPEST).as_bytes()).is_ok());
        assert!(check_depth("[".repeat(DEEPEST + 1).as_bytes()).is_err());
        assert!(check_depth(br#"{"a":"#.repeat(1_000).as_slice()).is_err());
    }

    #[test]
    fn json_comes_with_parameters_and_suffixes() {
        let json = |value: &'static str| {
            is_json(&HeaderMap::from_iter([(header::CONTENT_TYPE, http::HeaderValue::from_static(value))]))
        };
        assert!(
            json("application/json")
                && json("Application/JSON; charset=utf-8")
                && json("application/ld+json")
        );
        assert!(!json("text/plain") && !json("application/x-www-form-urlencoded") && !json("json"));
        assert!(!is_json(&HeaderMap::new()));
    }
}
