use chrono::{DateTime, Utc};
use lettre::Address;

/// A letter that is ready to go.
pub(crate) struct Mail {
    /// What names it: the same for the same notification.
    pub(crate) id: String,
    /// When its event happened.
    pub(crate) at: DateTime<Utc>,
    pub(crate) from: Address,
    pub(crate) to: Address,
    pub(crate) bytes: Vec<u8>,
}
