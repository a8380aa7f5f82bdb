use std::fmt;

use billing_core::{AccountId, BoxError, Sighting};
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::seal::Seal;
use crate::{auth::Identity, config::Secret};

const PURPOSE: &str = "billing-server: session of a browser";
const LONGEST_NAME_CHARS: usize = 100;

/// Who somebody is, as he has proven.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Person {
    #[serde(rename = "sub")]
    pub(crate) account: AccountId,
    pub(crate) email: Option<String>,
    pub(crate) name: Option<String>,
}

impl Person {
    /// An address that no mail could go to, and a name of nothing, are left out.
    pub(crate) fn new(account: AccountId, email: Option<&str>, name: Option<&str>) -> Self {
        let sighting = Sighting::new(account.clone(), email.unwrap_or_default(), None, DateTime::UNIX_EPOCH);
        let name = name.unwrap_or_default().chars().filter(|character| !character.is_control());
        let name = name.take(LONGEST_NAME_CHARS).collect::<String>().trim().to_owned();
        let name = Some(name).filter(|name| !name.is_empty());
        Self { account, email: sighting.map(|sighting| sighting.email), name }
    }
}

impl From<Identity> for Person {
    fn from(identity: Identity) -> Self {
        let (email, name) = identity.sighting.map(|sighting| (sighting.email, sighting.name)).unzip();
        Self { account: identity.account, email, name: name.flatten() }
    }
}

impl fmt::Debug for Person {
    /// Without address and name, which are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Person").field("account", &self.account).finish_non_exhaustive()
    }
}

/// A browser that somebody has signed in with, until a time. The browser keeps it; nothing of it is stored here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Session {
    pub(crate) person: Person,
    pub(crate) signed_in_at: DateTime<Utc>,
    pub(crate) expires_at: DateTime<Utc>,
}

impl Session {
    /// What it tells of its owner's address, as of when he signed in.
    pub(crate) fn sighting(&self) -> Option<Sighting> {
        let Person { account, email, name } = &self.person;
        Sighting::new(account.clone(), email.as_deref()?, name.as_deref(), self.signed_in_at)
    }
}

impl From<Session> for Identity {
    fn from(session: Session) -> Self {
        let (sighting, expires_at) = (session.sighting(), session.expires_at);
        Self { account: session.person.account, sighting, expires_at }
    }
}

/// Writes sessions down and reads them again.
#[derive(Debug)]
pub(super) struct Sessions {
    seal: Seal,
    life: TimeDelta,
}

#[derive(Serialize, Deserialize)]
struct Content {
    iat: i64,
    #[serde(flatten)]
    person: Person,
}

impl Sessions {
    pub(super) fn new(secret: &Secret, life: TimeDelta) -> Self {
        Self { seal: Seal::new(secret, PURPOSE), life }
    }

    /// A session from `now` on, which ends by `not_after` at the latest.
    pub(super) fn begin(
        &self,
        person: Person,
        now: DateTime<Utc>,
        not_after: Option<DateTime<Utc>>,
    ) -> Session {
        let expires_at = now.checked_add_signed(self.life).unwrap_or(now);
        let expires_at = not_after.map_or(expires_at, |not_after| expires_at.min(not_after));
        Session { person, signed_in_at: now, expires_at }
    }

    pub(super) fn write(&self, session: &Session) -> Result<String, BoxError> {
        let content = Content { iat: session.signed_in_at.timestamp(), person: session.person.clone() };
        self.seal.seal(&content, session.expires_at)
    }

    /// A session that was written here and has not ended.
    pub(super) fn read(&self, value: &str, now: DateTime<Utc>) -> Option<Session> {
        let (Content { iat, person }, expires_at) = self.seal.open(value, now)?;
        Some(Session { person, signed_in_at: DateTime::from_timestamp(iat, 0)?, expires_at })
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::{
        auth::{Subject, TokenError, TokenVerifier, sign},
        config::Tokens,
    };

    fn olena() -> Person {
        let account = AccountId::new("olena").unwrap();
        Person::new(account, Some("olena@example.com"), Some("Олена"))
    }

    fn sessions(secret: &Secret) -> Sessions {
        Sessions::new(secret, TimeDelta::hours(12))
    }

    #[test]
    fn a_session_is_read_again_until_it_ends() {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let sessions = sessions(&Secret::new("k".repeat(32)));
        let session = sessions.begin(olena(), now, None);
        let written = sessions.write(&session).unwrap();
        assert_eq!(sessions.read(&written, now + TimeDelta::hours(11)), Some(session));
        assert_eq!(sessions.read(&written, now + TimeDelta::hours(12)), None);
        // What it was begun with ends earlier.
        let early = now + TimeDelta::minutes(5);
        assert_eq!(sessions.begin(olena(), now, Some(early)).expires_at, early);
    }

    #[test]
    fn neither_a_session_nor_a_token_stands_in_for_the_other() {
        let secret = Secret::new("k".repeat(32));
        let tokens = Tokens { secret: secret.clone(), issuer: None, audience: None };
        let (sessions, now) = (sessions(&secret), Utc::now());
        let written = sessions.write(&sessions.begin(olena(), now, None)).unwrap();
        let refused = TokenVerifier::new(&tokens).verify(&written).unwrap_err();
        assert_eq!(refused, TokenError::WrongSignature);
        let subject = Subject { account: "olena", email: "olena@example.com", name: "Олена" };
        let token = sign(&tokens, subject, Duration::from_hours(1)).unwrap();
        assert_eq!(sessions.read(&token, now), None);
        // Nor does a token that says it is a session.
        let named = Tokens { audience: Some(PURPOSE.to_owned()), ..tokens };
        let token = sign(&named, subject, Duration::from_hours(1)).unwrap();
        assert_eq!(sessions.read(&token, now), None);
    }

    #[test]
    fn what_is_told_of_a_person_is_cut_to_what_can_be_used() {
        let account = AccountId::new("olena").unwrap();
        let person = Person::new(account.clone(), Some("nobody"), Some(" \n"));
        assert_eq!((person.email, person.name), (None, None));
        let person = Person::new(account, None, Some(&"я".repeat(1_000)));
        assert_eq!(person.name.unwrap().chars().count(), 100);
        assert!(!format!("{:?}", olena()).contains("example.com"));
    }

    #[test]
    fn the_longest_session_fits_into_a_cookie() {
        let long = "\u{10ffff}".repeat(1_000);
        let account = AccountId::new("\u{10ffff}".repeat(32)).unwrap();
        let email = format!("{}@{}", "a".repeat(200), "b".repeat(53));
        let sessions = sessions(&Secret::new("k".repeat(32)));
        let session = sessions.begin(Person::new(account, Some(&email), Some(&long)), Utc::now(), None);
        let written = sessions.write(&session).unwrap();
        assert!(written.len() < 3_000, "{}", written.len());
        assert!(sessions.read(&written, Utc::now()).is_some());
    }
}
