//! Calls that their client may repeat: an `Idempotency-Key` is the identity of the hold.
use billing_core::{AccountId, HoldId};
use http::HeaderMap;
use sha2::{Digest as _, Sha256};
use uuid::{Builder, Timestamp, Uuid};

use crate::Refusal;

const HEADER: &str = "idempotency-key";
const LONGEST_BYTES: usize = 255;

/// A client's key.
#[derive(Clone, Debug)]
pub(crate) struct IdempotencyKey(String);

impl IdempotencyKey {
    /// How often a call under one key is begun anew after it has failed.
    pub(crate) const MOST_ATTEMPTS: u32 = 16;

    /// The key of a request, if it has one.
    pub(crate) fn read(headers: &HeaderMap) -> Result<Option<Self>, Refusal> {
        let mut keys = headers.get_all(HEADER).iter();
        let Some(key) = keys.next() else { return Ok(None) };
        let visible = |key: &&str| {
            (1..=LONGEST_BYTES).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic())
        };
        match key.to_str().ok().filter(visible) {
            Some(key) if keys.next().is_none() => Ok(Some(Self(key.to_owned()))),
            _ => Err(Refusal::invalid_idempotency_key()),
        }
    }

    /// The hold of an attempt: the same for the same account, key and attempt, in every process and at any time. It
    /// carries the time of a key that is a UUID of version 7, else none.
    pub(crate) fn hold(&self, account: &AccountId, attempt: u32) -> HoldId {
        let made_at = Uuid::parse_str(&self.0).ok().filter(|key| key.get_version_num() == 7);
        let millis = made_at.and_then(|key| key.get_timestamp()).map_or(0, |stamp| millis(&stamp));
        let mut hash = Sha256::new_with_prefix(b"billing hold");
        for part in [account.as_str().as_bytes(), self.0.as_bytes(), &attempt.to_be_bytes()] {
            hash.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_be_bytes());
            hash.update(part);
        }
        let mut random = [0; 10];
        random.copy_from_slice(&hash.finalize()[..10]);
        Builder::from_unix_timestamp_millis(millis, &random).into_uuid().into()
    }
}

fn millis(stamp: &Timestamp) -> u64 {
    let (seconds, nanos) = stamp.to_unix();
    seconds.saturating_mul(1_000).saturating_add(u64::from(nanos / 1_000_000))
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    fn key(text: &str) -> IdempotencyKey {
        let headers = HeaderMap::from_iter([(
            http::HeaderName::from_static(HEADER),
            HeaderValue::from_str(text).unwrap(),
        )]);
        IdempotencyKey::read(&headers).unwrap().unwrap()
    }

    #[test]
    fn a_key_names_a_hold_of_one_account_and_attempt() {
        let (anna, bohdan) = (AccountId::new("anna").unwrap(), AccountId::new("bohdan").unwrap());
        let hold = key("a").hold(&anna, 0);
        assert_eq!(key("a").hold(&anna, 0), hold);
        let others = [key("b").hold(&anna, 0), key("a").hold(&bohdan, 0), key("a").hold(&anna, 1)];
        assert!(!others.contains(&hold));
        assert_eq!(hold.as_uuid().get_version_num(), 7);
        // It must never change: repeats come after an upgrade, too.
        assert_eq!(hold.to_string(), "00000000-0000-72d8-8b47-72a868e58e5d");
    }

    #[test]
    fn a_hold_carries_the_time_of_its_key() {
        let made = Uuid::now_v7();
        let hold = key(&made.to_string()).hold(&AccountId::new("anna").unwrap(), 0);
        assert_eq!(hold.as_uuid().as_bytes()[..6], made.as_bytes()[..6]);
        assert_ne!(hold.as_uuid(), made);
    }

    #[test]
    fn a_key_is_short_visible_and_alone() {
        let long = "x".repeat(256);
        for bad in ["", "a b", "ключ", &long] {
            let value = HeaderValue::from_bytes(bad.as_bytes()).unwrap();
            let headers = HeaderMap::from_iter([(http::HeaderName::from_static(HEADER), value)]);
            assert!(IdempotencyKey::read(&headers).is_err(), "{bad}");
        }
        let mut twice = HeaderMap::new();
        twice.append(HEADER, HeaderValue::from_static("a"));
        twice.append(HEADER, HeaderValue::from_static("a"));
        assert!(IdempotencyKey::read(&twice).is_err());
        assert!(IdempotencyKey::read(&HeaderMap::new()).unwrap().is_none());
    }
}
