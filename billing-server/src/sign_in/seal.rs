//! What a browser keeps for us and can't make itself: signed, for one purpose, until a time.
use std::{collections::HashSet, fmt};

use billing_core::BoxError;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::key::derived;
use crate::config::Secret;

/// A browser keeps 4096 bytes of a cookie.
const LONGEST_BYTES: usize = 4 * 1024;

/// Signs for one purpose. Its key is derived from the secret of tokens and from the purpose, which is written into what
/// is signed as well: neither a token nor what was sealed for another purpose opens.
pub(super) struct Seal {
    purpose: &'static str,
    sealing: EncodingKey,
    opening: DecodingKey,
    rules: Validation,
}

#[derive(Serialize, Deserialize)]
struct Sealed<T> {
    aud: String,
    exp: i64,
    #[serde(flatten)]
    content: T,
}

impl Seal {
    pub(super) fn new(secret: &Secret, purpose: &'static str) -> Self {
        let key = derived(secret.expose().as_bytes(), purpose);
        let mut rules = Validation::new(Algorithm::HS256);
        rules.required_spec_claims = HashSet::from(["aud".to_owned()]);
        rules.aud = Some(HashSet::from([purpose.to_owned()]));
        // By the clock that the caller goes by, and to the second: it was set here.
        rules.validate_exp = false;
        let (sealing, opening) = (EncodingKey::from_secret(&key), DecodingKey::from_secret(&key));
        Self { purpose, sealing, opening, rules }
    }

    /// Signs `content` until `expires_at`.
    pub(super) fn seal<T: Serialize>(
        &self,
        content: &T,
        expires_at: DateTime<Utc>,
    ) -> Result<String, BoxError> {
        let sealed = Sealed { aud: self.purpose.to_owned(), exp: expires_at.timestamp(), content };
        Ok(jsonwebtoken::encode(&Header::new(Algorithm::HS256), &sealed, &self.sealing)?)
    }

    /// What was sealed for this purpose and has not expired, and when it does.
    pub(super) fn open<T: DeserializeOwned>(
        &self,
        value: &str,
        now: DateTime<Utc>,
    ) -> Option<(T, DateTime<Utc>)> {
        if value.len() > LONGEST_BYTES {
            return None;
        }
        let sealed = jsonwebtoken::decode::<Sealed<T>>(value, &self.opening, &self.rules).ok()?.claims;
        let expires_at = DateTime::from_timestamp(sealed.exp, 0)?;
        (now < expires_at).then_some((sealed.content, expires_at))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Seal").field("purpose", &self.purpose).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Content {
        sub: String,
    }

    fn content() -> Content {
        Content { sub: "anna".to_owned() }
    }

    fn secret(letter: &str) -> Secret {
        Secret::new(letter.repeat(32))
    }

    #[test]
    fn it_opens_for_its_purpose_until_its_time_is_over() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let until = now + TimeDelta::seconds(60);
        let seal = Seal::new(&secret("a"), "one");
        let sealed = seal.seal(&content(), until).unwrap();
        assert_eq!(seal.open(&sealed, now), Some((content(), until)));
        assert!(seal.open::<Content>(&sealed, until - TimeDelta::microseconds(1)).is_some());
        assert!(seal.open::<Content>(&sealed, until).is_none());
        assert!(Seal::new(&secret("b"), "one").open::<Content>(&sealed, now).is_none());
        assert!(Seal::new(&secret("a"), "two").open::<Content>(&sealed, now).is_none());
        for bad in ["", "a.b.c", &sealed[1..], &format!("{sealed}a"), &"a".repeat(5_000)] {
            assert!(seal.open::<Content>(bad, now).is_none(), "{bad}");
        }
    }

    #[test]
    fn the_purpose_is_written_down_as_well() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let one = Seal::new(&secret("a"), "one");
        // As if two purposes had one key.
        let two = Seal { purpose: "two", ..Seal::new(&secret("a"), "one") };
        let sealed = two.seal(&content(), now + TimeDelta::seconds(60)).unwrap();
        assert!(one.open::<Content>(&sealed, now).is_none());
    }
}
