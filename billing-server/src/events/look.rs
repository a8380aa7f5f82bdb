use std::{collections::HashMap, time::Duration};

use billing_core::{Account, AccountId, BoxError, Cursor, HistoryQuery, LedgerError, Payment, Posting};
use chrono::TimeDelta;
use futures_util::{StreamExt as _, stream};
use tokio::time::{MissedTickBehavior, interval};

use crate::{App, error::chain};

/// Between two looks.
const PAUSE: Duration = Duration::from_millis(500);
/// Accounts in one question.
const CHUNK: usize = 500;
/// Payments of them in one answer.
pub(super) const MOST_PAYMENTS: u32 = 1_000;
/// Each look goes back so far for payments: by so much clocks of servers may differ, and a change may take.
const OVERLAP: TimeDelta = TimeDelta::minutes(1);
/// Histories read at once: paid calls need the database, too.
const READS: usize = 4;
/// Postings of one account that are read here, for all who listen to it; where there are more, each reads at his pace.
pub(super) const MOST_POSTINGS: u64 = 100;

/// Looks again and again for what changes of accounts that somebody listens to, for ever.
pub(crate) async fn look(app: &App) {
    let mut ticks = interval(PAUSE);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    app.board.looked(app.clock.now() - OVERLAP);
    let mut is_failing = false;
    loop {
        if app.board.watched().is_empty() {
            app.board.somebody().await;
            app.board.looked(app.clock.now() - OVERLAP);
        }
        ticks.tick().await;
        match app.while_database_is_there(look_once(app)).await {
            Some(Ok(())) => is_failing = false,
            Some(Err(error)) if !is_failing => {
                is_failing = true;
                tracing::warn!("changes of accounts can't be looked for: {}", chain(&*error));
            }
            Some(Err(_)) | None => {}
        }
    }
}

async fn look_once(app: &App) -> Result<(), BoxError> {
    let began_at = app.clock.now();
    let mut outcome = Ok(());
    let watched = app.board.watched();
    for chunk in watched.chunks(CHUNK) {
        let ids: Vec<_> = chunk.iter().map(|(id, _)| id.clone()).collect();
        let seen: HashMap<_, _> = chunk.iter().cloned().collect();
        let mut payments = HashMap::<AccountId, Vec<Payment>>::new();
        for payment in app.store.payments.changed_payments(&ids, app.board.since(), MOST_PAYMENTS).await? {
            payments.entry(payment.account.clone()).or_default().push(payment);
        }
        let standings = app.store.accounts.standings(&ids).await?.into_iter().map(|account| {
            let seen = seen.get(&account.id).copied().unwrap_or_default();
            let payments = payments.remove(&account.id).unwrap_or_default();
            async move { (new_postings(app, &account, seen).await, account, payments) }
        });
        let mut standings = stream::iter(standings).buffer_unordered(READS);
        while let Some((postings, account, payments)) = standings.next().await {
            // Whoever listens to an account whose postings can't be read tries for himself; the others go on.
            let postings = postings.unwrap_or_else(|error| {
                outcome = Err(error.into());
                Vec::new()
            });
            app.board.tell(account, postings, payments);
        }
    }
    app.board.looked(began_at - OVERLAP);
    outcome
}

/// The postings after `seen`, if they are few.
async fn new_postings(app: &App, account: &Account, seen: u64) -> Result<Vec<Posting>, LedgerError> {
    if account.sequence.saturating_sub(seen) > MOST_POSTINGS {
        return Ok(Vec::new());
    }
    postings(app, &account.id, seen, account.sequence).await
}

/// The postings of an account after one sequence number and up to another, oldest first.
pub(super) async fn postings(
    app: &App,
    account: &AccountId,
    after: u64,
    up_to: u64,
) -> Result<Vec<Posting>, LedgerError> {
    let Some(count) = up_to.checked_sub(after).filter(|count| *count > 0) else { return Ok(Vec::new()) };
    let query = HistoryQuery::new(account.clone())
        .with_after(Cursor::after(up_to.saturating_add(1)))
        .with_limit(u32::try_from(count).unwrap_or(u32::MAX));
    let mut postings = app.watchful.history(query).await?.items;
    postings.reverse();
    Ok(postings)
}
