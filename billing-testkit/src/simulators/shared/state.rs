//! What a provider remembers, as far as the shared parts need to know.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::table::{Row, Table};

/// Everything that a simulator remembers. Its default is a provider that nobody has used yet.
pub(crate) trait State: Default + Serialize + DeserializeOwned + Send + 'static {
    /// What the merchant is told.
    type Event: Event;

    fn events(&self) -> &Table<Self::Event>;

    fn events_mut(&mut self) -> &mut Table<Self::Event>;

    /// The ids of the events of the change under way, to be handed to the courier when it is done.
    fn take_fresh_events(&mut self) -> Vec<String>;
}

/// Something that happened and has to be told to the merchant.
pub(crate) trait Event: Row {
    /// What happened: the event's type, or the state reached.
    fn kind(&self) -> &str;

    /// The id of the object that it happened to.
    fn object_id(&self) -> &str;

    /// Whether the webhook is still to be delivered.
    fn is_pending(&self) -> bool;

    fn set_pending(&mut self, is_pending: bool);
}
