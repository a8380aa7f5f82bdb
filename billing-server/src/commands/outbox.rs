//! The outbox: look at messages, send them on their way again, take them out.
use billing_core::{AccountId, MessageState, OutboxEntry, OutboxQuery};
use clap::{Args, Subcommand};

use super::named;
use crate::{BoxError, config::Config, output::print, store::Store};

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// List messages, newest first: those that were given up, unless it says otherwise.
    List(Filter),
    /// Show one message, with its event.
    Show {
        /// Its key.
        key: String,
    },
    /// Send messages on their way again.
    Retry {
        /// Their keys.
        #[arg(required_unless_present = "given_up")]
        keys: Vec<String>,
        /// All that were given up.
        #[arg(long, conflicts_with = "keys")]
        given_up: bool,
    },
    /// Take messages out that were not delivered; nobody is told.
    Drop {
        /// Their keys.
        #[arg(required = true)]
        keys: Vec<String>,
        /// Who does it.
        #[arg(long)]
        actor: String,
    },
}

#[derive(Clone, Debug, Args)]
pub(super) struct Filter {
    /// Only in this state: waiting, delivered, skipped, `given_up` or dropped.
    #[arg(long, default_value_t = MessageState::GivenUp)]
    state: MessageState,
    /// In any state.
    #[arg(long, conflicts_with = "state")]
    all: bool,
    /// Only of this account.
    #[arg(long, value_parser = |id: &str| AccountId::new(id))]
    account: Option<AccountId>,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    match action {
        Action::List(filter) => list(&store, filter).await?,
        Action::Show { key } => show(&store, &key).await?,
        Action::Retry { keys, given_up } => {
            let keys = if given_up { all_given_up(&store).await? } else { keys };
            retry(&store, &keys).await?;
        }
        Action::Drop { keys, actor } => drop_all(&store, &keys, named(&actor)?).await?,
    }
    store.schema.close().await;
    Ok(())
}

async fn list(store: &Store, filter: Filter) -> Result<(), BoxError> {
    let mut query = OutboxQuery::newest(filter.limit);
    query.state = (!filter.all).then_some(filter.state);
    query.account = filter.account;
    for entry in store.deliveries.list_messages(&query).await? {
        print(summary(&entry))?;
    }
    Ok(())
}

fn summary(OutboxEntry { message, state, attempts, detail, .. }: &OutboxEntry) -> String {
    let at = message.created_at.format("%FT%TZ");
    let detail = detail.as_ref().map(|detail| format!("  {detail}")).unwrap_or_default();
    format!("{}  {at}  {state}  ×{attempts}{detail}", message.key)
}

async fn show(store: &Store, key: &str) -> Result<(), BoxError> {
    let entry = store.deliveries.message(key).await?.ok_or_else(|| unknown(key))?;
    let account = entry.message.account.as_ref().map_or("(operators)", AccountId::as_str);
    print(format_args!("message     {key}"))?;
    print(format_args!("account     {account}"))?;
    print(format_args!("state       {}", entry.state))?;
    if let Some(detail) = &entry.detail {
        print(format_args!("because     {detail}"))?;
    }
    print(format_args!("made        {}", entry.message.created_at))?;
    print(format_args!("attempts    {}", entry.attempts))?;
    if entry.state == MessageState::Waiting {
        print(format_args!("tried next  {}", entry.next_try_at))?;
    }
    print(format_args!("changed     {}", entry.updated_at))?;
    print("")?;
    print(serde_json::to_string_pretty(&entry.message.event)?)?;
    Ok(())
}

fn unknown(key: &str) -> BoxError {
    format!("there is no message {key}").into()
}

async fn all_given_up(store: &Store) -> Result<Vec<String>, BoxError> {
    let query = OutboxQuery::newest(OutboxQuery::MAX_LIMIT).with_state(MessageState::GivenUp);
    let entries = store.deliveries.list_messages(&query).await?;
    Ok(entries.into_iter().map(|entry| entry.message.key).collect())
}

async fn retry(store: &Store, keys: &[String]) -> Result<(), BoxError> {
    for key in keys {
        if !store.deliveries.retry_message(key, chrono::Utc::now()).await? {
            return Err(undeliverable(key));
        }
        print(format_args!("{key}  is on its way again"))?;
    }
    Ok(())
}

async fn drop_all(store: &Store, keys: &[String], actor: &str) -> Result<(), BoxError> {
    for key in keys {
        if !store.deliveries.drop_message(key, &format!("dropped by {actor}"), chrono::Utc::now()).await? {
            return Err(undeliverable(key));
        }
        print(format_args!("{key}  is dropped"))?;
    }
    Ok(())
}

fn undeliverable(key: &str) -> BoxError {
    format!("there is no message {key}, or it was delivered already").into()
}
