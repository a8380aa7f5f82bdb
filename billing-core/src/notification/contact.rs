use std::{fmt, sync::Arc};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use super::{BillingEvent, Language};
use crate::{AccountId, StoreError, TimeZone};

/// How the owner of an account is told, and of what.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Contact {
    /// Whose.
    pub account: AccountId,
    /// The address, where it is known.
    pub email: Option<String>,
    /// The name, where it is known.
    pub name: Option<String>,
    /// The language that was chosen; else the deployment's holds.
    pub language: Option<Language>,
    /// The time zone of the account, where the store knows it.
    pub time_zone: Option<TimeZone>,
    /// Whether to tell of payments that failed.
    pub payment_failed: bool,
    /// Whether to tell of a low balance.
    pub balance_low: bool,
    /// Whether to tell of a limit that is reached.
    pub limit_reached: bool,
}

impl Contact {
    /// The longest address that mail can carry (RFC 5321, 4.5.3.1.3, without its brackets).
    const LONGEST_ADDRESS_BYTES: usize = 254;

    /// Whether mail could go to an address, by its form.
    pub fn is_address(email: &str) -> bool {
        let plain = |character: char| !character.is_control() && !character.is_whitespace();
        email.rsplit_once('@').is_some_and(|(local, domain)| !local.is_empty() && !domain.is_empty())
            && email.len() <= Self::LONGEST_ADDRESS_BYTES
            && email.chars().all(plain)
    }

    /// Nothing known yet; everything is told.
    pub fn new(account: AccountId) -> Self {
        Self {
            account,
            email: None,
            name: None,
            language: None,
            time_zone: None,
            payment_failed: true,
            balance_low: true,
            limit_reached: true,
        }
    }

    /// Whether the owner is to be told of an event. Money that came in or went back is always told.
    pub const fn wants(&self, event: &BillingEvent) -> bool {
        match event {
            BillingEvent::PaymentFailed { .. } => self.payment_failed,
            BillingEvent::BalanceLow { .. } => self.balance_low,
            BillingEvent::LimitReached { .. } => self.limit_reached,
            _ => true,
        }
    }

    /// Changes what the owner has decided on.
    pub fn apply(&mut self, change: ContactChange) {
        self.language = change.language.unwrap_or(self.language);
        self.payment_failed = change.payment_failed.unwrap_or(self.payment_failed);
        self.balance_low = change.balance_low.unwrap_or(self.balance_low);
        self.limit_reached = change.limit_reached.unwrap_or(self.limit_reached);
    }
}

impl fmt::Debug for Contact {
    /// Without address and name, which are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contact")
            .field("account", &self.account)
            .field("language", &self.language)
            .finish_non_exhaustive()
    }
}

/// What to change of a contact; everything else stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ContactChange {
    /// The language; `Some(None)` goes back to the deployment's.
    pub language: Option<Option<Language>>,
    /// Whether to tell of payments that failed.
    pub payment_failed: Option<bool>,
    /// Whether to tell of a low balance.
    pub balance_low: Option<bool>,
    /// Whether to tell of a limit that is reached.
    pub limit_reached: Option<bool>,
}

/// What somebody who signed in has said of himself, and as of when.
#[derive(Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Sighting {
    /// Whose account.
    pub account: AccountId,
    /// The address.
    pub email: String,
    /// The name.
    pub name: Option<String>,
    /// When his token was issued.
    pub as_of: DateTime<Utc>,
}

impl Sighting {
    const LONGEST_NAME_CHARS: usize = 100;

    /// What a token says. `None` when no mail could go to such an address; a name is cut to what is worth keeping.
    pub fn new(account: AccountId, email: &str, name: Option<&str>, as_of: DateTime<Utc>) -> Option<Self> {
        let email = email.trim();
        let name = name.map(|name| {
            let name: String = name.chars().filter(|character| !character.is_control()).collect();
            name.trim().chars().take(Self::LONGEST_NAME_CHARS).collect::<String>()
        });
        let name = name.filter(|name| !name.is_empty());
        Contact::is_address(email).then(|| Self { account, email: email.to_owned(), name, as_of })
    }
}

impl fmt::Debug for Sighting {
    /// Without address and name, which are personal.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sighting")
            .field("account", &self.account)
            .field("as_of", &self.as_of)
            .finish_non_exhaustive()
    }
}

/// Keeps how the owners of accounts are told.
///
/// # Cancel safety
/// Dropping a future leaves the request done wholly or not at all.
///
/// # Implementing
/// The account is unique in the storage. Who an owner is follows the latest token, whichever request comes first. The
/// contact suite of `billing-testkit` has to pass.
#[async_trait]
pub trait ContactStore: fmt::Debug + Send + Sync + 'static {
    /// How the owner of an account is told; of one that nobody has seen, [`Contact::new`].
    ///
    /// # Errors
    /// [`StoreError`].
    async fn contact(&self, account: &AccountId) -> Result<Contact, StoreError>;

    /// Takes over address and name, unless those of a later token are kept already; tells whether it did.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn sight(&self, sighting: &Sighting) -> Result<bool, StoreError>;

    /// Changes what the owner has decided on, and answers how it stands then.
    ///
    /// # Errors
    /// [`StoreError`].
    async fn change_contact(&self, account: &AccountId, change: ContactChange)
    -> Result<Contact, StoreError>;
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl<C: ContactStore + ?Sized> ContactStore for Arc<C> {
    async fn contact(&self, account: &AccountId) -> Result<Contact, StoreError> {
        (**self).contact(account).await
    }
    async fn sight(&self, sighting: &Sighting) -> Result<bool, StoreError> {
        (**self).sight(sighting).await
    }
    async fn change_contact(
        &self,
        account: &AccountId,
        change: ContactChange,
    ) -> Result<Contact, StoreError> {
        (**self).change_contact(account, change).await
    }
}

const _: fn(&dyn ContactStore) = |_| {};

#[cfg(test)]
mod tests {
    use super::*;

    fn sighting(email: &str, name: Option<&str>) -> Option<Sighting> {
        Sighting::new(AccountId::new("acme").unwrap(), email, name, DateTime::UNIX_EPOCH)
    }

    #[test]
    fn only_what_mail_can_go_to_is_an_address() {
        let long = format!("{}@example.com", "a".repeat(250));
        for bad in
            ["", "olena", "@example.com", "olena@", "a b@example.com", "a@example.com\r\nBcc: b@c", &long]
        {
            assert_eq!(sighting(bad, None), None, "{bad:?}");
        }
        assert_eq!(sighting(" olena@example.com ", None).unwrap().email, "olena@example.com");
    }

    #[test]
    fn a_name_is_one_line_of_bounded_length() {
        let name = |name: &str| sighting("olena@example.com", Some(name)).unwrap().name;
        assert_eq!(name("Олена\r\nBcc: x"), Some("ОленаBcc: x".to_owned()));
        assert_eq!(name(" \n "), None);
        assert_eq!(name(&"я".repeat(10_000)).unwrap().chars().count(), 100);
    }

    #[test]
    fn debug_shows_nothing_personal() {
        let sighting = sighting("olena@example.com", Some("Олена")).unwrap();
        assert!(!format!("{sighting:?}").contains("lena"));
    }
}
