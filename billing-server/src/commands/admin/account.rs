use std::fmt;

use billing_core::{Account, AccountChange, AccountId, Currency, Money, SpendWindow};
use clap::{Args, Subcommand, ValueEnum};

use super::super::named;
use crate::{BoxError, config::Config, output::print, store::Store};

#[derive(Clone, Debug, Subcommand)]
pub(in crate::commands) enum Action {
    /// Show how an account stands.
    Show {
        /// Whose; an account that nobody has used yet is opened.
        #[arg(value_parser = |id: &str| AccountId::new(id))]
        account: AccountId,
    },
    /// Change an account; what is not named stays.
    Set(Set),
}

#[derive(Clone, Debug, Args)]
#[command(group = clap::ArgGroup::new("change").required(true).multiple(true))]
pub(in crate::commands) struct Set {
    /// Whose; an account that nobody has used yet is opened.
    #[arg(value_parser = |id: &str| AccountId::new(id))]
    account: AccountId,
    /// The price tier, as the price table names it.
    #[arg(long, group = "change", conflicts_with = "no_tier")]
    tier: Option<String>,
    /// No tier of its own: prices go by the default one.
    #[arg(long, group = "change")]
    no_tier: bool,
    /// What may be spent in a local day, at most its ceiling.
    #[arg(long, group = "change", value_parser = usd)]
    daily_limit_usd: Option<Money>,
    /// What may be spent in a local month, at most its ceiling.
    #[arg(long, group = "change", value_parser = usd)]
    monthly_limit_usd: Option<Money>,
    /// Refuse everything that costs money.
    #[arg(long, group = "change", conflicts_with = "resume")]
    suspend: bool,
    /// Refuse it no longer.
    #[arg(long, group = "change")]
    resume: bool,
    /// Whether calls are charged.
    #[arg(long, group = "change")]
    billing: Option<Switch>,
    /// Who changes it: a name for the log.
    #[arg(long)]
    actor: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Switch {
    On,
    Off,
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    if let Action::Set(set) = &action {
        set.check_tier(config)?;
    }
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let ledger = &store.stores.ledger;
    let account = match action {
        Action::Show { account } => ledger.account(&account).await?,
        Action::Set(set) => {
            let actor = named(&set.actor)?;
            let account = ledger.configure(&set.account, set.change()).await?;
            tracing::info!(account.id = %account.id, actor, "account {} was changed by {actor}: {set}", account.id);
            account
        }
    };
    store.schema.close().await;
    show(&account)
}

impl Set {
    /// An account of a tier that has no mark-up could call nothing that depends on it.
    fn check_tier(&self, config: &Config) -> Result<(), BoxError> {
        let (Some(tier), Some(prices)) = (&self.tier, &config.prices) else { return Ok(()) };
        let known: Vec<_> = prices.tiers().collect();
        if known.contains(&tier.as_str()) {
            return Ok(());
        }
        Err(format!("PRICES_FILE has no tier {tier:?}; it has: {}", known.join(", ")).into())
    }

    fn change(&self) -> AccountChange {
        let mut change = AccountChange::default();
        change.tier = if self.no_tier { Some(None) } else { self.tier.clone().map(Some) };
        change.daily_limit = self.daily_limit_usd;
        change.monthly_limit = self.monthly_limit_usd;
        change.suspended = (self.suspend || self.resume).then_some(self.suspend);
        change.billing_enabled = self.billing.map(|switch| switch == Switch::On);
        change
    }
}

/// What is changed, for the log.
impl fmt::Display for Set {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let change = self.change();
        let told = [
            change.tier.map(|tier| tier.map_or("no tier".to_owned(), |tier| format!("tier {tier}"))),
            change.daily_limit.map(|limit| format!("daily limit {limit}")),
            change.monthly_limit.map(|limit| format!("monthly limit {limit}")),
            change.suspended.map(|suspended| if suspended { "suspended" } else { "resumed" }.to_owned()),
            change.billing_enabled.map(|enabled| format!("billing {}", on_or_off(enabled))),
        ];
        f.write_str(&told.into_iter().flatten().collect::<Vec<_>>().join(", "))
    }
}

fn show(account: &Account) -> Result<(), BoxError> {
    let window = |window: &SpendWindow| {
        format!("{}, {} used, until {}", window.limit, window.used, window.ends_at.to_rfc3339())
    };
    print(format_args!("account        {}", account.id))?;
    print(format_args!("balance        {}, {} held", account.posted, account.held))?;
    print(format_args!("daily limit    {}", window(&account.day)))?;
    print(format_args!("monthly limit  {}", window(&account.month)))?;
    print(format_args!("time zone      {}", account.time_zone))?;
    print(format_args!("tier           {}", account.tier.as_deref().unwrap_or("none of its own")))?;
    print(format_args!("billing        {}", on_or_off(account.billing_enabled)))?;
    print(format_args!("suspended      {}", if account.suspended { "yes" } else { "no" }))?;
    print(format_args!("charged calls  {}, {} spent", account.calls, account.spent))?;
    Ok(())
}

fn on_or_off(enabled: bool) -> &'static str {
    if enabled { "on" } else { "off" }
}

fn usd(text: &str) -> Result<Money, String> {
    Money::parse(text, Currency::USD).map_err(|error| error.to_string())
}
