//! What merchants and payers say.

use serde::{Deserialize, Serialize};

/// What the merchant said when it created the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OrderTerms {
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) order_desc: String,
    pub(crate) lang: Option<String>,
    pub(crate) response_url: Option<String>,
    pub(crate) server_callback_url: Option<String>,
    pub(crate) lifetime_seconds: i64,
    /// Whether the payer may try again after a decline.
    pub(crate) is_delayed: bool,
    pub(crate) sender_email: String,
    pub(crate) merchant_data: String,
    pub(crate) product_id: String,
    /// Whether answers hold `additional_info`, as protocol 1.0.1 has it.
    pub(crate) has_additional_info: bool,
}

/// How an order is paid: by default exactly as it was created.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PayTerms {
    /// The amount that Fondy tells, in minor units.
    pub amount: Option<i64>,
    /// The currency that Fondy tells.
    pub currency: Option<String>,
    /// The merchant that Fondy tells.
    pub merchant_id: Option<i64>,
    /// What the payer paid in truth, after conversion or with a fee on top.
    pub actual_amount: Option<i64>,
    /// In which currency the payer paid.
    pub actual_currency: Option<String>,
}

impl PayTerms {
    /// As the order was created.
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells another amount: less or more than was asked for.
    #[must_use]
    pub fn with_amount(mut self, amount: i64) -> Self {
        self.amount = Some(amount);
        self
    }

    /// Tells another currency.
    #[must_use]
    pub fn with_currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }

    /// Tells another merchant.
    #[must_use]
    pub fn with_merchant_id(mut self, merchant_id: i64) -> Self {
        self.merchant_id = Some(merchant_id);
        self
    }

    /// Tells what left the payer's account, where it is not what the order says.
    #[must_use]
    pub fn with_actual(mut self, amount: i64, currency: impl Into<String>) -> Self {
        self.actual_amount = Some(amount);
        self.actual_currency = Some(currency.into());
        self
    }
}
