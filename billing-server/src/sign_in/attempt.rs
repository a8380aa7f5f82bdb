//! An attempt to sign in elsewhere, from the moment that a browser leaves until it is back.
//!
//! The browser keeps it, as it keeps a session, and what it keeps is no secret but one of its own: what the provider is
//! told, and what it must bring back, is derived from it with a key that the server alone has. So any replica knows what
//! to expect, and nothing has to be stored.
use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
    time::Duration,
};

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use billing_core::BoxError;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq as _;

use super::{LocalPath, SignInError, key::derived, seal::Seal};
use crate::config::Secret;

const PURPOSE: &str = "billing-server: attempt to sign in";
/// As long as somebody may take to sign in elsewhere.
pub(super) const LIFE: Duration = Duration::from_mins(10);
const ID_BYTES: usize = 32;
/// Beyond these, the ones to end first are forgotten: what was used is refused by the provider, too.
const MOST_USED: usize = 10_000;

/// An attempt, and what follows from it.
#[derive(Clone)]
pub(crate) struct Attempt {
    id: String,
    /// Where the browser goes then.
    pub(crate) return_to: LocalPath,
    expires_at: DateTime<Utc>,
    /// What has to come back with the browser.
    pub(super) state: String,
    /// What the provider has to write into the token.
    pub(super) nonce: String,
    /// What proves to the provider that who asks for the token has begun (RFC 7636).
    pub(super) verifier: String,
}

/// Begins attempts, and knows them again.
#[derive(Debug)]
pub(super) struct Attempts {
    seal: Seal,
    key: [u8; 32],
    used: Mutex<HashMap<String, DateTime<Utc>>>,
}

#[derive(Serialize, Deserialize)]
struct Content {
    jti: String,
    return_to: String,
}

impl Attempts {
    pub(super) fn new(secret: &Secret) -> Self {
        let key = derived(secret.expose().as_bytes(), "billing-server: what an attempt to sign in expects");
        Self { seal: Seal::new(secret, PURPOSE), key, used: Mutex::default() }
    }

    /// A new one, and how the browser keeps it.
    pub(super) fn begin(
        &self,
        return_to: LocalPath,
        now: DateTime<Utc>,
    ) -> Result<(Attempt, String), BoxError> {
        let mut id = [0; ID_BYTES];
        getrandom::fill(&mut id)?;
        let content = Content { jti: encoded(&id), return_to: return_to.to_string() };
        let expires_at = now + TimeDelta::from_std(LIFE)?;
        let sealed = self.seal.seal(&content, expires_at)?;
        Ok((self.attempt(content.jti, return_to, expires_at), sealed))
    }

    /// One that was begun here and is not over.
    pub(super) fn read(&self, sealed: &str, now: DateTime<Utc>) -> Option<Attempt> {
        let (Content { jti, return_to }, expires_at) = self.seal.open(sealed, now)?;
        Some(self.attempt(jti, LocalPath::wished(Some(&return_to)), expires_at))
    }

    fn attempt(&self, id: String, return_to: LocalPath, expires_at: DateTime<Utc>) -> Attempt {
        let expected = |what: &str| encoded(&derived(&self.key, &format!("{what} of {id}")));
        let (state, nonce, verifier) = (expected("state"), expected("nonce"), expected("verifier"));
        Attempt { id, return_to, expires_at, state, nonce, verifier }
    }

    /// Ends an attempt, which is possible once.
    pub(super) fn end(&self, attempt: &Attempt, now: DateTime<Utc>) -> Result<(), SignInError> {
        let mut used = self.used.lock().unwrap_or_else(PoisonError::into_inner);
        if used.contains_key(&attempt.id) {
            return Err(SignInError::Expired("it was used before"));
        }
        if used.len() >= MOST_USED {
            used.retain(|_, expires_at| now < *expires_at);
        }
        if used.len() >= MOST_USED {
            let first = used.iter().min_by_key(|(_, expires_at)| **expires_at).map(|(id, _)| id.clone());
            first.and_then(|id| used.remove(&id));
        }
        used.insert(attempt.id.clone(), attempt.expires_at);
        Ok(())
    }
}

impl Attempt {
    /// Whether a browser that is back brings what it was sent away with.
    pub(super) fn expects(&self, state: &str) -> bool {
        self.state.as_bytes().ct_eq(state.as_bytes()).into()
    }
}

impl fmt::Debug for Attempt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Attempt").field("return_to", &self.return_to).finish_non_exhaustive()
    }
}

fn encoded(bytes: &[u8]) -> String {
    BASE64_URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempts() -> Attempts {
        Attempts::new(&Secret::new("k".repeat(32)))
    }

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000, 0).unwrap()
    }

    #[test]
    fn any_replica_knows_what_an_attempt_expects() {
        let path = LocalPath::parse("/topup").unwrap();
        let (begun, sealed) = attempts().begin(path.clone(), now()).unwrap();
        let read = attempts().read(&sealed, now() + TimeDelta::minutes(9)).unwrap();
        assert_eq!((&read.state, &read.nonce, &read.verifier), (&begun.state, &begun.nonce, &begun.verifier));
        assert_eq!(read.return_to, path);
        assert!(read.expects(&begun.state));
        for other in ["", &begun.nonce, &begun.verifier, &begun.id, &begun.state[1..]] {
            assert!(!read.expects(other), "{other}");
        }
        // RFC 7636, 4.1.
        assert_eq!(begun.verifier.len(), 43);
        let three = [&begun.state, &begun.nonce, &begun.verifier];
        assert!(three.iter().all(|secret| !sealed.contains(secret.as_str())));
        assert!(attempts().read(&sealed, now() + TimeDelta::minutes(10)).is_none());
        assert!(Attempts::new(&Secret::new("l".repeat(32))).read(&sealed, now()).is_none());
        assert!(!format!("{begun:?}").contains(&begun.state));
    }

    #[test]
    fn an_attempt_ends_once() {
        let attempts = attempts();
        let begin = || attempts.begin(LocalPath::default(), now()).unwrap().0;
        let (first, second) = (begin(), begin());
        assert!(attempts.end(&first, now()).is_ok());
        assert_eq!(attempts.end(&first, now()).unwrap_err().as_str(), "expired");
        assert!(attempts.end(&second, now()).is_ok());
    }

    #[test]
    fn its_memory_is_bounded() {
        let attempts = attempts();
        let attempt = attempts.begin(LocalPath::default(), now()).unwrap().0;
        let of = |index: usize| Attempt { id: index.to_string(), ..attempt.clone() };
        let late = Attempt { expires_at: attempt.expires_at + TimeDelta::seconds(1), ..of(0) };
        attempts.end(&late, now()).unwrap();
        for index in 1..=MOST_USED {
            attempts.end(&of(index), now()).unwrap();
        }
        assert_eq!(attempts.used.lock().unwrap().len(), MOST_USED);
        assert!(attempts.end(&late, now()).is_err(), "the ones to end first are forgotten first");
        attempts.end(&of(MOST_USED + 1), late.expires_at).unwrap();
        assert_eq!(attempts.used.lock().unwrap().len(), 1);
    }
}
