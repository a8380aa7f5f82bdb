//! Starting a payment through any provider: bounds, the caller's key, one order for a double click.
use std::{net::IpAddr, time::Duration};

use billing_core::{
    AccountId, GatewayError, Language, Money, PaymentId, QuoteId, StartTopUp, Started, TopUpError,
};
use http::HeaderMap;
use tokio::time::{Instant, sleep};

use super::key::Key;
use crate::{App, amount::AmountField, amount::invalid_amount, error::ApiError};

/// How long a double click waits for the answer of the first one.
const WAIT: Duration = Duration::from_secs(10);
const WAIT_STEP: Duration = Duration::from_millis(100);
/// How many orders one key may stand for in turn, each opened because the answer to the one before was lost.
const MOST_ORDERS: u32 = 5;

/// A payment to start.
#[derive(Clone, Debug)]
pub(super) struct NewOrder {
    pub(super) account: AccountId,
    pub(super) gateway: &'static str,
    pub(super) amount: Money,
    pub(super) quote: Option<QuoteId>,
    /// That of the page on which somebody pays.
    pub(super) language: Option<Language>,
}

impl NewOrder {
    /// What a repeat with the same key has to ask for again.
    fn content(&self) -> String {
        match self.quote {
            Some(quote) => format!("{} at {quote}", self.amount),
            None => self.amount.to_string(),
        }
    }

    fn request(&self, id: PaymentId) -> StartTopUp {
        let mut request = StartTopUp::new(id, self.account.clone(), self.gateway, self.amount);
        (request.quote, request.language) = (self.quote, self.language);
        request
    }
}

/// The amount that a caller wants to pay, in whole minor units.
pub(super) fn amount_of(
    field: Option<&AmountField>,
    name: &str,
    currency: billing_core::Currency,
) -> Result<Money, ApiError> {
    let field = field.ok_or_else(|| invalid_amount(name, "it is missing"))?;
    let amount = field.positive(name, currency)?;
    // Gateways refuse what does not divide; told here, it is the caller's to mend.
    if amount.to_minor_exact().is_none() {
        return Err(invalid_amount(name, "what is paid has at most 2 decimals"));
    }
    Ok(amount)
}

/// Starts the payment, or goes on with the one that the caller's key stands for.
pub(super) async fn start(
    app: &App,
    headers: &HeaderMap,
    address: IpAddr,
    order: NewOrder,
) -> Result<Started, ApiError> {
    app.top_ups.check(order.gateway, order.amount)?;
    app.payment_limit.check(&order.account, address)?;
    let mut key = Key::claim(app, headers, &order.account, order.gateway, order.content()).await?;
    let mut orders = 1;
    loop {
        match start_or_wait(app, &order, key.payment()).await {
            // The order of this payment was opened by a call whose answer was lost; nobody can be sent there any more.
            Err(TopUpError::Gateway(GatewayError::OrderExists { .. }))
                if key.is_given() && orders < MOST_ORDERS =>
            {
                key.renew(app).await?;
                orders += 1;
            }
            Err(error) => return Err(error.into()),
            Ok(started) => {
                tracing::info!(
                    payment.id = %started.payment.id,
                    account.id = %started.payment.account,
                    gateway.name = order.gateway,
                    "payment of {} started", order.amount
                );
                return Ok(started);
            }
        }
    }
}

/// Waits while another call opens the same order.
async fn start_or_wait(app: &App, order: &NewOrder, id: PaymentId) -> Result<Started, TopUpError> {
    let deadline = Instant::now() + WAIT;
    loop {
        match app.top_ups.start(order.request(id)).await {
            Err(TopUpError::Starting { .. }) if Instant::now() < deadline => sleep(WAIT_STEP).await,
            outcome => return outcome,
        }
    }
}
