//! Idempotency keys: the first answer is kept and given again.

use std::collections::{HashMap, HashSet};
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::ApiError;

/// Stripe forgets keys after a day; a later call with the same key is a new one.
const KEPT_SECONDS: i64 = 24 * 60 * 60;

/// An answer kept under a key.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Remembered {
    fingerprint: String,
    status: u16,
    body: Value,
    at: i64,
}

impl Remembered {
    /// What to keep of this outcome: nothing when the call was refused before it began.
    pub(super) fn new(fingerprint: &str, outcome: &Result<Value, ApiError>, now: i64) -> Option<Self> {
        let (status, body) = match outcome {
            Ok(body) => (StatusCode::OK.as_u16(), body.clone()),
            Err(refusal) if refusal.is_final() => (refusal.status(), refusal.body()),
            Err(_) => return None,
        };
        Some(Self { fingerprint: fingerprint.to_owned(), status, body, at: now })
    }

    /// The answer kept under this key, if the call is the same as the first.
    pub(super) fn find(
        answers: &HashMap<String, Self>,
        key: &str,
        fingerprint: &str,
        now: i64,
    ) -> Result<Option<Self>, ApiError> {
        match answers.get(key) {
            Some(kept) if now - kept.at >= KEPT_SECONDS => Ok(None),
            Some(kept) if kept.fingerprint != fingerprint => Err(ApiError::key_reused()),
            kept => Ok(kept.cloned()),
        }
    }

    pub(super) fn answer(self) -> (StatusCode, Value) {
        (StatusCode::from_u16(self.status).unwrap_or(StatusCode::OK), self.body)
    }
}

/// The keys whose calls are being executed.
#[derive(Debug, Default)]
pub(super) struct RunningKeys(Mutex<HashSet<String>>);

impl RunningKeys {
    /// Takes the key until the claim is dropped.
    ///
    /// Claim first, look for a kept answer afterwards: the other way round, a call that ends in between would be
    /// executed twice.
    pub(super) fn claim(&self, key: &str) -> Result<Claim<'_>, ApiError> {
        if self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(key.to_owned()) {
            Ok(Claim { keys: self, key: key.to_owned() })
        } else {
            Err(ApiError::key_in_use())
        }
    }
}

/// A key in use.
#[derive(Debug)]
pub(super) struct Claim<'a> {
    keys: &'a RunningKeys,
    key: String,
}

impl Drop for Claim<'_> {
    fn drop(&mut self) {
        self.keys.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.key);
    }
}
