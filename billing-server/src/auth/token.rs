use std::{collections::HashSet, fmt, time::Duration};

use billing_core::{AccountId, Sighting};
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, errors::ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{config::Tokens, error::ApiError};

/// How much the clocks of two machines may differ.
const LEEWAY: Duration = Duration::from_secs(10);
/// A token of ours has a few hundred bytes.
const LONGEST_BYTES: usize = 8 * 1024;

/// Verifies HS256 tokens.
pub struct TokenVerifier {
    key: DecodingKey,
    rules: Validation,
}

/// Who a token is for, what it says of him, and how long it holds.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Identity {
    /// His account.
    pub account: AccountId,
    /// Address and name, where the token has an address that mail can go to.
    pub sighting: Option<Sighting>,
    /// The first instant at which it does not hold any more.
    pub expires_at: DateTime<Utc>,
}

/// What is read of a token. Claims that only inform may be of any form: a token is not refused for them.
#[derive(Deserialize)]
struct Claims {
    sub: Option<String>,
    #[serde(rename = "userId")]
    user_id: Option<String>,
    /// Seconds since 1970, which may have decimals (RFC 7519, 2).
    exp: Option<serde_json::Number>,
    #[serde(default)]
    iat: Value,
    #[serde(default)]
    email: Value,
    #[serde(default)]
    email_verified: Value,
    #[serde(default)]
    name: Value,
}

impl Claims {
    fn expires_at(&self) -> DateTime<Utc> {
        let text = self.exp.as_ref().map(serde_json::Number::to_string).unwrap_or_default();
        let seconds = text.split('.').next().and_then(|seconds| seconds.parse().ok());
        // It was compared with the time already: what can't be told is far ahead.
        seconds.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or(DateTime::<Utc>::MAX_UTC)
    }

    /// An address that its issuer has not seen proven (`OpenID` Connect Core, 5.1) may be anybody's.
    fn sighting(&self, account: &AccountId, now: DateTime<Utc>) -> Option<Sighting> {
        let is_unproven = matches!(&self.email_verified, Value::Bool(false))
            || self.email_verified.as_str().is_some_and(|word| word.eq_ignore_ascii_case("false"));
        let email = self.email.as_str().filter(|_| !is_unproven)?;
        let issued_at = self.iat.as_i64().and_then(|seconds| DateTime::from_timestamp(seconds, 0));
        // One from the future would outlast all that follow.
        let as_of = issued_at.unwrap_or(now).min(now);
        Sighting::new(account.clone(), email, self.name.as_str(), as_of)
    }
}

impl TokenVerifier {
    /// Believes what is signed with the configured secret.
    pub fn new(config: &Tokens) -> Self {
        let mut rules = Validation::new(Algorithm::HS256);
        rules.leeway = LEEWAY.as_secs();
        rules.validate_nbf = true;
        rules.validate_aud = config.audience.is_some();
        rules.aud = config.audience.clone().map(|audience| HashSet::from([audience]));
        rules.iss = config.issuer.clone().map(|issuer| HashSet::from([issuer]));
        // Without these, a token that lacks a claim would pass where the claim is configured.
        let configured = [("aud", config.audience.is_some()), ("iss", config.issuer.is_some())];
        rules
            .required_spec_claims
            .extend(configured.into_iter().filter(|(_, is_set)| *is_set).map(|(claim, _)| claim.to_owned()));
        Self { key: DecodingKey::from_secret(config.secret.expose().as_bytes()), rules }
    }

    /// Who a token is for: its `sub`, else its `userId`.
    ///
    /// # Errors
    /// [`TokenError`].
    pub fn verify(&self, token: &str) -> Result<Identity, TokenError> {
        if token.len() > LONGEST_BYTES {
            return Err(TokenError::Malformed);
        }
        let claims = jsonwebtoken::decode::<Claims>(token, &self.key, &self.rules)?.claims;
        let subject = claims.sub.as_ref().or(claims.user_id.as_ref()).ok_or(TokenError::NoSubject)?;
        let account = AccountId::new(subject).map_err(|_| TokenError::NoSubject)?;
        let sighting = claims.sighting(&account, Utc::now());
        Ok(Identity { account, sighting, expires_at: claims.expires_at() })
    }
}

impl fmt::Debug for TokenVerifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TokenVerifier").finish_non_exhaustive()
    }
}

/// Why a token is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TokenError {
    /// Its time is over.
    #[error("the token has expired; please sign in again")]
    Expired,
    /// Its time has not begun.
    #[error("the token is not valid yet")]
    NotYetValid,
    /// It is signed with another key.
    #[error("the signature of the token is wrong")]
    WrongSignature,
    /// It is not signed with HS256, or not at all.
    #[error("the token is not signed with HS256")]
    WrongAlgorithm,
    /// It was issued by, or meant for, somebody else.
    #[error("the token is not meant for this service")]
    NotForUs,
    /// It never expires.
    #[error("the token has no time of expiry")]
    NoExpiry,
    /// It names no account.
    #[error("the token names no account: it needs a sub or userId of 1 to 128 bytes")]
    NoSubject,
    /// It is no token.
    #[error("the token can't be read")]
    Malformed,
}

impl From<jsonwebtoken::errors::Error> for TokenError {
    fn from(error: jsonwebtoken::errors::Error) -> Self {
        match error.kind() {
            ErrorKind::ExpiredSignature => Self::Expired,
            ErrorKind::ImmatureSignature => Self::NotYetValid,
            ErrorKind::InvalidSignature => Self::WrongSignature,
            ErrorKind::InvalidAlgorithm => Self::WrongAlgorithm,
            ErrorKind::MissingRequiredClaim(claim) if claim == "exp" => Self::NoExpiry,
            ErrorKind::InvalidIssuer | ErrorKind::InvalidAudience | ErrorKind::MissingRequiredClaim(_) => {
                Self::NotForUs
            }
            _ => Self::Malformed,
        }
    }
}

impl From<TokenError> for ApiError {
    fn from(error: TokenError) -> Self {
        let code = if error == TokenError::Expired { "TOKEN_EXPIRED" } else { "INVALID_TOKEN" };
        Self::unauthorized(code, error.to_string())
    }
}

/// Somebody to sign a token for.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// His account.
    pub account: &'a str,
    /// His address.
    pub email: &'a str,
    /// His name.
    pub name: &'a str,
}

/// Signs a token for `subject` that holds for `life`; the sandbox signs its demo users in with it.
///
/// # Errors
/// When signing fails.
pub fn sign(config: &Tokens, subject: Subject<'_>, life: Duration) -> Result<String, billing_core::BoxError> {
    #[derive(Serialize)]
    struct Signed<'a> {
        sub: &'a str,
        email: &'a str,
        name: &'a str,
        iat: u64,
        exp: u64,
        #[serde(skip_serializing_if = "Option::is_none")]
        iss: Option<&'a str>,
        #[serde(skip_serializing_if = "Option::is_none")]
        aud: Option<&'a str>,
    }
    let iat = jsonwebtoken::get_current_timestamp();
    let claims = Signed {
        sub: subject.account,
        email: subject.email,
        name: subject.name,
        iat,
        exp: iat.saturating_add(life.as_secs()),
        iss: config.issuer.as_deref(),
        aud: config.audience.as_deref(),
    };
    let key = EncodingKey::from_secret(config.secret.expose().as_bytes());
    Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &key)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Secret;

    const HOUR: Duration = Duration::from_hours(1);

    fn config() -> Tokens {
        Tokens { secret: Secret::new("k".repeat(32)), issuer: None, audience: None }
    }

    fn for_us(config: Tokens) -> Tokens {
        Tokens { issuer: Some("tools".to_owned()), audience: Some("billing".to_owned()), ..config }
    }

    fn identify(config: &Tokens, claims: &serde_json::Value) -> Result<Identity, TokenError> {
        let key = EncodingKey::from_secret(config.secret.expose().as_bytes());
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), claims, &key).unwrap();
        TokenVerifier::new(config).verify(&token)
    }

    fn verify(config: &Tokens, claims: &serde_json::Value) -> Result<String, TokenError> {
        identify(config, claims).map(|identity| identity.account.into())
    }

    #[test]
    fn the_subject_is_sub_or_else_user_id() {
        let exp = jsonwebtoken::get_current_timestamp() + 60;
        let verify = |claims| verify(&config(), &claims);
        assert_eq!(verify(serde_json::json!({"sub": "a", "userId": "b", "exp": exp})), Ok("a".to_owned()));
        assert_eq!(verify(serde_json::json!({"userId": "b", "exp": exp})), Ok("b".to_owned()));
        assert_eq!(verify(serde_json::json!({"exp": exp})), Err(TokenError::NoSubject));
        for bad in ["", "@revenue", "a\u{7}b"] {
            assert_eq!(
                verify(serde_json::json!({"sub": bad, "exp": exp})),
                Err(TokenError::NoSubject),
                "{bad:?}"
            );
        }
    }

    #[test]
    fn an_address_counts_as_of_its_token_unless_it_is_unproven() {
        let now = jsonwebtoken::get_current_timestamp();
        let sighting = |extra: Value| {
            let mut claims = serde_json::json!({"sub": "a", "exp": now + 60, "iat": now - 5});
            claims.as_object_mut().unwrap().extend(extra.as_object().unwrap().clone());
            identify(&config(), &claims).unwrap().sighting
        };
        let olena = sighting(serde_json::json!({"email": "olena@example.com", "name": "Олена"})).unwrap();
        let issued_at = i64::try_from(now).unwrap() - 5;
        assert_eq!((olena.email.as_str(), olena.name.as_deref()), ("olena@example.com", Some("Олена")));
        assert_eq!(olena.as_of.timestamp(), issued_at);
        let unknown = [
            serde_json::json!({}),
            serde_json::json!({"email": 7}),
            serde_json::json!({"email": "nobody"}),
            serde_json::json!({"email": "olena@example.com", "email_verified": false}),
            serde_json::json!({"email": "olena@example.com", "email_verified": "false"}),
        ];
        for claims in unknown {
            assert_eq!(sighting(claims.clone()), None, "{claims}");
        }
        let from_the_future = serde_json::json!({"email": "olena@example.com", "iat": now + 1_000_000});
        assert!(sighting(from_the_future).unwrap().as_of <= Utc::now());
    }

    #[test]
    fn a_token_must_expire_and_must_not_have() {
        assert_eq!(verify(&config(), &serde_json::json!({"sub": "a"})), Err(TokenError::NoExpiry));
        let past = jsonwebtoken::get_current_timestamp() - 60;
        assert_eq!(
            verify(&config(), &serde_json::json!({"sub": "a", "exp": past})),
            Err(TokenError::Expired)
        );
    }

    #[test]
    fn it_is_told_when_a_token_expires() {
        let expires_at = |exp: serde_json::Value| {
            identify(&config(), &serde_json::json!({"sub": "a", "exp": exp})).unwrap().expires_at
        };
        let exp = jsonwebtoken::get_current_timestamp() + 60;
        let at = DateTime::from_timestamp(i64::try_from(exp).unwrap(), 0).unwrap();
        assert_eq!(expires_at(exp.into()), at);
        let with_decimals: serde_json::Value = serde_json::from_str(&format!("{exp}.75")).unwrap();
        assert_eq!(expires_at(with_decimals), at);
        assert_eq!(expires_at(u64::MAX.into()), DateTime::<Utc>::MAX_UTC);
    }

    #[test]
    fn issuer_and_audience_are_demanded_where_configured() {
        let ours = for_us(config());
        let subject = Subject { account: "a", email: "a@example.com", name: "A" };
        let token = sign(&ours, subject, HOUR).unwrap();
        assert!(TokenVerifier::new(&ours).verify(&token).is_ok());
        let without = sign(&config(), subject, HOUR).unwrap();
        assert_eq!(TokenVerifier::new(&ours).verify(&without), Err(TokenError::NotForUs));
        // Where nothing is configured, whatever a token says of them is fine.
        assert!(TokenVerifier::new(&config()).verify(&token).is_ok());
    }

    #[test]
    fn other_keys_algorithms_and_no_signature_are_refused() {
        let verifier = TokenVerifier::new(&config());
        let claims = serde_json::json!({"sub": "a", "exp": jsonwebtoken::get_current_timestamp() + 60});
        let signed = |algorithm, key: &[u8]| {
            jsonwebtoken::encode(&Header::new(algorithm), &claims, &EncodingKey::from_secret(key)).unwrap()
        };
        let ours = config().secret.expose().as_bytes().to_vec();
        assert_eq!(verifier.verify(&signed(Algorithm::HS256, b"other")), Err(TokenError::WrongSignature));
        assert_eq!(verifier.verify(&signed(Algorithm::HS512, &ours)), Err(TokenError::WrongAlgorithm));
        let token = signed(Algorithm::HS256, &ours);
        let (_, rest) = token.split_once('.').unwrap();
        // {"alg":"none"}
        let unsigned = format!("eyJhbGciOiJub25lIn0.{}.", rest.split_once('.').unwrap().0);
        assert_eq!(verifier.verify(&unsigned), Err(TokenError::Malformed));
        assert_eq!(verifier.verify("x"), Err(TokenError::Malformed));
        assert_eq!(verifier.verify(&"a".repeat(9_000)), Err(TokenError::Malformed));
    }
}
