use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the merchant says about a payment; its charges carry a copy.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Details {
    pub(crate) metadata: BTreeMap<String, String>,
    pub(crate) description: Option<String>,
    pub(crate) receipt_email: Option<String>,
    pub(crate) customer: Option<String>,
    pub(crate) statement_descriptor_suffix: Option<String>,
}
