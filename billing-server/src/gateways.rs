//! The payment providers that are configured.
use std::{sync::Arc, time::Duration};

use billing_core::{Clock, Currency, ExchangeRates, QuoteTerms, TopUps};
use billing_fondy::FondyGateway;
use billing_stripe::StripeGateway;

use crate::{
    BoxError,
    config::{Config, Fondy, Stripe, Url, Webhooks},
    store::Store,
};

/// All providers that there is an adapter for.
pub(crate) const NAMES: [&str; 2] = ["fondy", "stripe"];

/// Of one attempt; three of them stay below the time that an answer of ours may take.
const STRIPE_TIMEOUT: Duration = Duration::from_secs(8);
/// Of a whole operation.
const FONDY_TIMEOUT: Duration = Duration::from_secs(20);

/// Top-ups through every provider that is on. Providers reach this server at `backend`.
///
/// # Errors
/// When an adapter does not take its configuration.
pub(crate) fn top_ups(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
    rates: Option<Arc<dyn ExchangeRates>>,
    backend: &Url,
) -> Result<TopUps, BoxError> {
    let mut top_ups = TopUps::new(Currency::USD, store.stores.clone(), Arc::clone(clock))
        .with_return_url(backend.join("/payment/{gateway}/return?payment={payment}"));
    if let Some(rates) = rates {
        top_ups = top_ups.with_rates(rates, QuoteTerms::default().with_spread_percent(config.spread));
    }
    if config.webhooks == Webhooks::StoreOnly {
        top_ups = top_ups.only_storing_webhooks();
    }
    if let Some(keys) = &config.stripe {
        top_ups = top_ups.with_gateway(Arc::new(stripe(keys)?));
    }
    if let Some(merchant) = &config.fondy {
        top_ups = top_ups.with_gateway(Arc::new(fondy(merchant, backend)?));
    }
    Ok(top_ups)
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

fn fondy(merchant: &Fondy, backend: &Url) -> Result<FondyGateway, BoxError> {
    let gateway = FondyGateway::builder(&merchant.merchant_id, merchant.secret_key.expose())
        .with_api_base(merchant.api_base.to_string())
        .with_signature(merchant.signature)
        .with_limits(merchant.min, merchant.max)
        .with_timeout(FONDY_TIMEOUT)
        .with_callback_url(backend.join("/webhooks/fondy"));
    let gateway = if merchant.refund_ids { gateway } else { gateway.with_nameless_refunds() };
    Ok(gateway.build()?)
}
