//! How a simulated payer or bank is to act.

use serde::Deserialize;

/// What arrives when a payment is paid: by default, what was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct PayTerms {
    /// Minor units received, when not the amount asked for.
    pub amount_received: Option<i64>,
    /// The currency received, when not the one asked for: lower-case ISO code.
    pub currency: Option<String>,
}

impl PayTerms {
    /// Exactly what was asked for.
    pub fn new() -> Self {
        Self::default()
    }

    /// Another amount, in minor units.
    #[must_use]
    pub fn with_amount_received(mut self, minor_units: i64) -> Self {
        self.amount_received = Some(minor_units);
        self
    }

    /// Another currency: lower-case ISO code.
    #[must_use]
    pub fn with_currency(mut self, currency: impl Into<String>) -> Self {
        self.currency = Some(currency.into());
        self
    }
}

/// What a dispute is about: by default the whole charge, withdrawn at once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DisputeTerms {
    /// Minor units disputed, when not the whole charge.
    pub amount: Option<i64>,
    /// Whether it is only an inquiry (`warning_needs_response`), which withdraws nothing.
    pub inquiry: bool,
    /// Whether the money is to stay until it is withdrawn by a call of its own.
    pub funds_stay: bool,
}

impl DisputeTerms {
    /// The whole charge, withdrawn at once.
    pub fn new() -> Self {
        Self::default()
    }

    /// A part of the charge, in minor units.
    #[must_use]
    pub fn with_amount(mut self, minor_units: i64) -> Self {
        self.amount = Some(minor_units);
        self
    }

    /// An inquiry, which withdraws nothing.
    #[must_use]
    pub fn with_inquiry(mut self) -> Self {
        self.inquiry = true;
        self
    }

    /// Opened now, withdrawn later or never.
    #[must_use]
    pub fn with_funds_staying(mut self) -> Self {
        self.funds_stay = true;
        self
    }

    pub(crate) fn withdraws(&self) -> bool {
        !self.inquiry && !self.funds_stay
    }
}
