//! The inbox: look at webhooks, and apply them again.
use std::process::ExitCode;

use billing_core::{Applied, InboxQuery, StoredWebhook, TopUps, WebhookId, WebhookState};
use clap::{Args, Subcommand};

use super::payments::top_ups;
use crate::{BoxError, config::Config, error::chain, output::print, store::Store};

/// Of one page.
const PAGE: u32 = 200;

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// List webhooks, newest first.
    List(Filter),
    /// Show one webhook, as it came in.
    Show {
        /// Our id of it.
        id: WebhookId,
    },
    /// Apply webhooks, whatever became of them before. What was authentic when it came is not asked again.
    Replay {
        /// Which ones.
        #[arg(required_unless_present = "state")]
        ids: Vec<WebhookId>,
        /// All in this state: received, unmatched, unreadable, applied or ignored; the oldest first.
        #[arg(long, conflicts_with = "ids")]
        state: Option<WebhookState>,
    },
}

#[derive(Clone, Debug, Args)]
pub(super) struct Filter {
    /// Only of this provider.
    #[arg(long)]
    provider: Option<String>,
    /// Only in this state: received, applied, ignored, unmatched, unreadable or rejected.
    #[arg(long)]
    state: Option<WebhookState>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
}

pub(super) async fn run(action: Action, config: &Config) -> Result<ExitCode, BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let inbox = &store.stores.inbox;
    let mut code = ExitCode::SUCCESS;
    match action {
        Action::List(filter) => {
            let mut query = InboxQuery::newest(filter.limit);
            (query.gateway, query.state) = (filter.provider, filter.state);
            for webhook in inbox.list_webhooks(&query).await? {
                print(summary(&webhook))?;
            }
        }
        Action::Show { id } => {
            let webhook = inbox.webhook(id).await?.ok_or_else(|| format!("there is no webhook {id}"))?;
            show(&webhook)?;
        }
        Action::Replay { mut ids, state } => {
            if let Some(state) = state {
                ids = all_in(&store, state).await?;
            }
            if replay(&top_ups(config, &store)?, &ids).await? > 0 {
                code = ExitCode::FAILURE;
            }
        }
    }
    store.schema.close().await;
    Ok(code)
}

/// All webhooks in a state, in the order in which they came.
async fn all_in(store: &Store, state: WebhookState) -> Result<Vec<WebhookId>, BoxError> {
    let mut query = InboxQuery::newest(PAGE).with_state(state);
    let mut ids = Vec::new();
    loop {
        let page = store.stores.inbox.list_webhooks(&query).await?;
        let Some(last) = page.last() else { break };
        query = query.with_before(last.id);
        ids.extend(page.iter().map(|webhook| webhook.id));
    }
    ids.reverse();
    Ok(ids)
}

/// Applies webhooks one by one; tells how many failed.
async fn replay(top_ups: &TopUps, ids: &[WebhookId]) -> Result<usize, BoxError> {
    let mut failures = 0;
    for id in ids {
        match top_ups.replay_webhook(*id).await {
            Ok(Applied::Payment(payment)) => {
                print(format_args!("{id}  payment {} is {}", payment.id, payment.status))?;
            }
            Ok(Applied::Unmatched) => print(format_args!("{id}  no payment of ours"))?,
            Ok(_) => print(format_args!("{id}  ignored"))?,
            Err(error) => {
                failures += 1;
                print(format_args!("{id}  FAILED: {}", chain(&error)))?;
            }
        }
    }
    print(format_args!("replayed {}, failed {failures}", ids.len() - failures))?;
    Ok(failures)
}

fn summary(webhook: &StoredWebhook) -> String {
    let StoredWebhook { id, received_at, state, gateway, kind, deliveries, .. } = webhook;
    let detail = webhook.detail.as_ref().map(|detail| format!("  {detail}")).unwrap_or_default();
    format!("{id}  {}  {state}  {gateway}  {kind}  ×{deliveries}{detail}", received_at.format("%FT%TZ"))
}

fn show(webhook: &StoredWebhook) -> Result<(), BoxError> {
    print(format_args!("webhook     {}", webhook.id))?;
    print(format_args!("provider    {}", webhook.gateway))?;
    print(format_args!("event       {} {}", webhook.event, webhook.kind))?;
    print(format_args!("state       {}", webhook.state))?;
    if let Some(detail) = &webhook.detail {
        print(format_args!("because     {detail}"))?;
    }
    print(format_args!("received    {}, {} times", webhook.received_at, webhook.deliveries))?;
    print(format_args!("attempts    {} failed", webhook.attempts))?;
    if let Some(at) = webhook.next_try_at {
        print(format_args!("tried next  {at}"))?;
    }
    for (name, value) in &webhook.headers {
        print(format_args!("  {name}: {}", plain(value)))?;
    }
    print("")?;
    print(plain(&String::from_utf8_lossy(&webhook.body)))?;
    Ok(())
}

/// What strangers sent may try to play with a terminal.
fn plain(text: &str) -> String {
    text.chars().map(|character| if is_shown(character) { character } else { '\u{fffd}' }).collect()
}

fn is_shown(character: char) -> bool {
    character == '\n' || character == '\t' || !character.is_control()
}
