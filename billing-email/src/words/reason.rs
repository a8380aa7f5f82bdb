/// What a provider's code for a failed payment comes to, as the letters know it.
///
/// What a payer must not be told apart (a card that was reported stolen, a suspicion of fraud) is a plain refusal.
pub(crate) fn failure(code: &str) -> &'static str {
    stripe(code).or_else(|| fondy(code)).or_else(|| ended(code)).unwrap_or("unknown")
}

/// By Stripe's [codes](https://docs.stripe.com/declines/codes).
fn stripe(code: &str) -> Option<&'static str> {
    Some(match code {
        "insufficient_funds" => "insufficient_funds",
        "expired_card" | "invalid_expiry_month" | "invalid_expiry_year" => "expired_card",
        "incorrect_cvc" | "invalid_cvc" => "incorrect_cvc",
        "incorrect_number" | "invalid_number" => "incorrect_number",
        "authentication_required"
        | "authentication_not_handled"
        | "mobile_device_authentication_required"
        | "payment_intent_authentication_failure" => "authentication",
        "card_velocity_exceeded" | "withdrawal_count_limit_exceeded" => "limit",
        "processing_error" | "issuer_not_available" | "try_again_later" | "reenter_transaction" => {
            "processing_error"
        }
        "card_declined"
        | "approve_with_id"
        | "call_issuer"
        | "card_not_supported"
        | "currency_not_supported"
        | "do_not_honor"
        | "fraudulent"
        | "generic_decline"
        | "invalid_account"
        | "lost_card"
        | "merchant_blacklist"
        | "new_account_information_available"
        | "no_action_taken"
        | "not_permitted"
        | "pickup_card"
        | "restricted_card"
        | "security_violation"
        | "service_not_allowed"
        | "stolen_card"
        | "stop_payment_order"
        | "transaction_not_allowed" => "card_declined",
        _ => return None,
    })
}

/// By the [codes](https://docs.fondy.eu/en/docs/page/21/) of Fondy and its relatives.
fn fondy(code: &str) -> Option<&'static str> {
    Some(match code {
        "1037" => "insufficient_funds",
        "1025" => "expired_card",
        "1003" => "incorrect_cvc",
        "1015" => "incorrect_number",
        "1024" | "1053" | "1073" | "1075" | "1105" => "authentication",
        "1040" => "limit",
        "1002" | "1049" | "1066" | "1089" | "1122" | "1123" => "processing_error",
        "1052" | "1054" => "expired",
        "1000" | "1004" | "1041" | "1045" | "1051" | "1064" | "1065" | "1097" | "declined" => "card_declined",
        _ => return None,
    })
}

/// How a payment ended without a code.
fn ended(status: &str) -> Option<&'static str> {
    match status {
        "canceled" => Some("canceled"),
        "expired" => Some("expired"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_says_why() {
        for (code, reason) in [
            ("insufficient_funds", "insufficient_funds"),
            ("1037", "insufficient_funds"),
            ("expired_card", "expired_card"),
            ("incorrect_cvc", "incorrect_cvc"),
            ("1003", "incorrect_cvc"),
            ("1024", "authentication"),
            ("authentication_required", "authentication"),
            ("processing_error", "processing_error"),
            ("1089", "processing_error"),
            ("card_declined", "card_declined"),
            ("1004", "card_declined"),
            ("declined", "card_declined"),
            ("canceled", "canceled"),
            ("expired", "expired"),
            ("failed", "unknown"),
            ("4711", "unknown"),
            ("", "unknown"),
        ] {
            assert_eq!(failure(code), reason, "{code}");
        }
    }

    #[test]
    fn what_the_bank_suspects_is_a_plain_refusal() {
        for code in ["fraudulent", "lost_card", "stolen_card", "pickup_card", "1041", "1051"] {
            assert_eq!(failure(code), "card_declined", "{code}");
        }
    }
}
