//! Stripe's test cards, by the payment methods that stand for them.

/// How the bank of a card answers.
#[derive(Debug, Clone, Copy)]
pub(super) struct TestCard {
    /// Whether it asks the payer first.
    pub(super) is_challenged: bool,
    /// Why it declines; absent when it pays.
    pub(super) decline_code: Option<&'static str>,
}

impl TestCard {
    pub(super) fn find(payment_method: &str) -> Option<Self> {
        let (is_challenged, decline_code) = match payment_method {
            "pm_card_visa" | "pm_card_mastercard" => (false, None),
            "pm_card_chargeDeclined" | "pm_card_visa_chargeDeclined" => (false, Some("generic_decline")),
            "pm_card_visa_chargeDeclinedInsufficientFunds" => (false, Some("insufficient_funds")),
            "pm_card_visa_chargeDeclinedLostCard" => (false, Some("lost_card")),
            "pm_card_visa_chargeDeclinedExpiredCard" => (false, Some("expired_card")),
            "pm_card_visa_chargeDeclinedIncorrectCvc" => (false, Some("incorrect_cvc")),
            "pm_card_visa_chargeDeclinedProcessingError" => (false, Some("processing_error")),
            "pm_card_authenticationRequired" | "pm_card_threeDSecure2Required" => (true, None),
            "pm_card_threeDSecureRequiredChargeDeclined" => (true, Some("generic_decline")),
            _ => return None,
        };
        Some(Self { is_challenged, decline_code })
    }
}
