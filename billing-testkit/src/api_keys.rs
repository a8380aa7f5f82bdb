//! The rules of [`ApiKeyStore`], one function each.
use std::sync::Arc;

use billing_core::{ApiKey, ApiKeyId, ApiKeyStore, KeyHash, KeyName, KeyScope, StoreError};
use chrono::{DateTime, TimeDelta, Utc};

use crate::at_once;

/// Makes one test of each rule of an API key store. Takes an `async fn() -> Arc<dyn ApiKeyStore>` that opens an empty
/// one.
#[macro_export]
macro_rules! api_key_store_suite {
    ($open:path) => {
        $crate::api_key_store_suite!(@tests $open,
            a_key_is_found_by_the_hash_of_its_secret,
            a_repeated_key_is_stored_once,
            another_key_takes_neither_id_nor_secret,
            one_of_many_keys_with_a_secret_is_stored,
            keys_are_listed_from_the_newest_on,
            a_key_is_revoked_once_and_for_good,
            an_unknown_key_can_not_be_revoked,
            calls_add_up_and_the_last_use_only_moves_on,
            calls_counted_at_once_all_count,
        );
    };
    (@tests $open:path, $($rule:ident,)*) => {
        $(
            #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $rule() {
                $crate::api_keys::$rule($open().await).await;
            }
        )*
    };
}

fn now() -> DateTime<Utc> {
    DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap()
}

/// A key whose secret has a hash of this one byte.
fn key(byte: u8) -> ApiKey {
    let name = KeyName::new("пошук").unwrap();
    ApiKey::new(ApiKeyId::new(), name, [KeyScope::Preflight], KeyHash::new([byte; 32]), "olena", now())
}

/// It comes back as it was stored; other secrets find nothing.
pub async fn a_key_is_found_by_the_hash_of_its_secret(store: Arc<dyn ApiKeyStore>) {
    let mut both = key(1);
    both.scopes = KeyScope::ALL.into();
    let mut longest = key(2);
    longest.name = KeyName::new("x".repeat(100)).unwrap();
    for key in [&both, &longest] {
        assert_eq!(store.insert_api_key(key).await.unwrap(), *key);
        assert_eq!(store.api_key(&key.hash).await.unwrap().as_ref(), Some(key));
    }
    assert_eq!(store.api_key(&KeyHash::new([3; 32])).await.unwrap(), None);
}

/// A repeat answers the key as it stands.
pub async fn a_repeated_key_is_stored_once(store: Arc<dyn ApiKeyStore>) {
    let first = key(1);
    store.insert_api_key(&first).await.unwrap();
    let revoked = store.revoke_api_key(first.id, "borys", now()).await.unwrap();
    let mut repeat = first.clone();
    repeat.created_at += TimeDelta::hours(1);
    assert_eq!(store.insert_api_key(&repeat).await.unwrap(), revoked);
    assert_eq!(store.api_keys(10).await.unwrap(), [revoked]);
}

/// What a key is and may do never changes.
pub async fn another_key_takes_neither_id_nor_secret(store: Arc<dyn ApiKeyStore>) {
    let first = key(1);
    store.insert_api_key(&first).await.unwrap();
    let same_secret = key(1);
    let mut same_id = key(2);
    same_id.id = first.id;
    let mut more_scopes = first.clone();
    more_scopes.scopes = KeyScope::ALL.into();
    let mut renamed = first.clone();
    renamed.name = KeyName::new("other").unwrap();
    for other in [same_secret, same_id, more_scopes, renamed] {
        let refused = store.insert_api_key(&other).await.unwrap_err();
        assert!(matches!(refused, StoreError::ApiKeyTaken { id } if id == other.id), "{refused:?}");
    }
    assert_eq!(store.api_keys(10).await.unwrap(), [first]);
}

/// A secret is one key, however many ask at once.
pub async fn one_of_many_keys_with_a_secret_is_stored(store: Arc<dyn ApiKeyStore>) {
    let answers = at_once((0..20).map(|_| {
        let store = Arc::clone(&store);
        async move { store.insert_api_key(&key(1)).await }
    }))
    .await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    assert_eq!(store.api_keys(100).await.unwrap().len(), 1);
}

/// Ids of version 7 sort by age.
pub async fn keys_are_listed_from_the_newest_on(store: Arc<dyn ApiKeyStore>) {
    let mut keys: Vec<_> = (0..5).map(key).collect();
    keys.sort_by_key(|key| key.id);
    for key in &keys {
        store.insert_api_key(key).await.unwrap();
    }
    keys.reverse();
    assert_eq!(store.api_keys(10).await.unwrap(), keys);
    assert_eq!(store.api_keys(2).await.unwrap(), keys[..2]);
}

/// The first time and actor stand; no other key is touched.
pub async fn a_key_is_revoked_once_and_for_good(store: Arc<dyn ApiKeyStore>) {
    let (first, other) = (key(1), key(2));
    store.insert_api_key(&first).await.unwrap();
    store.insert_api_key(&other).await.unwrap();
    let revoked = store.revoke_api_key(first.id, "borys", now()).await.unwrap();
    assert_eq!((revoked.revoked_at, revoked.revoked_by.as_deref()), (Some(now()), Some("borys")));
    assert!(!revoked.is_active());
    let later = now() + TimeDelta::days(1);
    assert_eq!(store.revoke_api_key(first.id, "olena", later).await.unwrap(), revoked);
    assert_eq!(store.api_key(&first.hash).await.unwrap(), Some(revoked));
    assert_eq!(store.api_key(&other.hash).await.unwrap(), Some(other));
}

/// A mistyped id is told, not passed over.
pub async fn an_unknown_key_can_not_be_revoked(store: Arc<dyn ApiKeyStore>) {
    let unknown = ApiKeyId::new();
    let refused = store.revoke_api_key(unknown, "olena", now()).await.unwrap_err();
    assert!(matches!(refused, StoreError::ApiKeyNotFound { id } if id == unknown), "{refused:?}");
}

/// Several servers count, each for itself, and tell in any order.
pub async fn calls_add_up_and_the_last_use_only_moves_on(store: Arc<dyn ApiKeyStore>) {
    let key = key(1);
    store.insert_api_key(&key).await.unwrap();
    let earlier = now() - TimeDelta::microseconds(1);
    for (calls, at) in [(3, now()), (4, earlier), (0, earlier)] {
        store.count_api_key_calls(key.id, calls, at).await.unwrap();
    }
    store.count_api_key_calls(ApiKeyId::new(), 9, now()).await.unwrap();
    let counted = store.api_key(&key.hash).await.unwrap().unwrap();
    assert_eq!((counted.calls, counted.last_used_at), (7, Some(now())));
    // What is counted after its end counts, too.
    store.revoke_api_key(key.id, "olena", now()).await.unwrap();
    let later = now() + TimeDelta::seconds(1);
    store.count_api_key_calls(key.id, 1, later).await.unwrap();
    let counted = store.api_key(&key.hash).await.unwrap().unwrap();
    assert_eq!((counted.calls, counted.last_used_at), (8, Some(later)));
}

/// No count is written over another.
pub async fn calls_counted_at_once_all_count(store: Arc<dyn ApiKeyStore>) {
    let key = key(1);
    store.insert_api_key(&key).await.unwrap();
    at_once((0..20).map(|_| {
        let (store, id) = (Arc::clone(&store), key.id);
        async move { store.count_api_key_calls(id, 5, now()).await.unwrap() }
    }))
    .await;
    assert_eq!(store.api_key(&key.hash).await.unwrap().unwrap().calls, 100);
}
