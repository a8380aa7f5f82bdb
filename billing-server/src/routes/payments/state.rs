use billing_core::{Payment, Review};
use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::{App, amount::Amount, words::StatusOfPayment};

/// How a payment stands.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct PaymentState {
    /// Our id of it.
    #[serde(rename = "paymentId")]
    payment_id: Uuid,
    /// The provider's id of it, once known.
    #[serde(rename = "externalId")]
    #[schema(required)]
    external_id: Option<String>,
    /// The provider.
    #[schema(example = "stripe")]
    provider: String,
    /// How far it has come.
    #[schema(value_type = StatusOfPayment, example = "succeeded")]
    status: &'static str,
    /// What is to be paid, in `currency`.
    amount: Amount,
    /// In which currency.
    #[schema(example = "USD")]
    currency: String,
    /// What is credited for it.
    amount_usd: Amount,
    /// What one unit of `currency` is credited in dollars, as a decimal; null where it is paid in dollars.
    #[schema(example = "0.0240963855", required)]
    exchange_rate: Option<String>,
    /// The provider's page to pay on, while the payment is open and payers are sent to one.
    #[schema(required)]
    checkout_url: Option<String>,
    /// Whether the provider has a receipt for it: see `…/receipt`.
    has_receipt: bool,
    /// What was taken back of it, in `currency`.
    taken_back: Amount,
    /// Why an operator looks at it: `paid_mismatch`, `other_merchant`, `taken_back_too_much` or
    /// `taken_back_other_currency`.
    #[schema(value_type = Option<String>, required)]
    needs_review: Option<&'static str>,
    /// Why the last attempt to pay failed.
    #[schema(required)]
    failure: Option<PaymentFailure>,
    /// When it was started.
    created_at: DateTime<Utc>,
    /// When it last changed.
    updated_at: DateTime<Utc>,
}

/// Why an attempt to pay failed.
#[derive(Debug, Serialize, ToSchema)]
struct PaymentFailure {
    /// The provider's code.
    #[schema(example = "card_declined")]
    code: String,
    /// For the payer.
    #[schema(required)]
    message: Option<String>,
}

impl PaymentState {
    /// How `payment` stands.
    pub(crate) fn of(app: &App, payment: Payment) -> Self {
        let has_receipt = app.top_ups.has_receipt(&payment);
        let failure =
            payment.failure.map(|failure| PaymentFailure { code: failure.code, message: failure.message });
        let is_open = !payment.status.is_final();
        Self {
            payment_id: payment.id.as_uuid(),
            external_id: payment.external_id,
            provider: payment.gateway,
            status: payment.status.as_str(),
            amount: payment.amount.into(),
            currency: payment.amount.currency().to_string(),
            amount_usd: payment.credit.into(),
            exchange_rate: payment.exchange.map(|exchange| exchange.rate.to_string()),
            checkout_url: payment.checkout_url.filter(|_| is_open),
            has_receipt,
            taken_back: payment.taken_back.into(),
            needs_review: payment.review.map(|review: Review| review.as_str()),
            failure,
            created_at: payment.created_at,
            updated_at: payment.updated_at,
        }
    }
}
