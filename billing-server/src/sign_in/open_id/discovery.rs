//! What the provider tells of itself, remembered: its addresses, and the keys that it signs with.
use std::{
    sync::{Mutex, PoisonError},
    time::Duration,
};

use openidconnect::{IssuerUrl, core::CoreProviderMetadata};
use tokio::time::Instant;

use super::{Http, failure};
use crate::{error::chain, sign_in::SignInError};

/// Providers change their keys now and then, and tell the next ones beforehand.
const REFRESH_AFTER: Duration = Duration::from_hours(1);
/// Anybody may bring a token with a key that nobody knows: the provider is not asked for each.
const ASK_AGAIN_AFTER: Duration = Duration::from_mins(1);
/// It is left alone for so long after it was of no help.
const RETRY_AFTER: Duration = Duration::from_secs(3);

/// What is known of the provider.
#[derive(Debug)]
pub(super) struct Discovery {
    issuer: IssuerUrl,
    known: Mutex<Known>,
    /// Whoever has it asks the provider; the others wait for what it learns.
    turn: tokio::sync::Mutex<()>,
}

#[derive(Clone, Debug, Default)]
struct Known {
    metadata: Option<CoreProviderMetadata>,
    told_at: Option<Instant>,
    failed_at: Option<Instant>,
}

impl Discovery {
    pub(super) fn new(issuer: IssuerUrl) -> Self {
        Self { issuer, known: Mutex::default(), turn: tokio::sync::Mutex::default() }
    }

    /// What the provider tells, as of an hour ago at most, unless it can't be asked.
    pub(super) async fn metadata(&self, http: &Http) -> Result<CoreProviderMetadata, SignInError> {
        self.no_older_than(REFRESH_AFTER, http).await
    }

    /// The same after a key was met that is not known.
    pub(super) async fn metadata_with_new_keys(
        &self,
        http: &Http,
    ) -> Result<CoreProviderMetadata, SignInError> {
        self.no_older_than(ASK_AGAIN_AFTER, http).await
    }

    async fn no_older_than(&self, age: Duration, http: &Http) -> Result<CoreProviderMetadata, SignInError> {
        if let Some(answer) = self.known().answer(age) {
            return answer;
        }
        let _turn = self.turn.lock().await;
        if let Some(answer) = self.known().answer(age) {
            return answer;
        }
        let client = |request| http.clone().send(request);
        let told = CoreProviderMetadata::discover_async(self.issuer.clone(), &client).await;
        let now = Some(Instant::now());
        match told.map_err(failure::of_discovery) {
            Ok(metadata) => {
                self.keep(Known { metadata: Some(metadata.clone()), told_at: now, failed_at: None });
                Ok(metadata)
            }
            Err(error) => {
                let known = Known { failed_at: now, ..self.known() };
                self.keep(known.clone());
                let Some(metadata) = known.metadata else { return Err(error) };
                tracing::warn!("what is known of the identity provider is old: {}", chain(&error));
                Ok(metadata)
            }
        }
    }

    fn known(&self) -> Known {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, known: Known) {
        *self.known.lock().unwrap_or_else(PoisonError::into_inner) = known;
    }
}

impl Known {
    /// What can be said without asking.
    fn answer(self, age: Duration) -> Option<Result<CoreProviderMetadata, SignInError>> {
        let within = |at: Option<Instant>, span| at.is_some_and(|at| at.elapsed() < span);
        let is_fresh = within(self.told_at, age);
        let failed_lately = within(self.failed_at, RETRY_AFTER);
        match self.metadata {
            Some(metadata) if is_fresh || failed_lately => Some(Ok(metadata)),
            None if failed_lately => {
                let reason = "the identity provider could not be reached a moment ago";
                Some(Err(SignInError::Unavailable(reason.into())))
            }
            _ => None,
        }
    }
}
