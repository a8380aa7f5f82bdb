//! What is asked of Fondy: known fields alone, for an unknown one breaks the signature.
use std::{fmt, time::Duration};

use billing_core::{CreatePayment, Refund};
use serde_json::{Value, json};

/// Unset means the same today; Fondy advises to say it.
const VERSION: &str = "1.0.1";

/// A call of the API.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Call {
    Checkout,
    Status,
    Reverse,
}

impl Call {
    /// Its path beneath the base.
    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Checkout => "checkout/url",
            Self::Status => "status/order_id",
            Self::Reverse => "reverse/order_id",
        }
    }

    /// Whether making it twice may differ from making it once.
    pub(crate) const fn changes_something(self) -> bool {
        !matches!(self, Self::Status)
    }

    /// Whether its answers are signed.
    pub(crate) const fn is_answered_signed(self) -> bool {
        !matches!(self, Self::Checkout)
    }
}

impl fmt::Display for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.path())
    }
}

/// What all orders have in common.
#[derive(Clone, Debug)]
pub(crate) struct Terms {
    pub(crate) language: String,
    pub(crate) callback_url: Option<String>,
    pub(crate) lifetime: Option<Duration>,
}

/// An order of so many minor units.
pub(crate) fn checkout(merchant: u64, payment: &CreatePayment, minor: i64, terms: &Terms) -> Value {
    let mut request = json!({
        "version": VERSION,
        "merchant_id": merchant,
        "order_id": payment.id.to_string(),
        "order_desc": payment.description,
        "amount": minor,
        "currency": payment.amount.currency().code(),
        "lang": payment.language.map_or(terms.language.as_str(), |language| language.as_str()),
        // A declined attempt ends the order, instead of leaving it open for another.
        "delayed": "N",
    });
    if let Some(url) = &payment.return_url {
        request["response_url"] = url.as_str().into();
    }
    if let Some(url) = &terms.callback_url {
        request["server_callback_url"] = url.as_str().into();
    }
    if let Some(lifetime) = terms.lifetime {
        request["lifetime"] = lifetime.as_secs().into();
    }
    request
}

pub(crate) fn status(merchant: u64, order: &str) -> Value {
    json!({ "version": VERSION, "merchant_id": merchant, "order_id": order })
}

/// A refund of so many minor units. Its id is for people at the portal, and unless it is `nameless`, for Fondy too: by it
/// a repeat is recognised.
pub(crate) fn reverse(merchant: u64, order: &str, refund: &Refund, minor: i64, nameless: bool) -> Value {
    let mut request = json!({
        "version": VERSION,
        "merchant_id": merchant,
        "order_id": order,
        "amount": minor,
        "currency": refund.amount.currency().code(),
        "comment": refund.id.to_string(),
    });
    if !nameless {
        request["reverse_id"] = refund.id.to_string().into();
    }
    request
}
