//! Identifiers. The caller makes them; that is what makes a repeat harmless.
use std::{fmt, str::FromStr, sync::Arc};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        ///
        /// A UUID of version 7: its first bits are the time it was made, so that ids sort by age.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        pub struct $name(Uuid);

        impl $name {
            /// A fresh id, made now.
            #[expect(clippy::new_without_default, reason = "a new id differs each time: it is no default")]
            pub fn new() -> Self {
                Self(Uuid::now_v7())
            }

            /// The UUID.
            pub const fn as_uuid(self) -> Uuid {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.parse().map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

id!(
    /// Names a hold, and the posting its capture makes.
    HoldId
);
id!(
    /// Names a posting.
    PostingId
);
id!(
    /// Names a payment, and the posting that credits it; the gateway carries it and gives it back.
    PaymentId
);
id!(
    /// Names a refund that we ask a gateway for.
    RefundId
);

id!(
    /// Names a quote.
    QuoteId
);
id!(
    /// Names a webhook that came in.
    WebhookId
);
id!(
    /// Names a service's key; it is no secret.
    ApiKeyId
);

impl From<HoldId> for PostingId {
    /// A capture's posting carries the id of its hold.
    fn from(hold: HoldId) -> Self {
        Self(hold.0)
    }
}

impl From<PaymentId> for PostingId {
    /// A top-up's posting carries the id of its payment.
    fn from(payment: PaymentId) -> Self {
        Self(payment.0)
    }
}

impl PostingId {
    /// A fresh id for a posting made at `at`, for postings that a back end makes itself.
    pub fn at(at: DateTime<Utc>) -> Self {
        let seconds = u64::try_from(at.timestamp()).unwrap_or_default();
        let stamp = uuid::Timestamp::from_unix(uuid::NoContext, seconds, at.timestamp_subsec_nanos());
        Self(Uuid::new_v7(stamp))
    }
}

/// Who pays. Opaque to billing: 1 to 128 bytes without control characters, not beginning with `@`. Clones share the text.
///
/// # Examples
/// ```
/// use billing_core::AccountId;
///
/// assert_eq!(AccountId::new("acme")?.as_str(), "acme");
/// assert!(AccountId::new("@revenue").is_err());
/// # Ok::<(), billing_core::InvalidName>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct AccountId(Arc<str>);

impl AccountId {
    /// Takes an id from outside.
    ///
    /// # Errors
    /// [`InvalidName`] when it is empty, longer than 128 bytes, has control characters or begins with `@`, which
    /// is kept for the house accounts.
    pub fn new(id: impl Into<String>) -> Result<Self, InvalidName> {
        let id = id.into();
        if id.starts_with('@') {
            return Err(InvalidName { what: "account id", rule: "must not begin with @" });
        }
        check_name("account id", &id)?;
        Ok(Self(id.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for AccountId {
    type Error = InvalidName;

    fn try_from(id: String) -> Result<Self, Self::Error> {
        Self::new(id)
    }
}

impl From<AccountId> for String {
    fn from(id: AccountId) -> Self {
        (*id.0).to_owned()
    }
}

/// What is paid for: the name of a call, such as `search_cases`. 1 to 128 bytes without control characters. Clones share
/// the text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Operation(Arc<str>);

impl Operation {
    /// Takes a name from outside.
    ///
    /// # Errors
    /// [`InvalidName`] when it is empty, longer than 128 bytes or has control characters.
    pub fn new(name: impl Into<String>) -> Result<Self, InvalidName> {
        let name = name.into();
        check_name("operation", &name)?;
        Ok(Self(name.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl TryFrom<String> for Operation {
    type Error = InvalidName;

    fn try_from(name: String) -> Result<Self, Self::Error> {
        Self::new(name)
    }
}

impl From<Operation> for String {
    fn from(name: Operation) -> Self {
        (*name.0).to_owned()
    }
}

/// A name from outside breaks a rule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} {rule}")]
pub struct InvalidName {
    what: &'static str,
    rule: &'static str,
}

impl InvalidName {
    pub(crate) const fn new(what: &'static str, rule: &'static str) -> Self {
        Self { what, rule }
    }
}

fn check_name(what: &'static str, name: &str) -> Result<(), InvalidName> {
    if name.is_empty() || name.len() > 128 {
        return Err(InvalidName { what, rule: "must have 1 to 128 bytes" });
    }
    if name.chars().any(char::is_control) {
        return Err(InvalidName { what, rule: "must not have control characters" });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_bounded_and_printable() {
        for bad in ["", "@revenue", "a\nb", "a\u{0}b", &"x".repeat(129)] {
            assert!(AccountId::new(bad).is_err(), "{bad:?}");
        }
        for good in ["a", "користувач", &"x".repeat(128)] {
            assert!(AccountId::new(good).is_ok(), "{good:?}");
        }
    }

    #[test]
    fn a_posting_id_made_at_a_time_carries_that_time() {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let (seconds, _) = PostingId::at(at).as_uuid().get_timestamp().unwrap().to_unix();
        assert_eq!(seconds, 1_700_000_000);
    }
}
