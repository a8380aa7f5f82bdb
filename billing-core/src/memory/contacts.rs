use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{AccountId, Contact, ContactChange, ContactStore, Sighting, StoreError};

/// Contacts in memory.
#[derive(Debug, Default)]
pub struct MemoryContacts(Mutex<BTreeMap<AccountId, Kept>>);

#[derive(Debug)]
struct Kept {
    contact: Contact,
    as_of: Option<DateTime<Utc>>,
}

impl Kept {
    fn new(account: &AccountId) -> Self {
        Self { contact: Contact::new(account.clone()), as_of: None }
    }
}

impl MemoryContacts {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<AccountId, Kept>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl ContactStore for MemoryContacts {
    async fn contact(&self, account: &AccountId) -> Result<Contact, StoreError> {
        let contacts = self.lock();
        let kept = contacts.get(account).map(|kept| kept.contact.clone());
        Ok(kept.unwrap_or_else(|| Contact::new(account.clone())))
    }

    async fn sight(&self, sighting: &Sighting) -> Result<bool, StoreError> {
        let mut contacts = self.lock();
        let account = &sighting.account;
        let kept = contacts.entry(account.clone()).or_insert_with(|| Kept::new(account));
        let is_news = kept.as_of.is_none_or(|as_of| as_of < sighting.as_of);
        if is_news {
            kept.contact.email = Some(sighting.email.clone());
            kept.contact.name.clone_from(&sighting.name);
            kept.as_of = Some(sighting.as_of);
        }
        Ok(is_news)
    }

    async fn change_contact(
        &self,
        account: &AccountId,
        change: ContactChange,
    ) -> Result<Contact, StoreError> {
        let mut contacts = self.lock();
        let kept = contacts.entry(account.clone()).or_insert_with(|| Kept::new(account));
        kept.contact.apply(change);
        Ok(kept.contact.clone())
    }
}
