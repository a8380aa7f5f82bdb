use std::process::ExitCode;

use billing_core::{Clock as _, Reconciled, SystemClock};
use chrono::TimeDelta;
use clap::Args;

use super::payments::top_ups;
use crate::{BoxError, config::Config, error::chain, output::print, store::Store};

/// Of one round.
const BATCH: u32 = 500;

#[derive(Clone, Copy, Debug, Args)]
pub(super) struct Options {
    /// Every open payment, and every other one of the last days, whether or not its time has come.
    #[arg(long)]
    all: bool,
    /// Of how many days, with --all.
    #[arg(long, default_value_t = 180, value_parser = clap::value_parser!(u32).range(1..=3_650), requires = "all")]
    days: u32,
}

pub(super) async fn run(options: Options, config: &Config) -> Result<ExitCode, BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let top_ups = top_ups(config, &store)?;
    let round = if options.all {
        let since = SystemClock.now() - TimeDelta::days(i64::from(options.days));
        top_ups.reconcile_all(since).await?
    } else {
        top_ups.reconcile(BATCH).await?
    };
    store.schema.close().await;
    report(&round)
}

fn report(round: &Reconciled) -> Result<ExitCode, BoxError> {
    for news in &round.news {
        print(news)?;
    }
    for (payment, error) in &round.failures {
        print(format_args!("payment {payment} FAILED: {}", chain(error)))?;
    }
    print(format_args!(
        "payments checked {}, differing {}, failed {}; open refunds gone on with {}",
        round.checked,
        round.news.len(),
        round.failures.len(),
        round.refunds
    ))?;
    Ok(if round.failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
