//! Requests, as the typed builders of `async-stripe` make them. Those are thousands of bytes, so they end here and only
//! their outcome goes on.
use std::collections::HashMap;

use billing_core::{CreatePayment, Refund};
use stripe_client_core::{RequestBuilder, StripeRequest};
use stripe_core::{
    dispute::ListDispute,
    payment_intent::{
        CancelPaymentIntent, CreatePaymentIntent, CreatePaymentIntentAutomaticPaymentMethods,
        RetrievePaymentIntent,
    },
    refund::{CreateRefund, ListRefund},
};
use stripe_types::Currency;

use crate::object::{ACCOUNT, PAYMENT_ID, REFUND_ID};

const PAGE_SIZE: i64 = 100;

/// An order of so many minor units. The return url is not sent: the page confirms the payment, not we.
pub(crate) fn create(payment: CreatePayment, minor: i64) -> RequestBuilder {
    let Ok(currency) = payment.amount.currency().code().to_ascii_lowercase().parse::<Currency>();
    CreatePaymentIntent::new(minor, currency)
        .automatic_payment_methods(CreatePaymentIntentAutomaticPaymentMethods::new(true))
        .description(payment.description)
        .metadata(HashMap::from([
            (PAYMENT_ID.to_owned(), payment.id.to_string()),
            (ACCOUNT.to_owned(), payment.account.into()),
        ]))
        .build()
}

pub(crate) fn retrieve(intent: &str) -> RequestBuilder {
    RetrievePaymentIntent::new(intent).build()
}

pub(crate) fn retrieve_with_charge(intent: &str) -> RequestBuilder {
    RetrievePaymentIntent::new(intent).expand(["latest_charge".to_owned()]).build()
}

pub(crate) fn cancel(intent: &str) -> RequestBuilder {
    CancelPaymentIntent::new(intent).build()
}

/// A refund of so many minor units.
pub(crate) fn refund(intent: &str, refund: &Refund, minor: i64) -> RequestBuilder {
    let mut metadata = HashMap::from([(REFUND_ID.to_owned(), refund.id.to_string())]);
    metadata.extend(refund.payment.id.map(|id| (PAYMENT_ID.to_owned(), id.to_string())));
    CreateRefund::new().payment_intent(intent).amount(minor).metadata(metadata).build()
}

/// A page of a payment's refunds.
pub(crate) fn refunds(intent: &str, after: Option<&str>) -> RequestBuilder {
    let list = ListRefund::new().payment_intent(intent).limit(PAGE_SIZE);
    match after {
        Some(last) => list.starting_after(last).build(),
        None => list.build(),
    }
}

/// A page of a payment's disputes.
pub(crate) fn disputes(intent: &str, after: Option<&str>) -> RequestBuilder {
    let list = ListDispute::new().payment_intent(intent).limit(PAGE_SIZE);
    match after {
        Some(last) => list.starting_after(last).build(),
        None => list.build(),
    }
}
