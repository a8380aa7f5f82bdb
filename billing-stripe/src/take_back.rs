//! What Stripe took back of a payment: refunds and disputes.
use billing_core::{Money, TakeBack, TakeBackKind};

use crate::{
    error::StripeError,
    object::{Dispute, Refund, currency},
};

/// A refund is taken at once, and comes back when it fails or is canceled. A status that nobody knows yet leaves it
/// taken.
pub(crate) fn from_refund(refund: &Refund) -> Result<TakeBack, StripeError> {
    let amount = money(refund.amount, &refund.currency)?;
    let take_back = TakeBack::new(&refund.id, TakeBackKind::Refund, amount);
    Ok(match refund.status.as_deref() {
        Some("failed" | "canceled") => take_back.with_returned(amount),
        _ => take_back,
    })
}

/// A dispute takes what its balance transactions withdrew and returns what they reinstated, before fees. Its status
/// says nothing about money: an inquiry has no transactions, and a won dispute may be reinstated in part, or later.
///
/// Transactions are in the currency of our balance at Stripe. Where that is not the payment's, their amounts carry
/// exchange rates of different days, so only their direction counts, and the disputed amount is what moved.
pub(crate) fn from_dispute(dispute: &Dispute) -> Result<TakeBack, StripeError> {
    let disputed = money(dispute.amount, &dispute.currency)?;
    let mut taken = Money::zero(disputed.currency());
    let mut returned = taken;
    for transaction in &dispute.balance_transactions {
        let side = if transaction.amount < 0 { &mut taken } else { &mut returned };
        if transaction.currency == dispute.currency {
            // Beyond the range of i64 there is no amount to take: money() refuses it.
            let moved = money(transaction.amount.saturating_abs(), &transaction.currency)?;
            *side = side.checked_add(moved).ok_or(UNUSABLE)?;
        } else if transaction.amount != 0 {
            *side = disputed;
        }
    }
    Ok(TakeBack::new(&dispute.id, TakeBackKind::Dispute, taken).with_returned(returned))
}

const UNUSABLE: StripeError = StripeError::Unusable { what: "an amount that is out of range" };

fn money(minor: i64, code: &str) -> Result<Money, StripeError> {
    let currency = currency(code)
        .ok_or(StripeError::Unusable { what: "an amount in a currency that is not known here" })?;
    Money::from_minor(minor, currency).filter(|amount| !amount.is_negative()).ok_or(UNUSABLE)
}

#[cfg(test)]
mod tests {
    use billing_core::Currency;
    use serde_json::{Value, json};

    use super::*;

    fn refund(status: &str) -> TakeBack {
        let refund = json!({ "id": "re_1", "amount": 500, "currency": "uah", "status": status });
        from_refund(&serde_json::from_value(refund).unwrap()).unwrap()
    }

    fn dispute(transactions: &[Value]) -> TakeBack {
        let dispute =
            json!({ "id": "dp_1", "amount": 1_000, "currency": "uah", "balance_transactions": transactions });
        from_dispute(&serde_json::from_value(dispute).unwrap()).unwrap()
    }

    fn uah(minor: i64) -> Money {
        Money::from_minor(minor, Currency::UAH).unwrap()
    }

    #[test]
    fn a_refund_is_taken_until_it_fails_or_is_canceled() {
        for status in ["pending", "requires_action", "succeeded", "a_word_of_tomorrow"] {
            assert_eq!((refund(status).taken, refund(status).returned), (uah(500), uah(0)), "{status}");
        }
        for status in ["failed", "canceled"] {
            assert_eq!((refund(status).taken, refund(status).returned), (uah(500), uah(500)), "{status}");
        }
    }

    #[test]
    fn a_dispute_counts_what_moved_and_no_fee() {
        let withdrawn = json!({ "amount": -1_000, "fee": 1_500, "net": -2_500, "currency": "uah" });
        let reinstated = json!({ "amount": 400, "fee": 0, "net": 400, "currency": "uah" });
        assert_eq!(dispute(&[]).taken, uah(0));
        assert_eq!(dispute(std::slice::from_ref(&withdrawn)).net(), uah(1_000));
        let partly_won = dispute(&[withdrawn.clone(), reinstated.clone()]);
        assert_eq!((partly_won.taken, partly_won.returned), (uah(1_000), uah(400)));
    }

    #[test]
    fn in_another_currency_the_disputed_amount_moves() {
        let withdrawn = json!({ "amount": -24, "currency": "usd" });
        let reinstated = json!({ "amount": 23, "currency": "usd" });
        assert_eq!(dispute(std::slice::from_ref(&withdrawn)).net(), uah(1_000));
        assert_eq!(dispute(&[withdrawn.clone(), reinstated.clone()]).net(), uah(0));
    }

    #[test]
    fn amounts_that_are_none_are_refused() {
        for (amount, currency) in [(-1, "uah"), (i64::MAX, "uah"), (1, "xts")] {
            let refund = json!({ "id": "re_1", "amount": amount, "currency": currency, "status": "pending" });
            assert!(from_refund(&serde_json::from_value(refund).unwrap()).is_err(), "{amount} {currency}");
        }
    }
}
