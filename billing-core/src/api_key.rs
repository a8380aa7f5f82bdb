//! Keys that services call with, and where they are kept.
use std::{collections::BTreeSet, fmt, str::FromStr, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{ApiKeyId, InvalidName, StoreError, UnknownWord};

/// A key as it is stored: its secret is known to its holder alone.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ApiKey {
    /// Its name for machines; no secret.
    pub id: ApiKeyId,
    /// Its name for people.
    pub name: KeyName,
    /// What it may be used for.
    pub scopes: BTreeSet<KeyScope>,
    /// The SHA-256 hash of the whole secret.
    pub hash: KeyHash,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// Which operator made it.
    pub created_by: String,
    /// Since when it is good for nothing any more.
    pub revoked_at: Option<DateTime<Utc>>,
    /// Which operator said so.
    pub revoked_by: Option<String>,
    /// When it was last used, as far as it was counted.
    pub last_used_at: Option<DateTime<Utc>>,
    /// How many calls were made with it, as far as they were counted.
    pub calls: u64,
}

impl ApiKey {
    /// A key that `actor` makes now.
    pub fn new(
        id: ApiKeyId,
        name: KeyName,
        scopes: impl IntoIterator<Item = KeyScope>,
        hash: KeyHash,
        actor: impl Into<String>,
        now: DateTime<Utc>,
    ) -> Self {
        Self {
            id,
            name,
            scopes: scopes.into_iter().collect(),
            hash,
            created_at: now,
            created_by: actor.into(),
            revoked_at: None,
            revoked_by: None,
            last_used_at: None,
            calls: 0,
        }
    }

    /// Whether `other` asks for the same key again.
    pub fn is_same_request(&self, other: &Self) -> bool {
        let content = |key: &Self| (key.id, key.hash);
        content(self) == content(other)
            && self.name == other.name
            && self.scopes == other.scopes
            && self.created_by == other.created_by
    }

    /// Whether it may still be used.
    pub fn is_active(&self) -> bool {
        self.revoked_at.is_none()
    }
}

/// What a key is called: 1 to 100 bytes, not blank, without control characters.
///
/// # Examples
/// ```
/// use billing_core::KeyName;
///
/// assert_eq!(KeyName::new("search service")?.as_str(), "search service");
/// assert!(KeyName::new(" ").is_err());
/// # Ok::<(), billing_core::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyName(String);

impl KeyName {
    const LONGEST_BYTES: usize = 100;

    /// Takes a name from outside.
    ///
    /// # Errors
    /// [`InvalidName`] when it is blank, longer than 100 bytes or has control characters.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        let invalid = |rule| Err(InvalidName::new("name of a key", rule));
        if name.trim().is_empty() || name.len() > Self::LONGEST_BYTES {
            return invalid("must have 1 to 100 bytes and not be blank");
        }
        if name.chars().any(char::is_control) {
            return invalid("must not have control characters");
        }
        Ok(Self(name))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for KeyName {
    type Err = InvalidName;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::new(name)
    }
}

/// What a key may be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum KeyScope {
    /// Holding and taking the money of any account, for services that bill through the API.
    Preflight,
    /// Making paid calls that nobody pays for.
    Exempt,
}

impl KeyScope {
    /// All of them.
    pub const ALL: [Self; 2] = [Self::Preflight, Self::Exempt];

    /// The word for storage and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Preflight => "preflight",
            Self::Exempt => "exempt",
        }
    }
}

impl fmt::Display for KeyScope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for KeyScope {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|scope| scope.as_str() == word)
            .ok_or_else(|| UnknownWord::new("scope of a key", word))
    }
}

/// The SHA-256 hash of a key's secret. `Debug` does not show it.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyHash([u8; 32]);

impl KeyHash {
    /// The 32 bytes of a hash.
    pub const fn new(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash as bytes.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for KeyHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyHash(..)")
    }
}

/// Keeps keys.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// `id` and `hash` are unique, each by itself. A key never changes but for its end and its count. The API key suite of
/// `billing-testkit` has to pass.
#[async_trait]
pub trait ApiKeyStore: fmt::Debug + Send + Sync + 'static {
    /// Stores a new key. A repeat with the same id and content answers the stored one.
    ///
    /// # Errors
    /// [`StoreError::ApiKeyTaken`] when the id or the hash belongs to another key.
    async fn insert_api_key(&self, key: &ApiKey) -> Result<ApiKey, StoreError>;

    /// The key whose secret has this hash, revoked or not.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn api_key(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StoreError>;

    /// Up to `limit` keys, the newest first, revoked ones among them.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn api_keys(&self, limit: u32) -> Result<Vec<ApiKey>, StoreError>;

    /// Ends a key for good and answers it. A repeat changes nothing: the first time and actor stand.
    ///
    /// # Errors
    /// [`StoreError::ApiKeyNotFound`].
    async fn revoke_api_key(
        &self,
        id: ApiKeyId,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ApiKey, StoreError>;

    /// Adds to the calls of a key and moves its last use on, never back. A key that is not there is passed over.
    ///
    /// This is a figure to look at: who asks again after an unknown outcome may count twice.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn count_api_key_calls(
        &self,
        id: ApiKeyId,
        calls: u64,
        last_used_at: DateTime<Utc>,
    ) -> Result<(), StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<S: ApiKeyStore + ?Sized> ApiKeyStore for Arc<S> {
    async fn insert_api_key(&self, key: &ApiKey) -> Result<ApiKey, StoreError> {
        (**self).insert_api_key(key).await
    }
    async fn api_key(&self, hash: &KeyHash) -> Result<Option<ApiKey>, StoreError> {
        (**self).api_key(hash).await
    }
    async fn api_keys(&self, limit: u32) -> Result<Vec<ApiKey>, StoreError> {
        (**self).api_keys(limit).await
    }
    async fn revoke_api_key(
        &self,
        id: ApiKeyId,
        actor: &str,
        now: DateTime<Utc>,
    ) -> Result<ApiKey, StoreError> {
        (**self).revoke_api_key(id, actor, now).await
    }
    async fn count_api_key_calls(
        &self,
        id: ApiKeyId,
        calls: u64,
        last_used_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        (**self).count_api_key_calls(id, calls, last_used_at).await
    }
}

const _: fn(&dyn ApiKeyStore) = |_| {};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_keys_are_bounded_and_printable() {
        for bad in ["", " ", "a\nb", "a\u{1b}[31m", &"x".repeat(101)] {
            assert!(KeyName::new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "пошук", &"x".repeat(100)] {
            assert!(KeyName::new(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_key_shows_nothing_of_its_secret() {
        let name = KeyName::new("search").unwrap();
        let hash = KeyHash::new([171; 32]);
        let key = ApiKey::new(ApiKeyId::new(), name, KeyScope::ALL, hash, "olena", DateTime::UNIX_EPOCH);
        let shown = format!("{key:?}");
        assert!(shown.contains("KeyHash(..)") && !shown.contains("171, 171"), "{shown}");
    }
}
