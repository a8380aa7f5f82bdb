//! The keys of services, as far as they were seen lately, and how often each is used.
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use billing_core::{ApiKey, ApiKeyId, ApiKeyStore, Clock, KeyHash, StoreError};
use chrono::{DateTime, Utc};
use http::HeaderMap;
use tokio::{
    sync::{AcquireError, Semaphore, watch},
    time::Instant,
};

use super::api_key::{KeySecret, ServiceKey, invalid_key, presented};
use crate::{DatabaseState, error::ApiError};

/// How long a key may still be taken after it was revoked.
pub(crate) const KEY_LIFE_AFTER_END: Duration = Duration::from_secs(10);
/// So many keys are remembered at most; the others are looked up each time.
const MOST: usize = 1_000;

/// Keys looked up at once.
const LOOK_UPS: usize = 2;

/// Knows keys by their secrets.
#[derive(Debug)]
pub(crate) struct KeyRing {
    store: Arc<dyn ApiKeyStore>,
    clock: Arc<dyn Clock>,
    known: Mutex<HashMap<KeyHash, Known>>,
    uses: Arc<Mutex<HashMap<ApiKeyId, Uses>>>,
    storing: Arc<tokio::sync::Mutex<()>>,
    /// Anybody may bring keys that nobody knows: few are looked up at once.
    look_ups: Semaphore,
    database: watch::Receiver<DatabaseState>,
}

#[derive(Clone, Debug)]
struct Known {
    key: ServiceKey,
    since: Instant,
}

/// Calls that are not stored yet.
#[derive(Clone, Copy, Debug)]
struct Uses {
    calls: u64,
    last_at: DateTime<Utc>,
}

impl KeyRing {
    pub(crate) fn new(
        store: Arc<dyn ApiKeyStore>,
        clock: Arc<dyn Clock>,
        database: watch::Receiver<DatabaseState>,
    ) -> Self {
        Self {
            store,
            clock,
            known: Mutex::default(),
            uses: Arc::default(),
            storing: Arc::default(),
            look_ups: Semaphore::new(LOOK_UPS),
            database,
        }
    }

    /// The service that a request comes from; `None` when it brings no key.
    ///
    /// # Errors
    /// 401 `INVALID_API_KEY` when the key is not good; 503 when it is not known and the database is away.
    pub(crate) async fn service(&self, headers: &HeaderMap) -> Result<Option<ServiceKey>, ApiError> {
        let Some(secret) = presented(headers)? else { return Ok(None) };
        let key = self.find(&secret).await?.ok_or_else(invalid_key)?;
        self.count(key.id);
        Ok(Some(key))
    }

    /// Only keys that are good are remembered: nobody can fill the memory with others.
    async fn find(&self, secret: &KeySecret) -> Result<Option<ServiceKey>, StoreError> {
        let hash = secret.hash();
        // While the database is away nobody can revoke a key, nor look one up.
        let is_away = *self.database.borrow() != DatabaseState::Ready;
        if let Some(known) = lock(&self.known).get(&hash).filter(|known| is_away || known.is_fresh()) {
            return Ok(Some(known.key.clone()));
        }
        if is_away {
            return Err(StoreError::Unavailable("the database is away".into()));
        }
        let closed = |error: AcquireError| StoreError::Backend(error.into());
        let _turn = self.look_ups.acquire().await.map_err(closed)?;
        // From before the question: what it tells may be as old as that.
        let since = Instant::now();
        let Some(key) = self.store.api_key(&hash).await?.filter(ApiKey::is_active) else {
            lock(&self.known).remove(&hash);
            return Ok(None);
        };
        let key = ServiceKey::from(key);
        self.remember(hash, Known { key: key.clone(), since });
        Ok(Some(key))
    }

    fn remember(&self, hash: KeyHash, new: Known) {
        let mut known = lock(&self.known);
        if known.len() >= MOST {
            known.retain(|_, known| known.is_fresh());
        }
        if known.len() < MOST {
            known.insert(hash, new);
        }
    }

    fn count(&self, id: ApiKeyId) {
        let last_at = self.clock.now();
        let mut uses = lock(&self.uses);
        let uses = uses.entry(id).or_insert(Uses { calls: 0, last_at });
        uses.calls = uses.calls.saturating_add(1);
        uses.last_at = uses.last_at.max(last_at);
    }

    /// Stores the calls that were counted. What could not be stored is kept for the next time.
    ///
    /// # Errors
    /// [`StoreError`].
    ///
    /// # Cancel safety
    /// Dropping the future ends the waiting only: a count that is just being stored would be stored again otherwise.
    pub(crate) async fn store_uses(&self) -> Result<(), StoreError> {
        let (store, uses) = (Arc::clone(&self.store), Arc::clone(&self.uses));
        let storing = Arc::clone(&self.storing);
        let stored = tokio::spawn(async move {
            let _turn = storing.lock().await;
            let counted: Vec<_> = lock(&uses).iter().map(|(id, uses)| (*id, *uses)).collect();
            for (id, Uses { calls, last_at }) in counted {
                store.count_api_key_calls(id, calls, last_at).await?;
                forget(&uses, id, calls);
            }
            Ok(())
        });
        stored.await.unwrap_or_else(|error| Err(StoreError::Backend(error.into())))
    }
}

/// Takes stored calls off the count; others may have come meanwhile.
fn forget(uses: &Mutex<HashMap<ApiKeyId, Uses>>, id: ApiKeyId, calls: u64) {
    let mut all = lock(uses);
    if let Some(uses) = all.get_mut(&id) {
        uses.calls = uses.calls.saturating_sub(calls);
        if uses.calls == 0 {
            all.remove(&id);
        }
    }
}

impl Known {
    fn is_fresh(&self) -> bool {
        self.since.elapsed() < KEY_LIFE_AFTER_END
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use billing_core::{KeyName, KeyScope, MemoryApiKeys, SystemClock};
    use http::HeaderValue;
    use tokio::time::advance;

    use super::*;

    struct Subject {
        store: Arc<MemoryApiKeys>,
        ring: KeyRing,
        database: watch::Sender<DatabaseState>,
    }

    impl Subject {
        fn new() -> Self {
            let store = Arc::new(MemoryApiKeys::default());
            let database = watch::Sender::new(DatabaseState::Ready);
            let keys = Arc::clone(&store) as Arc<dyn ApiKeyStore>;
            let ring = KeyRing::new(keys, Arc::new(SystemClock), database.subscribe());
            Self { store, ring, database }
        }

        /// A new key, and the headers that bring it.
        async fn key(&self) -> (ApiKey, HeaderMap) {
            let secret = KeySecret::random().unwrap();
            let name = KeyName::new("search").unwrap();
            let now = SystemClock.now();
            let key = ApiKey::new(ApiKeyId::new(), name, KeyScope::ALL, secret.hash(), "olena", now);
            self.store.insert_api_key(&key).await.unwrap();
            let value = HeaderValue::from_str(secret.expose()).unwrap();
            (key, HeaderMap::from_iter([(http::HeaderName::from_static("x-api-key"), value)]))
        }

        async fn calls(&self, key: &ApiKey) -> u64 {
            self.store.api_key(&key.hash).await.unwrap().unwrap().calls
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_revoked_key_is_taken_for_ten_seconds_at_most() {
        let subject = Subject::new();
        let (key, headers) = subject.key().await;
        let service = subject.ring.service(&headers).await.unwrap().unwrap();
        assert_eq!((service.id, &service.scopes), (key.id, &key.scopes));
        subject.store.revoke_api_key(key.id, "olena", SystemClock.now()).await.unwrap();
        advance(KEY_LIFE_AFTER_END / 2).await;
        assert!(subject.ring.service(&headers).await.is_ok());
        advance(KEY_LIFE_AFTER_END / 2).await;
        assert_eq!(subject.ring.service(&headers).await.unwrap_err().status(), 401);
        assert!(lock(&subject.ring.known).is_empty());
    }

    #[tokio::test]
    async fn a_key_that_was_not_known_is_taken_as_soon_as_it_is() {
        let subject = Subject::new();
        let secret = KeySecret::random().unwrap();
        assert_eq!(subject.ring.find(&secret).await.unwrap(), None);
        let name = KeyName::new("search").unwrap();
        let key = ApiKey::new(ApiKeyId::new(), name, [], secret.hash(), "olena", SystemClock.now());
        subject.store.insert_api_key(&key).await.unwrap();
        assert_eq!(subject.ring.find(&secret).await.unwrap().unwrap().id, key.id);
    }

    #[tokio::test(start_paused = true)]
    async fn while_the_database_is_away_known_keys_are_taken_and_others_wait_for_nothing() {
        let subject = Subject::new();
        let ((_, known), (_, other)) = (subject.key().await, subject.key().await);
        subject.ring.service(&known).await.unwrap();
        subject.database.send_replace(DatabaseState::Away);
        advance(2 * KEY_LIFE_AFTER_END).await;
        assert!(subject.ring.service(&known).await.unwrap().is_some());
        assert_eq!(subject.ring.service(&other).await.unwrap_err().status(), 503);
        subject.database.send_replace(DatabaseState::Ready);
        assert!(subject.ring.service(&other).await.unwrap().is_some());
    }

    #[tokio::test]
    async fn calls_are_counted_once() {
        let subject = Subject::new();
        let (key, headers) = subject.key().await;
        for _ in 0..3 {
            subject.ring.service(&headers).await.unwrap();
        }
        assert_eq!(subject.calls(&key).await, 0);
        for _ in 0..2 {
            subject.ring.store_uses().await.unwrap();
            assert_eq!(subject.calls(&key).await, 3);
        }
        assert!(lock(&subject.ring.uses).is_empty());
        // A call that comes while the count is being stored is left for the next time.
        subject.ring.service(&headers).await.unwrap();
        subject.ring.service(&headers).await.unwrap();
        forget(&subject.ring.uses, key.id, 1);
        subject.ring.store_uses().await.unwrap();
        assert_eq!(subject.calls(&key).await, 4);
    }

    #[tokio::test(start_paused = true)]
    async fn its_memory_is_bounded() {
        let subject = Subject::new();
        let (_, headers) = subject.key().await;
        for index in 0..=MOST {
            let secret = KeySecret::random().unwrap();
            let name = KeyName::new(format!("key {index}")).unwrap();
            let key = ApiKey::new(ApiKeyId::new(), name, [], secret.hash(), "olena", SystemClock.now());
            let known = Known { key: key.into(), since: Instant::now() };
            subject.ring.remember(secret.hash(), known);
        }
        assert_eq!(lock(&subject.ring.known).len(), MOST);
        subject.ring.service(&headers).await.unwrap();
        advance(KEY_LIFE_AFTER_END).await;
        subject.ring.service(&headers).await.unwrap();
        assert_eq!(lock(&subject.ring.known).len(), 1);
    }
}
