use std::collections::BTreeSet;

use billing_core::{ApiKey, ApiKeyId, Clock as _, KeyName, KeyScope, SystemClock};
use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::super::named;
use crate::{
    BoxError,
    auth::{KEY_LIFE_AFTER_END, KeySecret},
    config::Config,
    output::print,
    store::Store,
};

#[derive(Clone, Debug, Subcommand)]
pub(in crate::commands) enum Action {
    /// Make a key and show it, once.
    Create(Create),
    /// List keys, newest first.
    List {
        /// How many.
        #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
        limit: u32,
    },
    /// End a key for good.
    Revoke {
        /// Its id.
        id: ApiKeyId,
        /// Who revokes it: a name for the record.
        #[arg(long)]
        actor: String,
    },
}

#[derive(Clone, Debug, Args)]
pub(in crate::commands) struct Create {
    /// What it is called, in lists and logs.
    #[arg(long)]
    name: KeyName,
    /// What it may be used for: preflight (hold and take the money of any account) or exempt (make paid calls that
    /// nobody pays for). May be given twice.
    #[arg(long = "scope", required = true)]
    scopes: Vec<KeyScope>,
    /// Who makes it: a name for the record.
    #[arg(long)]
    actor: String,
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    match action {
        Action::Create(create) => create.run(&store).await?,
        Action::List { limit } => {
            for key in store.api_keys.api_keys(limit).await? {
                print(summary(&key))?;
            }
        }
        Action::Revoke { id, actor } => {
            let actor = named(&actor)?;
            let key = store.api_keys.revoke_api_key(id, actor, SystemClock.now()).await?;
            tracing::info!(key.id = %id, actor, "api key {id} was revoked by {actor}");
            print(summary(&key))?;
            let seconds = KEY_LIFE_AFTER_END.as_secs();
            print(format_args!("servers that run stop taking it within {seconds} seconds"))?;
        }
    }
    store.schema.close().await;
    Ok(())
}

impl Create {
    async fn run(self, store: &Store) -> Result<(), BoxError> {
        let actor = named(&self.actor)?;
        let secret = KeySecret::random()?;
        let (id, now) = (ApiKeyId::new(), SystemClock.now());
        let key = ApiKey::new(id, self.name, self.scopes, secret.hash(), actor, now);
        let key = store.api_keys.insert_api_key(&key).await?;
        tracing::info!(key.id = %id, actor, "api key {id} ({}) was made by {actor}", key.name);
        print(format_args!("id      {id}"))?;
        print(format_args!("name    {}", key.name))?;
        print(format_args!("scopes  {}", words(&key.scopes)))?;
        print(format_args!("key     {}", secret.expose()))?;
        print("Keep the key now: it can't be shown again.")?;
        Ok(())
    }
}

/// One line.
fn summary(key: &ApiKey) -> String {
    let ApiKey { id, name, created_by, calls, .. } = key;
    let time = |at: DateTime<Utc>| at.format("%FT%TZ").to_string();
    let used = key.last_used_at.map_or_else(|| "never used".to_owned(), |at| format!("used {}", time(at)));
    let state = match (key.revoked_at, &key.revoked_by) {
        (Some(at), Some(by)) => format!("revoked {} by {by}", time(at)),
        _ => "active".to_owned(),
    };
    let (made, scopes) = (time(key.created_at), words(&key.scopes));
    format!("{id}  {made}  {scopes}  calls {calls}  {used}  {state}  {name}  by {created_by}")
}

fn words(scopes: &BTreeSet<KeyScope>) -> String {
    scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(",")
}
