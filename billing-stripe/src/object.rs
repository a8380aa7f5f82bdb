//! The few fields of Stripe's objects that matter here. What an answer may lack is optional.
use std::str::FromStr;

use billing_core::{
    Currency, Failure, Money, PaymentId, PaymentRef, PaymentSnapshot, PaymentStatus, RefundId,
};
use serde::Deserialize;

use crate::error::ErrorObject;

/// The metadata under which our payment id travels.
pub(crate) const PAYMENT_ID: &str = "payment_id";
/// The metadata under which our account id travels: nothing here reads it, but people at the console do.
pub(crate) const ACCOUNT: &str = "account";
/// The metadata under which our refund id travels.
pub(crate) const REFUND_ID: &str = "refund_id";

/// A PaymentIntent as it is created: to be of use, it must come with its client secret.
#[derive(Deserialize)]
pub(crate) struct CreatedIntent {
    pub(crate) id: String,
    pub(crate) client_secret: String,
}

/// A [PaymentIntent](https://docs.stripe.com/api/payment_intents/object).
#[derive(Debug, Deserialize)]
pub(crate) struct PaymentIntent {
    id: String,
    status: String,
    currency: Option<String>,
    amount_received: Option<i64>,
    last_payment_error: Option<ErrorObject>,
    metadata: Option<Metadata>,
}

impl PaymentIntent {
    pub(crate) fn snapshot(&self) -> PaymentSnapshot {
        let id = self.metadata.as_ref().and_then(Metadata::payment_id);
        let status = match self.status.as_str() {
            "processing" => PaymentStatus::Processing,
            "succeeded" => PaymentStatus::Succeeded,
            "canceled" => PaymentStatus::Canceled,
            _ => PaymentStatus::Pending,
        };
        let mut snapshot = PaymentSnapshot::new(PaymentRef::new(id, Some(self.id.clone())), status);
        if status == PaymentStatus::Succeeded {
            snapshot.paid = self
                .amount_received
                .zip(self.currency())
                .and_then(|(minor, currency)| Money::from_minor(minor, currency));
        } else if let Some(error) = &self.last_payment_error {
            snapshot.failure = Some(Failure::new(error.code(), error.message_for_payer()));
        }
        snapshot
    }

    pub(crate) fn currency(&self) -> Option<Currency> {
        currency(self.currency.as_deref()?)
    }

    /// Whether not a cent has come in yet, so that nothing can have been taken back.
    pub(crate) fn is_unpaid(&self) -> bool {
        self.amount_received == Some(0)
    }
}

/// A PaymentIntent with the [charge](https://docs.stripe.com/api/charges/object) that paid it.
#[derive(Deserialize)]
pub(crate) struct ChargedIntent {
    pub(crate) latest_charge: Option<Charge>,
}

#[derive(Deserialize)]
pub(crate) struct Charge {
    /// Stripe's page about it, as it stands when the page is opened: whoever knows its address may.
    pub(crate) receipt_url: Option<String>,
}

/// A [refund](https://docs.stripe.com/api/refunds/object).
#[derive(Debug, Deserialize)]
pub(crate) struct Refund {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    pub(crate) status: Option<String>,
    metadata: Option<Metadata>,
}

impl Refund {
    /// Whether it is the refund that we asked for under this id.
    pub(crate) fn is_ours(&self, id: RefundId) -> bool {
        let theirs = self.metadata.as_ref().and_then(|metadata| metadata.refund_id.as_deref());
        theirs.and_then(|text| RefundId::from_str(text).ok()) == Some(id)
    }
}

/// A [dispute](https://docs.stripe.com/api/disputes/object).
#[derive(Debug, Deserialize)]
pub(crate) struct Dispute {
    pub(crate) id: String,
    pub(crate) amount: i64,
    pub(crate) currency: String,
    /// Required: without them nobody knows what was withdrawn.
    pub(crate) balance_transactions: Vec<BalanceTransaction>,
}

/// A movement of our balance at Stripe, before its fee.
#[derive(Debug, Deserialize)]
pub(crate) struct BalanceTransaction {
    pub(crate) amount: i64,
    pub(crate) currency: String,
}

/// A page of a [list](https://docs.stripe.com/api/pagination).
#[derive(Debug, Deserialize)]
pub(crate) struct Page<T> {
    pub(crate) data: Vec<T>,
    pub(crate) has_more: bool,
}

/// What is listed page by page.
pub(crate) trait Listed {
    fn id(&self) -> &str;
}

impl Listed for Refund {
    fn id(&self) -> &str {
        &self.id
    }
}

impl Listed for Dispute {
    fn id(&self) -> &str {
        &self.id
    }
}

#[derive(Debug, Deserialize)]
struct Metadata {
    payment_id: Option<String>,
    refund_id: Option<String>,
}

impl Metadata {
    fn payment_id(&self) -> Option<PaymentId> {
        self.payment_id.as_deref()?.parse().ok()
    }
}

/// A currency as Stripe writes it: in lower case.
pub(crate) fn currency(code: &str) -> Option<Currency> {
    code.to_ascii_uppercase().parse().ok()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn snapshot(intent: Value) -> PaymentSnapshot {
        serde_json::from_value::<PaymentIntent>(intent).unwrap().snapshot()
    }

    #[test]
    fn statuses_that_do_not_end_a_payment_leave_it_pending() {
        for (word, status) in [
            ("requires_payment_method", PaymentStatus::Pending),
            ("requires_confirmation", PaymentStatus::Pending),
            ("requires_action", PaymentStatus::Pending),
            ("requires_capture", PaymentStatus::Pending),
            ("a_word_of_tomorrow", PaymentStatus::Pending),
            ("processing", PaymentStatus::Processing),
            ("succeeded", PaymentStatus::Succeeded),
            ("canceled", PaymentStatus::Canceled),
        ] {
            assert_eq!(snapshot(json!({ "id": "pi_1", "status": word })).status, status, "{word}");
        }
    }

    #[test]
    fn what_is_paid_is_known_only_with_amount_and_currency() {
        let paid = |amount: Value, currency: Value| {
            let intent = json!({ "id": "pi_1", "status": "succeeded", "amount_received": amount, "currency": currency });
            snapshot(intent).paid
        };
        assert_eq!(paid(json!(2_599), json!("uah")), Money::from_minor(2_599, Currency::UAH));
        assert_eq!(paid(json!(500), json!("jpy")).map(Money::micros), Some(500_000_000));
        assert_eq!(paid(json!(null), json!("uah")), None);
        assert_eq!(paid(json!(2_599), json!("xts")), None);
        assert_eq!(snapshot(json!({ "id": "pi_1", "status": "succeeded" })).take_backs, None);
    }

    #[test]
    fn a_failed_attempt_is_told_until_the_payment_succeeds() {
        let intent = |status: &str| {
            snapshot(json!({
                "id": "pi_1",
                "status": status,
                "last_payment_error": { "type": "card_error", "code": "card_declined", "message": "Declined." },
            }))
        };
        let failure = Failure::new("card_declined", Some("Declined.".to_owned()));
        assert_eq!(intent("requires_payment_method").failure, Some(failure));
        assert_eq!(intent("succeeded").failure, None);
    }

    #[test]
    fn our_id_counts_only_when_it_is_one() {
        let id = PaymentId::new();
        let ours = |metadata: Value| {
            snapshot(json!({ "id": "pi_1", "status": "processing", "metadata": metadata })).payment.id
        };
        assert_eq!(ours(json!({ "payment_id": id.to_string() })), Some(id));
        assert_eq!(ours(json!({ "payment_id": "order 7" })), None);
        assert_eq!(ours(json!(null)), None);
    }
}
