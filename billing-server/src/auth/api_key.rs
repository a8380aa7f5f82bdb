//! Which service is calling: the key that it brings.
use std::collections::BTreeSet;

use billing_core::{ApiKey, ApiKeyId, KeyHash, KeyName, KeyScope};
use http::{HeaderMap, HeaderName, StatusCode, header};
use sha2::{Digest as _, Sha256};

use super::bearer_token;
use crate::{config::Secret, error::ApiError};

const HEADER: HeaderName = HeaderName::from_static("x-api-key");
const PREFIX: &str = "bk_";
const SECRET_BYTES: usize = 32;

/// The whole secret of a key: `bk_` and 64 hexadecimal digits. No log, error or `Debug` shows it.
#[derive(Clone, Debug)]
pub(crate) struct KeySecret(Secret);

impl KeySecret {
    /// A fresh one, of the machine's randomness.
    ///
    /// # Errors
    /// When the machine has none.
    pub(crate) fn random() -> Result<Self, getrandom::Error> {
        let mut bytes = [0; SECRET_BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(Secret::new(format!("{PREFIX}{}", hex::encode(bytes)))))
    }

    /// What has the form of one.
    fn parse(text: &str) -> Option<Self> {
        let digits = text.strip_prefix(PREFIX)?;
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        let fits = digits.len() == 2 * SECRET_BYTES && digits.bytes().all(is_digit);
        fits.then(|| Self(Secret::new(text)))
    }

    /// What is stored of it. It has 256 random bits, so that one quick round is enough, and so that finding it by its
    /// hash tells nothing by the time it takes.
    pub(crate) fn hash(&self) -> KeyHash {
        KeyHash::new(Sha256::digest(self.expose()).into())
    }

    /// The secret, for the one place that shows it.
    pub(crate) fn expose(&self) -> &str {
        self.0.expose()
    }
}

/// A service that has proved who it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct ServiceKey {
    pub(crate) id: ApiKeyId,
    pub(crate) name: KeyName,
    pub(crate) scopes: BTreeSet<KeyScope>,
}

impl From<ApiKey> for ServiceKey {
    fn from(key: ApiKey) -> Self {
        Self { id: key.id, name: key.name, scopes: key.scopes }
    }
}

impl ServiceKey {
    /// Demands that the key may be used for something.
    ///
    /// # Errors
    /// 403 `MISSING_SCOPE`.
    pub(crate) fn demand(&self, scope: KeyScope) -> Result<(), ApiError> {
        if self.scopes.contains(&scope) {
            return Ok(());
        }
        let message = format!("this API key may not be used for this: it needs the scope {scope}");
        Err(ApiError::new(StatusCode::FORBIDDEN, "MISSING_SCOPE", message))
    }
}

/// The key that a request brings, if it brings one: in one `Authorization: Bearer bk_…`, in one `X-API-Key`, or the
/// same in both.
///
/// # Errors
/// 401 `INVALID_API_KEY` for what can't be one.
pub(super) fn presented(headers: &HeaderMap) -> Result<Option<KeySecret>, ApiError> {
    let is_key = |token: &&str| token.starts_with(PREFIX);
    let bearers: Vec<_> = headers.get_all(header::AUTHORIZATION).iter().collect();
    let bearer = bearers.iter().filter_map(|value| bearer_token(value)).find(is_key);
    let named: Vec<_> = headers.get_all(&HEADER).iter().collect();
    let key = match (bearer, &named[..]) {
        (None, []) => return Ok(None),
        (None, [key]) => key.to_str().ok(),
        (Some(key), []) if bearers.len() == 1 => Some(key),
        (Some(key), [same]) if bearers.len() == 1 && key.as_bytes() == same.as_bytes() => Some(key),
        _ => None,
    };
    key.and_then(KeySecret::parse).map(Some).ok_or_else(invalid_key)
}

/// Takes the key off a request that goes on to others: it is between its holder and us.
pub(super) fn strip(headers: &mut HeaderMap) {
    headers.remove(&HEADER);
    let carries_key = |value| bearer_token(value).is_some_and(|token| token.starts_with(PREFIX));
    if headers.get_all(header::AUTHORIZATION).iter().any(carries_key) {
        headers.remove(header::AUTHORIZATION);
    }
}

/// 401 for a key that is not known, or not any more. Which of these it is, is not told.
pub(super) fn invalid_key() -> ApiError {
    let message = "this API key is not known here, or was revoked; bring one key, in the header X-API-Key or as \
        Authorization: Bearer";
    ApiError::unauthorized("INVALID_API_KEY", message)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn key(digit: &str) -> String {
        format!("bk_{}", digit.repeat(64))
    }

    /// What is presented by these headers: a key, nothing, or what can't be one.
    fn read(lines: &[(&'static str, &str)]) -> Result<Option<String>, u16> {
        let mut headers = HeaderMap::new();
        for (name, value) in lines {
            headers.append(*name, HeaderValue::from_str(value).unwrap());
        }
        let secret = presented(&headers).map_err(|error| error.status().as_u16())?;
        Ok(secret.map(|secret| secret.expose().to_owned()))
    }

    #[test]
    fn a_key_comes_in_either_header_or_the_same_in_both() {
        let (key, other) = (key("a"), key("b"));
        let bearer = format!("Bearer {key}");
        assert_eq!(read(&[("x-api-key", &key)]), Ok(Some(key.clone())));
        assert_eq!(read(&[("authorization", &bearer)]), Ok(Some(key.clone())));
        assert_eq!(read(&[("authorization", &format!("bearer  {key}"))]), Ok(Some(key.clone())));
        assert_eq!(read(&[("authorization", &bearer), ("x-api-key", &key)]), Ok(Some(key.clone())));
        assert_eq!(read(&[("authorization", "Bearer eyJ.a.b"), ("x-api-key", &key)]), Ok(Some(key.clone())));
        for twofold in [
            [("authorization", bearer.as_str()), ("x-api-key", &other)],
            [("x-api-key", &key), ("x-api-key", &key)],
            [("authorization", &bearer), ("authorization", &bearer)],
            [("authorization", &bearer), ("authorization", "Bearer eyJ.a.b")],
        ] {
            assert_eq!(read(&twofold), Err(401), "{twofold:?}");
        }
    }

    #[test]
    fn a_token_is_no_key_and_other_texts_are_none_either() {
        assert_eq!(read(&[]), Ok(None));
        assert_eq!(read(&[("authorization", "Bearer eyJ.a.b")]), Ok(None));
        assert_eq!(read(&[("authorization", "Basic bk_")]), Ok(None));
        let upper = key("A");
        let long = key("a") + "a";
        for bad in ["", "bk_", "secret", &upper, &long, &key("g"), &key("a").replace("bk_", "sk_")] {
            assert_eq!(read(&[("x-api-key", bad)]), Err(401), "{bad}");
        }
        assert_eq!(read(&[("authorization", "Bearer bk_abc")]), Err(401));
    }

    #[test]
    fn a_fresh_secret_is_read_again_and_never_shown() {
        let secret = KeySecret::random().unwrap();
        assert_eq!(KeySecret::parse(secret.expose()).unwrap().hash(), secret.hash());
        assert_ne!(KeySecret::random().unwrap().hash(), secret.hash());
        assert!(!format!("{secret:?}").contains("bk_"));
        // SHA-256 of the whole text, as another program would compute it.
        let hash = hex::encode(KeySecret::parse(&key("0")).unwrap().hash().as_bytes());
        assert_eq!(hash, "bb512613d3abec8f2a3f1671cd776a7053ae72d7cd030e62349d1c6de1b31f65");
    }

    #[test]
    fn what_goes_on_to_others_carries_no_key() {
        let mut headers = HeaderMap::new();
        headers.insert("x-api-key", HeaderValue::from_static("bk_a"));
        headers.insert("authorization", HeaderValue::from_static("Bearer eyJ.a.b"));
        strip(&mut headers);
        assert_eq!(headers.len(), 1);
        headers.insert("authorization", HeaderValue::from_static("Bearer bk_a"));
        strip(&mut headers);
        assert!(headers.is_empty());
    }
}
