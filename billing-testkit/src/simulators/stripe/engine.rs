//! What the parts of the simulator share: state, courier, faults.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::watch;

use super::error::ApiError;
use super::faults::Faults;
use super::idempotency::RunningKeys;
use super::snapshot::Snapshot;
use super::state::{Moment, State};
use super::webhook::Courier;

/// Tells the Unix time in seconds.
pub(super) type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// What the simulator was told when it was built.
pub(super) struct Settings {
    pub(super) secret_key: String,
    pub(super) webhook_secret: String,
    pub(super) retry_delays: Vec<Duration>,
    pub(super) clock: Clock,
}

// By hand: both secrets stay out of it.
impl fmt::Debug for Settings {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Settings").field("retry_delays", &self.retry_delays).finish_non_exhaustive()
    }
}

/// The simulator behind its doors.
pub(super) struct Engine {
    pub(super) settings: Settings,
    pub(super) courier: Courier,
    pub(super) faults: Faults,
    pub(super) running_keys: RunningKeys,
    pub(super) client: reqwest::Client,
    pub(super) stop: watch::Sender<bool>,
    pub(super) snapshot: Snapshot,
    pub(super) state: Mutex<State>,
}

// By hand: the state holds client secrets.
impl fmt::Debug for Engine {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("settings", &self.settings)
            .field("courier", &self.courier)
            .field("faults", &self.faults)
            .finish_non_exhaustive()
    }
}

impl Engine {
    pub(super) fn now(&self) -> i64 {
        (self.settings.clock)()
    }

    /// Now, outside any API call: what payers, banks and people at the console do.
    pub(super) fn moment(&self) -> Moment {
        Moment { now: self.now(), request: None, idempotency_key: None }
    }

    pub(super) fn read<T>(&self, look: impl FnOnce(&State) -> T) -> T {
        look(&self.state())
    }

    /// Changes the state, saves it and hands the new events to the courier. Answers with their ids.
    pub(super) fn change<T>(&self, act: impl FnOnce(&mut State) -> T) -> Result<(T, Vec<String>), ApiError> {
        let mut state = self.state();
        let outcome = act(&mut state);
        let events = std::mem::take(&mut state.fresh_events);
        // Under the lock, so that events are queued in the order in which they happened.
        for id in &events {
            if let Some(event) = state.events.get_mut(id) {
                event.is_pending = self.courier.dispatch(id, &event.kind);
            }
        }
        self.save(&state)?;
        Ok((outcome, events))
    }

    /// Changes the state and waits for the first attempts to tell the merchant.
    pub(super) async fn change_and_tell<T>(
        &self,
        act: impl FnOnce(&mut State, &Moment) -> Result<T, ApiError>,
    ) -> Result<T, ApiError> {
        let (outcome, events) = self.change(|state| act(state, &self.moment()))?;
        self.courier.first_attempts(&events).await;
        outcome
    }

    /// Delivers an event once more and waits for the attempt.
    pub(super) async fn redeliver(&self, event: &str) -> Result<(), ApiError> {
        self.read(|state| state.event(event).map(|_| ()))?;
        self.courier.redeliver(event);
        self.courier.first_attempts(&[event.to_owned()]).await;
        Ok(())
    }

    /// The type and the body of an event's webhook.
    pub(super) fn webhook_body(&self, event: &str) -> Option<(String, String)> {
        self.read(|state| {
            let event = state.events.get(event)?;
            Some((event.kind.clone(), serde_json::to_string_pretty(&event.to_json()).ok()?))
        })
    }

    /// Nothing more will be sent for this event.
    pub(super) fn delivery_ended(&self, event: &str) {
        let mut state = self.state();
        if let Some(event) = state.events.get_mut(event) {
            event.is_pending = false;
        }
        if let Err(error) = self.save(&state) {
            tracing::error!(error = %error, "the end of a delivery was not saved");
        }
    }

    /// Hands over events that were still to be delivered when the last run ended.
    pub(super) fn resume_deliveries(&self) {
        let state = self.state();
        for event in state.events.oldest_first().filter(|event| event.is_pending) {
            self.courier.redeliver(&event.id);
        }
    }

    fn save(&self, state: &State) -> Result<(), ApiError> {
        self.snapshot.save(state).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the state file was not written");
            ApiError::internal("the state file was not written")
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
