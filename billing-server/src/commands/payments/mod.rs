//! Payments: look at them, and do what an operator may.
mod changes;
mod show;

use std::sync::Arc;

use billing_core::{AccountId, Clock, Payment, PaymentId, PaymentQuery, PaymentStatus, SystemClock, TopUps};
use clap::{Args, Subcommand};

use self::{
    changes::{Accept, Dispute, GiveBack},
    show::{show, summary},
};

use crate::{
    BoxError,
    config::{Config, Url},
    gateways,
    output::print,
    rates,
    server::reachable,
    store::Store,
};

#[derive(Clone, Debug, Subcommand)]
pub(super) enum Action {
    /// List payments, newest first.
    List(Filter),
    /// Show one payment.
    Show {
        /// Our id of it, or its provider's.
        id: String,
    },
    /// Ask the provider how a payment stands, and take it over.
    Sync {
        /// Our id of it, or its provider's.
        id: String,
    },
    /// Credit a payment under review for what was really paid.
    Accept(Accept),
    /// Give money back through the provider.
    Refund(GiveBack),
    /// Enter a dispute of a provider that does not tell of disputes.
    #[command(subcommand)]
    Dispute(Dispute),
}

#[derive(Clone, Debug, Args)]
pub(super) struct Filter {
    /// Only of this account.
    #[arg(long, value_parser = |id: &str| AccountId::new(id))]
    account: Option<AccountId>,
    /// Only in this status: pending, processing, failed, canceled, expired or succeeded.
    #[arg(long)]
    status: Option<PaymentStatus>,
    /// Only those that somebody must look at.
    #[arg(long)]
    needs_review: bool,
    /// How many.
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..=1_000))]
    limit: u32,
}

impl Filter {
    fn query(self) -> PaymentQuery {
        let mut query = PaymentQuery::newest(self.limit);
        query.account = self.account;
        query.statuses = self.status.into_iter().collect();
        query.needs_review = self.needs_review;
        query
    }
}

pub(super) async fn run(action: Action, config: &Config) -> Result<(), BoxError> {
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    match action {
        Action::List(filter) => {
            for payment in store.stores.payments.list(&filter.query()).await? {
                print(summary(&payment))?;
            }
        }
        Action::Show { id } => show(&store, &find(&store, &id).await?).await?,
        Action::Sync { id } => {
            let payment = find(&store, &id).await?;
            show(&store, &top_ups(config, &store)?.sync(payment.id).await?).await?;
        }
        Action::Accept(accept) => {
            let payment = find(&store, &accept.id).await?;
            show(&store, &accept.run(&top_ups(config, &store)?, &payment).await?).await?;
        }
        Action::Refund(refund) => {
            let payment = find(&store, &refund.id).await?;
            refund.run(&top_ups(config, &store)?, &payment).await?;
        }
        Action::Dispute(dispute) => {
            let payment = find(&store, dispute.payment()).await?;
            show(&store, &dispute.run(&top_ups(config, &store)?, &store, &payment).await?).await?;
        }
    }
    store.schema.close().await;
    Ok(())
}

/// Top-ups for a command beside the database.
pub(super) fn top_ups(config: &Config, store: &Store) -> Result<TopUps, BoxError> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let backend = config.backend_url.clone().unwrap_or_else(|| Url::of_server(reachable(config.bind_addr)));
    let rates = rates::rates(config, store, &clock)?;
    gateways::top_ups(config, store, &clock, rates, &backend)
}

async fn find(store: &Store, id: &str) -> Result<Payment, BoxError> {
    if let Ok(id) = id.parse::<PaymentId>()
        && let Some(payment) = store.stores.payments.get(id).await?
    {
        return Ok(payment);
    }
    for provider in gateways::NAMES {
        if let Some(payment) = store.stores.payments.find(provider, id).await? {
            return Ok(payment);
        }
    }
    Err(format!("there is no payment {id}").into())
}
