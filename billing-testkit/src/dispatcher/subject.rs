use std::sync::Arc;

use billing_core::{
    AccountId, BillingEvent, Clock, ContactStore, Currency, DeliveryOutcome, DispatchSettings, Dispatched,
    Dispatcher, Language, ManualClock, MemoryContacts, Message, Money, OutboxEntry, PaymentId, Sighting,
};
use chrono::{DateTime, TimeDelta, Utc};

use crate::{notifier::FakeNotifier, outbox::WholeOutbox};

/// An outbox, the contact of one account, and a notifier that can be told to fail, on a clock that stands still.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The outbox.
    pub outbox: Arc<dyn WholeOutbox>,
    /// Who is told.
    pub contacts: Arc<MemoryContacts>,
    /// Who tells them.
    pub notifier: Arc<FakeNotifier>,
    /// The time.
    pub clock: ManualClock,
    /// The dispatcher's, with an operator.
    pub settings: DispatchSettings,
}

pub(super) const OPERATOR: &str = "billing@example.com";

pub(super) fn acme() -> AccountId {
    AccountId::new("acme").unwrap()
}

pub(super) fn receipt() -> BillingEvent {
    BillingEvent::PaymentSucceeded {
        payment: PaymentId::new(),
        credited: Money::from_micros(10_000_000, Currency::USD),
        paid: None,
        balance: Money::from_micros(12_345_678, Currency::USD),
    }
}

impl Subject {
    /// A dispatcher's surroundings about an outbox that is empty.
    pub fn new(outbox: Arc<dyn WholeOutbox>) -> Self {
        let start = DateTime::from_timestamp(1_790_000_000, 123_456_000).unwrap();
        let mut settings = DispatchSettings::default();
        settings.operator = Some(OPERATOR.to_owned());
        settings.language = Language::En;
        settings.time_zone = "America/New_York".parse().unwrap();
        let (contacts, notifier) = (Arc::default(), Arc::default());
        Self { outbox, contacts, notifier, clock: ManualClock::new(start), settings }
    }

    pub(super) fn dispatcher(&self) -> Dispatcher {
        Dispatcher::new(
            Arc::new(Arc::clone(&self.outbox)),
            Arc::<MemoryContacts>::clone(&self.contacts),
            Arc::<FakeNotifier>::clone(&self.notifier),
            Arc::new(self.clock.clone()),
            self.settings.clone(),
        )
    }

    pub(super) fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Olena, who owns the account, signs in.
    pub(super) async fn sight(&self) {
        let sighting = Sighting::new(acme(), "olena@example.com", Some("Олена Коваль"), self.now()).unwrap();
        self.contacts.sight(&sighting).await.unwrap();
    }

    /// Puts an event of the account into the outbox; its key.
    pub(super) async fn tell(&self, key: &str, event: BillingEvent) -> String {
        let message = Message::new(key, acme(), event, self.now());
        assert!(self.outbox.enqueue(&message).await.unwrap());
        message.key
    }

    /// The one message that is due is taken; how that ended.
    pub(super) async fn deliver(&self) -> Dispatched {
        let dispatched = self.dispatcher().deliver_next().await.unwrap().unwrap();
        assert!(dispatched.settled);
        assert_eq!(self.stored(&dispatched.key).await.state, dispatched.outcome.state());
        dispatched
    }

    pub(super) async fn stored(&self, key: &str) -> OutboxEntry {
        self.outbox.message(key).await.unwrap().unwrap()
    }

    /// The message is put off; until when.
    pub(super) async fn put_off(&self) -> (DateTime<Utc>, TimeDelta) {
        match self.deliver().await.outcome {
            DeliveryOutcome::PutOff { until, .. } => (until, until - self.now()),
            outcome => panic!("not put off: {outcome:?}"),
        }
    }
}
