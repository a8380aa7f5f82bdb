//! How a bank's no is told.

/// The code and the sentence of an error: a few reasons have their own, all others are a declined card.
pub(crate) fn in_words(decline_code: &str) -> (&'static str, &'static str) {
    match decline_code {
        "expired_card" => ("expired_card", "Your card has expired."),
        "incorrect_cvc" => ("incorrect_cvc", "Your card's security code is incorrect."),
        "processing_error" => {
            ("processing_error", "An error occurred while processing your card. Try again in a little bit.")
        }
        _ => ("card_declined", "Your card was declined."),
    }
}
