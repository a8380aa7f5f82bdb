use std::{collections::HashMap, mem, time::Duration};

use billing_core::{AccountId, Money};
use tokio::time::Instant;

/// When accounts were last granted a call, and what they had left: in two generations, so that memory has a bound and
/// nothing is ever searched for what is too old.
#[derive(Debug, Default)]
pub(super) struct Granted {
    young: HashMap<AccountId, (Instant, Money)>,
    old: HashMap<AccountId, (Instant, Money)>,
}

impl Granted {
    /// An account that was granted a call so long ago is not let through.
    const LATELY: Duration = Duration::from_mins(10);
    const LARGEST: usize = 50_000;

    pub(super) fn remember(&mut self, account: &AccountId, available: Money) {
        let granted = (Instant::now(), available);
        if let Some(known) = self.young.get_mut(account) {
            *known = granted;
            return;
        }
        if self.young.len() >= Self::LARGEST {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(account.clone(), granted);
    }

    pub(super) fn forget(&mut self, account: &AccountId) {
        self.young.remove(account);
        self.old.remove(account);
    }

    /// Takes an amount off what an account had left, if it was granted a call lately and has so much.
    pub(super) fn spend(&mut self, account: &AccountId, amount: Money) -> Option<()> {
        let known = match self.young.get_mut(account) {
            Some(known) => known,
            None => self.old.get_mut(account)?,
        };
        let left = known.1.checked_sub(amount).filter(|left| !left.is_negative())?;
        if known.0.elapsed() >= Self::LATELY {
            return None;
        }
        known.1 = left;
        Some(())
    }
}
