use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Money, PaymentId, Period, RefundId, TakeBackKind, WebhookId};

/// What happened: facts, not text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum BillingEvent {
    /// A payment was credited.
    PaymentSucceeded {
        /// Which payment.
        payment: PaymentId,
        /// What was credited.
        credited: Money,
        /// What was paid, in the payment's own currency; unknown of messages from before it was told.
        #[serde(default)]
        paid: Option<Money>,
        /// The account's balance after it.
        balance: Money,
    },
    /// An attempt to pay failed, or a payment was closed without money.
    PaymentFailed {
        /// Which payment.
        payment: PaymentId,
        /// What was to be paid.
        amount: Money,
        /// The provider's code, or how the payment ended.
        reason: String,
    },
    /// A refund or dispute took money back, or gave it back.
    TakenBack {
        /// Which payment.
        payment: PaymentId,
        /// The total taken back of it so far, in the payment's currency; zero when all of it was given back.
        total: Money,
        /// Whether a dispute had a part in it; unknown of messages from before it was told.
        #[serde(default)]
        cause: Option<TakeBackKind>,
        /// The account's balance after it.
        balance: Money,
    },
    /// A refund that an operator has asked for will not be done.
    RefundDeclined {
        /// Which refund.
        refund: RefundId,
        /// Of which payment.
        payment: PaymentId,
        /// How much it was.
        amount: Money,
        /// The provider's code, or why its money could not be had.
        reason: String,
    },
    /// An authentic webhook is about a payment that was not started here, or can't be read.
    WebhookUnmatched {
        /// Which webhook.
        webhook: WebhookId,
        /// The gateway's name.
        gateway: String,
        /// The provider's word for what happened.
        event: String,
    },
    /// An operator must look at a payment.
    NeedsReview {
        /// Which payment.
        payment: PaymentId,
        /// Why.
        review: String,
    },
    /// The balance has fallen to the account's threshold, or below.
    BalanceLow {
        /// The settled balance.
        balance: Money,
        /// The account's threshold.
        threshold: Money,
    },
    /// A call was refused since it would have exceeded a limit.
    LimitReached {
        /// Which limit.
        period: Period,
        /// The most that may be spent in it.
        limit: Money,
        /// What is spent and held in it.
        used: Money,
        /// When the next day or month begins.
        resets_at: DateTime<Utc>,
    },
    /// An operator tries out whether notifications arrive.
    Test,
}

impl BillingEvent {
    /// Who is told.
    pub const fn audience(&self) -> Audience {
        match self {
            Self::RefundDeclined { .. }
            | Self::WebhookUnmatched { .. }
            | Self::NeedsReview { .. }
            | Self::Test => Audience::Operator,
            Self::PaymentSucceeded { .. }
            | Self::PaymentFailed { .. }
            | Self::TakenBack { .. }
            | Self::BalanceLow { .. }
            | Self::LimitReached { .. } => Audience::Owner,
        }
    }

    /// Its word in storage and messages.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::PaymentSucceeded { .. } => "payment_succeeded",
            Self::PaymentFailed { .. } => "payment_failed",
            Self::TakenBack { .. } => "taken_back",
            Self::RefundDeclined { .. } => "refund_declined",
            Self::WebhookUnmatched { .. } => "webhook_unmatched",
            Self::NeedsReview { .. } => "needs_review",
            Self::BalanceLow { .. } => "balance_low",
            Self::LimitReached { .. } => "limit_reached",
            Self::Test => "test",
        }
    }
}

/// Who is told of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Audience {
    /// The owner of the account.
    Owner,
    /// Whoever runs the deployment.
    Operator,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_stored_under_its_kind() {
        let resets_at = DateTime::UNIX_EPOCH;
        let five = Money::from_micros(5_000_000, crate::Currency::USD);
        let reached =
            BillingEvent::LimitReached { period: Period::Daily, limit: five, used: five, resets_at };
        for event in
            [reached, BillingEvent::BalanceLow { balance: five, threshold: five }, BillingEvent::Test]
        {
            let json = serde_json::to_value(&event).unwrap();
            assert_eq!(json["kind"], event.kind());
            assert_eq!(serde_json::from_value::<BillingEvent>(json).unwrap(), event);
        }
    }

    #[test]
    fn what_was_stored_before_more_was_told_is_still_read() {
        let (payment, five) = (PaymentId::new(), Money::from_micros(5_000_000, crate::Currency::USD));
        let event = BillingEvent::PaymentSucceeded { payment, credited: five, paid: None, balance: five };
        let mut stored = serde_json::to_value(&event).unwrap();
        assert!(stored.as_object_mut().unwrap().remove("paid").is_some());
        assert_eq!(serde_json::from_value::<BillingEvent>(stored).unwrap(), event);
    }
}
