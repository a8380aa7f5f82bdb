//! 3-D Secure: what the payer's bank asks before it answers.

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// A question that is open.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Challenge {
    /// The bank's page; absent when Stripe's script asks in the merchant's own.
    pub(crate) page: Option<BankPage>,
    /// Why the bank declines a payer who accepts; absent when it pays.
    pub(crate) decline_code: Option<String>,
}

/// Where the browser goes, and where it comes back to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct BankPage {
    pub(crate) url: String,
    pub(crate) return_url: String,
}

impl Challenge {
    pub(crate) fn next_action(&self) -> Value {
        match &self.page {
            Some(BankPage { url, return_url }) => json!({
                "type": "redirect_to_url",
                "redirect_to_url": { "url": url, "return_url": return_url },
            }),
            None => json!({
                "type": "use_stripe_sdk",
                "use_stripe_sdk": { "type": "three_d_secure_redirect" },
            }),
        }
    }
}
