//! What keeps a simulator going, whatever the provider: state, events, courier, faults.

use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::header::HeaderMap;
use tokio::sync::watch;

use super::clock::Clock;
use super::courier::{Courier, Letter, Sender};
use super::faults::Faults;
use super::refusal::Refusal;
use super::snapshot::Snapshot;
use super::state::{Event, State};
use super::table::Row;

/// One provider: what it remembers and how it speaks.
pub(crate) trait Provider: fmt::Debug + Send + Sync + Sized + 'static {
    type State: State;
    /// When a change happens, and whatever else it has to know of its circumstances.
    type Moment;
    type Error: Refusal;

    /// Now, outside any API call: what payers, banks and people at the console do.
    fn moment(&self, now: i64) -> Self::Moment;

    /// Where an event is told, given the address for those that name none of their own.
    fn destination(&self, event: &EventOf<Self>, fallback: Option<String>) -> Option<String>;

    /// The headers and the body that tell an event, signed now.
    fn message(&self, state: &Self::State, event: &EventOf<Self>, now: i64) -> Option<(HeaderMap, String)>;

    /// Whether an endpoint that answers so has taken the event.
    fn is_acknowledged(status: u16) -> bool;
}

/// What happens at a provider.
pub(crate) type EventOf<P> = <<P as Provider>::State as State>::Event;

/// The simulator behind its doors.
pub(crate) struct Engine<P: Provider> {
    pub(crate) provider: P,
    pub(crate) courier: Courier,
    pub(crate) faults: Faults,
    pub(crate) stop: watch::Sender<bool>,
    pub(super) clock: Clock,
    pub(super) webhook_url: Mutex<Option<String>>,
    pub(super) snapshot: Snapshot,
    pub(super) state: Mutex<P::State>,
}

// By hand: the state holds what only payers and merchants may know.
impl<P: Provider> fmt::Debug for Engine<P> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Engine")
            .field("provider", &self.provider)
            .field("courier", &self.courier)
            .field("faults", &self.faults)
            .field("webhook_url", &self.webhook_url)
            .finish_non_exhaustive()
    }
}

impl<P: Provider> Engine<P> {
    pub(crate) fn now(&self) -> i64 {
        (self.clock)()
    }

    pub(crate) fn moment(&self) -> P::Moment {
        self.provider.moment(self.now())
    }

    /// Where events go that name no address of their own.
    pub(crate) fn webhook_url(&self) -> Option<String> {
        self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub(crate) fn set_webhook_url(&self, url: Option<String>) {
        *self.webhook_url.lock().unwrap_or_else(PoisonError::into_inner) = url;
    }

    pub(crate) fn read<T>(&self, look: impl FnOnce(&P::State) -> T) -> T {
        look(&self.state())
    }

    /// Changes the state, saves it and hands the new events to the courier. Answers with their ids.
    pub(crate) fn change<T>(
        &self,
        act: impl FnOnce(&mut P::State) -> T,
    ) -> Result<(T, Vec<String>), P::Error> {
        let mut state = self.state();
        let outcome = act(&mut state);
        let events = state.take_fresh_events();
        // Under the lock, so that events are queued in the order in which they happened.
        for id in &events {
            if let Some(event) = state.events_mut().get_mut(id) {
                let is_told = self.provider.destination(event, self.webhook_url()).is_some();
                event.set_pending(is_told && self.courier.dispatch(event));
            }
        }
        self.save(&state)?;
        Ok((outcome, events))
    }

    /// Changes the state and waits for the first attempts to tell the merchant.
    pub(crate) async fn change_and_tell<T>(
        &self,
        act: impl FnOnce(&mut P::State, &P::Moment) -> Result<T, P::Error>,
    ) -> Result<T, P::Error> {
        let (outcome, events) = self.change(|state| act(state, &self.moment()))?;
        self.courier.first_attempts(&events).await;
        outcome
    }

    /// Delivers an event once more and waits for the attempt.
    pub(crate) async fn redeliver(&self, event: &str) -> Result<(), P::Error> {
        if self.read(|state| state.events().get(event).is_none()) {
            return Err(P::Error::no_event(event));
        }
        self.courier.redeliver(event);
        self.courier.first_attempts(&[event.to_owned()]).await;
        Ok(())
    }

    /// Hands over events that were still to be delivered when the last run ended.
    pub(crate) fn resume_deliveries(&self) {
        let state = self.state();
        for event in state.events().oldest_first().filter(|event| event.is_pending()) {
            self.courier.redeliver(event.id());
        }
    }

    fn save(&self, state: &P::State) -> Result<(), P::Error> {
        self.snapshot.save(state).map_err(|error| {
            tracing::error!(error = &error as &dyn std::error::Error, "the state file was not written");
            P::Error::internal("the state file was not written")
        })
    }

    fn state(&self) -> MutexGuard<'_, P::State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<P: Provider> Sender for Engine<P> {
    fn courier(&self) -> &Courier {
        &self.courier
    }

    fn letter(&self, event: &str) -> Option<Letter> {
        let fallback = self.webhook_url();
        let now = self.now();
        self.read(|state| {
            let event = state.events().get(event)?;
            let url = self.provider.destination(event, fallback)?;
            let (headers, body) = self.provider.message(state, event, now)?;
            Some(Letter {
                kind: event.kind().to_owned(),
                object: event.object_id().to_owned(),
                url,
                headers,
                body,
            })
        })
    }

    fn is_acknowledged(&self, status: u16) -> bool {
        P::is_acknowledged(status)
    }

    fn delivery_ended(&self, event: &str) {
        let mut state = self.state();
        if let Some(event) = state.events_mut().get_mut(event) {
            event.set_pending(false);
        }
        // Logged where it failed; nobody waits for this change.
        let _ = self.save(&state);
    }
}
