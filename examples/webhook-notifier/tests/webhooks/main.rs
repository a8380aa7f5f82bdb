//! The notifier over real HTTP, to a receiver that checks signatures with somebody else's library.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]
mod answers;
mod dispatching;
mod program;
mod receiver;
mod signatures;

use billing_core::{AccountId, BillingEvent, Currency, Language, Money, Notification, PaymentId};

const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

/// Anna's money is nearly gone.
fn notification(key: &str) -> Notification {
    let micros = |micros| Money::from_micros(micros, Currency::USD);
    let event = BillingEvent::BalanceLow { balance: micros(4_987_500), threshold: micros(5_000_000) };
    Notification::new(key, "anna@example.com", event, "2026-11-28T03:43:42Z".parse().unwrap())
        .with_name("Анна")
        .with_account(AccountId::new("anna").unwrap())
        .with_language(Language::En)
}

/// Somebody has paid too little.
fn review(payment: PaymentId) -> BillingEvent {
    BillingEvent::NeedsReview { payment, review: "paid_mismatch".to_owned() }
}
