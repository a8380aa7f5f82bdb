use std::{convert::Infallible, ops::Range, pin::Pin, sync::Arc, time::Duration};

use billing_core::{Account, LedgerError, Posting};
use chrono::{DateTime, TimeDelta, Utc};
use futures_util::{Stream, stream};
use serde::Serialize;
use tokio::{
    pin,
    sync::watch,
    time::{Sleep, sleep},
};

use super::{
    board::{News, Place},
    look::{MOST_PAYMENTS, MOST_POSTINGS, postings},
    message::{HEARTBEAT, event, retry},
};
use crate::{
    App,
    error::{ApiError, chain},
    routes::{Balance, PaymentState, Transaction},
};

/// Between two signs of life where nothing happens.
const HEARTBEAT_PAUSE: Duration = Duration::from_secs(20);
/// After how many milliseconds who was cut off may come back: soon, and not all at once after a restart.
const COME_BACK_MS: Range<u64> = 500..1_500;
/// Before postings are read again that could not be.
const RETRY_PAUSE: Duration = Duration::from_millis(500);
/// Who comes back hears again of payments that changed within this time: nobody knows which of them he has heard of.
const REMEMBERED: TimeDelta = TimeDelta::minutes(15);
/// Who has missed more postings starts anew.
const MOST_MISSED: u64 = 1_000;

/// What one connection is sent.
#[derive(Debug)]
pub(crate) struct Listener {
    teller: Teller,
    /// What it begins with.
    greeting: Option<String>,
    news: watch::Receiver<Arc<News>>,
    closing: watch::Receiver<bool>,
    end: Pin<Box<Sleep>>,
}

/// How far one connection has come.
#[derive(Debug)]
struct Teller {
    app: Arc<App>,
    place: Place,
    /// Up to which posting all were sent.
    sequence: u64,
    /// Up to which change of a payment.
    changes: u64,
    /// The account as it was last told.
    account: Option<Account>,
}

impl Listener {
    /// Begins at `place`, after the posting that a former connection has heard of last, until `ends_at`.
    ///
    /// # Errors
    /// When the account can't be read.
    pub(crate) async fn open(
        app: &Arc<App>,
        place: Place,
        heard: Option<u64>,
        ends_at: DateTime<Utc>,
    ) -> Result<Self, ApiError> {
        let account = app.ledger().account(place.account()).await?;
        let watched = std::slice::from_ref(&account.id);
        let since = heard.map_or(app.board.since(), |_| app.clock.now() - REMEMBERED);
        let payments = app.store.payments.changed_payments(watched, since, MOST_PAYMENTS).await?;
        let news = place.listen(account.clone(), &payments);
        let (closing, changes) = (place.closing(), news.borrow().changes);
        let head = account.sequence;
        let sequence = heard.unwrap_or(head);
        let mut teller = Teller { app: Arc::clone(app), place, sequence, changes, account: None };
        let mut greeting = retry(Duration::from_millis(fastrand::u64(COME_BACK_MS)));
        // Whoever has heard of what is not there has listened to another ledger.
        if sequence > head || teller.is_too_late(head) {
            greeting += &teller.reset(head, changes)?;
        }
        for payment in payments.into_iter().rev().filter(|_| heard.is_some()) {
            greeting += &teller.event("payment", &PaymentState::of(app, payment))?;
        }
        greeting += &teller.balance(&account).await?;
        let left = (ends_at - app.clock.now()).to_std().unwrap_or_default();
        Ok(Self { teller, greeting: Some(greeting), news, closing, end: Box::pin(sleep(left)) })
    }

    /// The text of the events, as they come.
    pub(crate) fn into_stream(self) -> impl Stream<Item = Result<String, Infallible>> {
        stream::unfold(self, |mut listener| async move {
            let text = listener.next().await?;
            Some((Ok(text), listener))
        })
    }

    /// What is sent next; `None` when the stream ends.
    async fn next(&mut self) -> Option<String> {
        if let Some(greeting) = self.greeting.take() {
            return Some(greeting);
        }
        let Self { teller, news, closing, end, .. } = self;
        tokio::select! {
            biased;
            _ = closing.wait_for(|is_closed| *is_closed) => None,
            () = end => None,
            text = teller.next(news) => text,
        }
    }
}

impl Teller {
    /// Waits until there is something to send.
    async fn next(&mut self, news: &mut watch::Receiver<Arc<News>>) -> Option<String> {
        let heartbeat = sleep(HEARTBEAT_PAUSE);
        pin!(heartbeat);
        loop {
            let known = Arc::clone(&news.borrow_and_update());
            let is_behind = match self.catch_up(&known).await {
                Ok(text) if !text.is_empty() => return Some(text),
                Ok(_) => self.sequence < known.account.sequence,
                Err(error) if error.is_retryable() => true,
                Err(error) => {
                    let account = self.place.account();
                    tracing::warn!(account.id = %account, "events of {account} broke off: {}", chain(&error));
                    return None;
                }
            };
            tokio::select! {
                changed = news.changed() => changed.ok()?,
                () = sleep(RETRY_PAUSE), if is_behind => {}
                () = &mut heartbeat => return Some(HEARTBEAT.to_owned()),
            }
        }
    }

    /// What of the news was not sent yet: not all of it at once, where it is much.
    async fn catch_up(&mut self, news: &News) -> Result<String, LedgerError> {
        let head = news.account.sequence;
        let mut text = String::new();
        // A look that began before this connection did.
        if head < self.sequence {
            return Ok(text);
        }
        if self.is_too_late(head) || self.changes < news.forgotten {
            text += &self.reset(head, news.changes)?;
        }
        for posting in self.missed(news).await? {
            self.sequence = posting.sequence;
            text += &self.event("posting", &Transaction::from(posting))?;
        }
        if self.sequence < head {
            return Ok(text);
        }
        let told = self.changes;
        for (number, payment) in news.payments.iter().filter(|(number, _)| *number > told) {
            text += &self.event("payment", &PaymentState::of(&self.app, payment.clone()))?;
            self.changes = *number;
        }
        if self.account.as_ref() != Some(&news.account) {
            text += &self.balance(&news.account).await?;
        }
        Ok(text)
    }

    /// The next postings, oldest first: as the look has brought them, else from the history.
    async fn missed(&self, news: &News) -> Result<Vec<Posting>, LedgerError> {
        let next = self.sequence.saturating_add(1);
        if news.postings.first().is_some_and(|first| first.sequence <= next) {
            return Ok(news.postings.iter().filter(|posting| posting.sequence >= next).cloned().collect());
        }
        let up_to = news.account.sequence.min(self.sequence.saturating_add(MOST_POSTINGS));
        postings(&self.app, self.place.account(), self.sequence, up_to).await
    }

    fn is_too_late(&self, head: u64) -> bool {
        head.saturating_sub(self.sequence) > MOST_MISSED
    }

    /// Starts anew from here.
    fn reset(&mut self, head: u64, changes: u64) -> Result<String, LedgerError> {
        (self.sequence, self.changes) = (head, changes);
        self.event("reset", &serde_json::json!({}))
    }

    async fn balance(&mut self, account: &Account) -> Result<String, LedgerError> {
        let text = self.event("balance", &Balance::of(&self.app, account.clone()).await)?;
        self.account = Some(account.clone());
        Ok(text)
    }

    fn event(&self, name: &str, data: &impl Serialize) -> Result<String, LedgerError> {
        event(name, self.sequence, data).map_err(|error| LedgerError::Backend(error.into()))
    }
}
