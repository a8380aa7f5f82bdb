//! Telling people what happened: messages in the outbox, whom they are for, and who delivers them.
mod contact;
mod delivery;
mod dispatcher;
mod event;
mod language;
mod notifier;
mod outbox;

pub use contact::{Contact, ContactChange, ContactStore, Sighting};
pub use delivery::{Deliveries, DeliveryOutcome, MessageState, OutboxEntry, OutboxQuery};
pub use dispatcher::{DispatchSettings, Dispatched, Dispatcher};
pub use event::{Audience, BillingEvent};
pub use language::Language;
pub use notifier::{Notification, Notifier, NotifyError};
pub use outbox::{Message, Outbox};
