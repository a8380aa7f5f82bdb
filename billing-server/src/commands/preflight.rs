use billing_core::{Clock as _, Money, ObservedRefusals, SystemClock};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::{Args, Subcommand};

use crate::{BoxError, config::Config, output::print, store::Store};

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// What calls would have been refused while they were only observed (PREFLIGHT=observe).
    Report(Span),
}

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Span {
    /// The first day, in UTC; else 30 days ago.
    #[arg(long)]
    from: Option<NaiveDate>,
    /// The last day, in UTC; else today.
    #[arg(long)]
    to: Option<NaiveDate>,
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    let Action::Report(span) = action;
    let (from, to) = span.instants()?;
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let lines = store.stores.ledger.observed(from, to).await?;
    store.schema.close().await;

    for line in &lines {
        let operation = line.operation.as_ref().map_or("-", |operation| operation.as_str());
        print(format_args!(
            "{}  {operation}  {}  calls {}  {}",
            line.account, line.reason, line.calls, line.amount
        ))?;
    }
    let calls: u64 = lines.iter().map(|line| line.calls).sum();
    let zero = Money::zero(config.ledger.currency());
    let amount = lines.iter().try_fold(zero, |sum, line| sum.checked_add(line.amount));
    let amount = amount.ok_or("what they would have cost together can't be told")?;
    if lines.len() == ObservedRefusals::MOST {
        print(format_args!("only the dearest {} lines are told; take fewer days", ObservedRefusals::MOST))?;
    }
    print(format_args!("calls that would have been refused {calls}, worth {amount}"))?;
    Ok(())
}

impl Span {
    fn instants(self) -> Result<(DateTime<Utc>, DateTime<Utc>), BoxError> {
        let today = SystemClock.now().date_naive();
        let to = self.to.unwrap_or(today);
        let from = self.from.unwrap_or(to - TimeDelta::days(30));
        if from > to {
            return Err("--from must not come after --to".into());
        }
        let midnight = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        Ok((midnight(from), midnight(to) + TimeDelta::days(1)))
    }
}
