//! The payment providers that are configured.
use std::{sync::Arc, time::Duration};

use billing_core::{Clock, Currency, TopUps};
use billing_stripe::StripeGateway;

use crate::{
    BoxError,
    config::{Config, Stripe},
    store::Store,
};

/// All providers that there is an adapter for.
pub(crate) const NAMES: [&str; 1] = ["stripe"];

/// Of one attempt; three of them stay below the time that an answer of ours may take.
const STRIPE_TIMEOUT: Duration = Duration::from_secs(8);

/// Top-ups through every provider that is on.
///
/// # Errors
/// When an adapter does not take its configuration.
pub(crate) fn top_ups(config: &Config, store: &Store, clock: &Arc<dyn Clock>) -> Result<TopUps, BoxError> {
    let top_ups = TopUps::new(
        Currency::USD,
        Arc::clone(&store.ledger),
        Arc::clone(&store.payments),
        Arc::clone(&store.outbox),
        Arc::clone(clock),
    );
    match &config.stripe {
        Some(keys) => Ok(top_ups.with_gateway(Arc::new(stripe(keys)?))),
        None => Ok(top_ups),
    }
}

fn stripe(keys: &Stripe) -> Result<StripeGateway, BoxError> {
    let gateway = StripeGateway::builder(keys.secret_key.expose(), keys.webhook_secret.expose())
        .with_timeout(STRIPE_TIMEOUT)
        .with_limits(keys.min, keys.max);
    let gateway = match &keys.api_base {
        Some(base) => gateway.with_api_base(base.to_string()),
        None => gateway,
    };
    Ok(gateway.build()?)
}
