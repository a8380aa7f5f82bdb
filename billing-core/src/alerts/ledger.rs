use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use async_trait::async_trait;
use chrono::{DateTime, Utc};

use crate::{
    Account, AccountChange, AccountId, Adjust, Audit, Authorization, Authorize, BillingEvent, Capture,
    Charge, Clock, Extend, HistoryQuery, Ledger, LedgerError, LimitExceeded, Message, ObservedRefusals,
    Outbox, Page, Period, Posting, Reverse, TopUp, UsageBucket, UsageQuery, Void,
};

/// A ledger whose refusals for a limit are told to the account's owner, once for each day or month: the message's key
/// names it, whichever replica refuses.
#[derive(Debug)]
pub struct AlertingLedger {
    ledger: Arc<dyn Ledger>,
    outbox: Arc<dyn Outbox>,
    clock: Arc<dyn Clock>,
    /// Until when each limit needs no telling: a refused call usually comes again, and must not cost a write each time.
    told: Mutex<HashMap<(AccountId, Period), DateTime<Utc>>>,
}

impl AlertingLedger {
    const MOST_REMEMBERED: usize = 10_000;

    /// Tells of what `ledger` refuses by way of `outbox`.
    pub fn new(ledger: Arc<dyn Ledger>, outbox: Arc<dyn Outbox>, clock: Arc<dyn Clock>) -> Self {
        Self { ledger, outbox, clock, told: Mutex::default() }
    }

    /// Passes an answer on, told before where it has to be.
    async fn telling<T>(
        &self,
        account: &AccountId,
        answer: Result<T, LedgerError>,
    ) -> Result<T, LedgerError> {
        if let Err(LedgerError::LimitExceeded(exceeded)) = &answer {
            self.tell(account, exceeded).await;
        }
        answer
    }

    async fn tell(&self, account: &AccountId, exceeded: &LimitExceeded) {
        let (now, window) = (self.clock.now(), exceeded.window());
        let place = (account.clone(), exceeded.period);
        if self.remembered(&place).is_some_and(|ends_at| ends_at >= window.ends_at) {
            return;
        }
        let key = format!("limit_reached/{account}/{}/{}", exceeded.period, window.ends_at.timestamp());
        let event = BillingEvent::LimitReached {
            period: exceeded.period,
            limit: window.limit,
            used: window.used,
            resets_at: window.ends_at,
        };
        match self.outbox.enqueue(&Message::new(key, account.clone(), event, now)).await {
            Ok(_) => self.remember(place, window.ends_at, now),
            // The refusal stands; the next one tells.
            Err(error) => tracing::warn!(
                account.id = %account,
                %error,
                "owner of {account} is not told of the limit for now: {error}"
            ),
        }
    }

    fn remembered(&self, place: &(AccountId, Period)) -> Option<DateTime<Utc>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner).get(place).copied()
    }

    fn remember(&self, place: (AccountId, Period), ends_at: DateTime<Utc>, now: DateTime<Utc>) {
        let mut told = self.told.lock().unwrap_or_else(PoisonError::into_inner);
        if told.len() >= Self::MOST_REMEMBERED {
            told.retain(|_, ends_at| *ends_at > now);
        }
        if told.len() >= Self::MOST_REMEMBERED {
            // The outbox knows them all.
            told.clear();
        }
        told.insert(place, ends_at);
    }
}

#[async_trait]
#[deny(clippy::missing_trait_methods)]
impl Ledger for AlertingLedger {
    async fn authorize(&self, request: Authorize) -> Result<Authorization, LedgerError> {
        let account = request.account.clone();
        self.telling(&account, self.ledger.authorize(request).await).await
    }
    async fn charge(&self, request: Charge) -> Result<Posting, LedgerError> {
        let account = request.account.clone();
        self.telling(&account, self.ledger.charge(request).await).await
    }
    async fn capture(&self, request: Capture) -> Result<Posting, LedgerError> {
        self.ledger.capture(request).await
    }
    async fn void(&self, request: Void) -> Result<(), LedgerError> {
        self.ledger.void(request).await
    }
    async fn extend(&self, request: Extend) -> Result<Authorization, LedgerError> {
        self.ledger.extend(request).await
    }
    async fn top_up(&self, request: TopUp) -> Result<Posting, LedgerError> {
        self.ledger.top_up(request).await
    }
    async fn reverse(&self, request: Reverse) -> Result<Option<Posting>, LedgerError> {
        self.ledger.reverse(request).await
    }
    async fn adjust(&self, request: Adjust) -> Result<Posting, LedgerError> {
        self.ledger.adjust(request).await
    }
    async fn account(&self, id: &AccountId) -> Result<Account, LedgerError> {
        self.ledger.account(id).await
    }
    async fn configure(&self, id: &AccountId, change: AccountChange) -> Result<Account, LedgerError> {
        self.ledger.configure(id, change).await
    }
    async fn history(&self, query: HistoryQuery) -> Result<Page<Posting>, LedgerError> {
        self.ledger.history(query).await
    }
    async fn usage(&self, query: UsageQuery) -> Result<Vec<UsageBucket>, LedgerError> {
        self.ledger.usage(query).await
    }
    async fn observed(
        &self,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
    ) -> Result<Vec<ObservedRefusals>, LedgerError> {
        self.ledger.observed(from, to).await
    }
    async fn expire_holds(&self, limit: u32) -> Result<u32, LedgerError> {
        self.ledger.expire_holds(limit).await
    }
    async fn verify(&self) -> Result<Audit, LedgerError> {
        self.ledger.verify().await
    }
}
