use std::{
    hash::{DefaultHasher, Hash as _, Hasher as _},
    sync::Arc,
};

use chrono::TimeDelta;

use super::{
    Audience, ContactStore, Deliveries, DeliveryOutcome, Language, Notification, Notifier, OutboxEntry,
};
use crate::{Clock, StoreError, TimeZone};

/// How messages are delivered.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct DispatchSettings {
    /// Where operators are told; without it, what is for them is skipped.
    pub operator: Option<String>,
    /// The language of whoever has chosen none.
    pub language: Language,
    /// The zone of whose account no zone is known.
    pub time_zone: TimeZone,
    /// How long one attempt has a message to itself.
    pub lease: TimeDelta,
    /// The pause after the first attempt that failed; each further one is twice as long.
    pub first_pause: TimeDelta,
    /// The longest pause.
    pub longest_pause: TimeDelta,
    /// After how long a message is given up.
    pub give_up_after: TimeDelta,
}

impl Default for DispatchSettings {
    /// An attempt has five minutes; pauses from 15 seconds to 15 minutes; given up after three days.
    fn default() -> Self {
        Self {
            operator: None,
            language: Language::default(),
            time_zone: TimeZone::default(),
            lease: TimeDelta::minutes(5),
            first_pause: TimeDelta::seconds(15),
            longest_pause: TimeDelta::minutes(15),
            give_up_after: TimeDelta::days(3),
        }
    }
}

impl std::fmt::Debug for DispatchSettings {
    /// Without the operator's address, which is personal.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("DispatchSettings")
            .field("language", &self.language)
            .field("lease", &self.lease)
            .field("give_up_after", &self.give_up_after)
            .finish_non_exhaustive()
    }
}

/// Brings messages from the outbox to their readers. Any number of them may work on one outbox.
///
/// A message is told at least once: the process may end between the delivery and the note of it. The notification's key
/// is the same each time.
#[derive(Clone, Debug)]
pub struct Dispatcher {
    deliveries: Arc<dyn Deliveries>,
    contacts: Arc<dyn ContactStore>,
    notifier: Arc<dyn Notifier>,
    clock: Arc<dyn Clock>,
    settings: DispatchSettings,
}

/// What became of a message that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Dispatched {
    /// The message's key.
    pub key: String,
    /// The kind of its event.
    pub kind: &'static str,
    /// Which attempt it was.
    pub attempt: u32,
    /// How it ended.
    pub outcome: DeliveryOutcome,
    /// Whether that was noted; else the lease was over, and somebody else has the message.
    pub settled: bool,
}

impl Dispatcher {
    /// Delivers what is in `deliveries` through `notifier`.
    pub fn new(
        deliveries: Arc<dyn Deliveries>,
        contacts: Arc<dyn ContactStore>,
        notifier: Arc<dyn Notifier>,
        clock: Arc<dyn Clock>,
        settings: DispatchSettings,
    ) -> Self {
        Self { deliveries, contacts, notifier, clock, settings }
    }

    /// Takes one message that is due and delivers it; `None` when none is due.
    ///
    /// # Errors
    /// [`StoreError`]. A notification that was not delivered is no error: it is in the answer.
    ///
    /// # Cancel safety
    /// The message may be delivered or not; it is taken again when its lease ends.
    pub async fn deliver_next(&self) -> Result<Option<Dispatched>, StoreError> {
        let now = self.clock.now();
        let Some(entry) = self.deliveries.claim_message(now, now + self.settings.lease).await? else {
            return Ok(None);
        };
        let outcome = self.deliver(&entry).await?;
        let (key, attempt) = (entry.message.key, entry.attempts);
        let settled = self.deliveries.settle_message(&key, attempt, &outcome, self.clock.now()).await?;
        Ok(Some(Dispatched { key, kind: entry.message.event.kind(), attempt, outcome, settled }))
    }

    async fn deliver(&self, entry: &OutboxEntry) -> Result<DeliveryOutcome, StoreError> {
        let notification = match self.notification(entry).await? {
            Ok(notification) => notification,
            Err(reason) => return Ok(DeliveryOutcome::Skipped { reason: reason.to_owned() }),
        };
        let Err(error) = self.notifier.notify(&notification).await else {
            return Ok(DeliveryOutcome::Delivered);
        };
        let reason = chain(&error);
        let now = self.clock.now();
        let until = now + self.pause(entry);
        let too_late = until - entry.waiting_since > self.settings.give_up_after;
        Ok(if !error.is_retryable() || too_late {
            DeliveryOutcome::GivenUp { reason }
        } else {
            DeliveryOutcome::PutOff { until, reason }
        })
    }

    /// The message for its reader, or why there is none.
    async fn notification(
        &self,
        entry: &OutboxEntry,
    ) -> Result<Result<Notification, &'static str>, StoreError> {
        let message = &entry.message;
        let to = |recipient: String| {
            let mut notification =
                Notification::new(&message.key, recipient, message.event.clone(), message.created_at)
                    .with_language(self.settings.language)
                    .with_time_zone(self.settings.time_zone);
            notification.account.clone_from(&message.account);
            notification
        };
        let account = match (message.event.audience(), &message.account) {
            (Audience::Owner, Some(account)) => account,
            (Audience::Owner, None) => return Ok(Err("it names no account")),
            (Audience::Operator, _) => {
                return Ok(self.settings.operator.clone().map(to).ok_or("no operator's address is set"));
            }
        };
        let contact = self.contacts.contact(account).await?;
        if !contact.wants(&message.event) {
            return Ok(Err("the owner does not want it"));
        }
        let Some(email) = contact.email else { return Ok(Err("no address of the owner is known")) };
        let mut notification = to(email);
        notification.name = contact.name;
        notification.language = contact.language.unwrap_or(self.settings.language);
        notification.time_zone = contact.time_zone.unwrap_or(self.settings.time_zone);
        Ok(Ok(notification))
    }

    /// The pause after an attempt: twice the last one, less up to a half, so that messages that failed together don't
    /// come back together.
    fn pause(&self, entry: &OutboxEntry) -> TimeDelta {
        let doublings = entry.attempts.saturating_sub(1).min(20);
        let (first, longest) = (self.settings.first_pause, self.settings.longest_pause);
        let whole = first.checked_mul(1 << doublings).unwrap_or(longest).min(longest);
        let mut hasher = DefaultHasher::new();
        (&entry.message.key, entry.attempts).hash(&mut hasher);
        let half = whole.num_milliseconds() / 2;
        let less = i64::try_from(hasher.finish() >> 1).unwrap_or_default() % (half + 1);
        whole - TimeDelta::milliseconds(less)
    }
}

/// An error and its causes, in one line of bounded length.
fn chain(error: &dyn std::error::Error) -> String {
    const LONGEST_CHARS: usize = 500;
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        text.push_str(": ");
        text.push_str(&error.to_string());
        cause = error.source();
    }
    text.chars().filter(|character| !character.is_control()).take(LONGEST_CHARS).collect()
}
