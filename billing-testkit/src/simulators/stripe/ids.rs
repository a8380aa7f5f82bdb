//! Ids that look like Stripe's.

/// A new random id: the prefix and 24 letters and digits.
pub(super) fn new(prefix: &str) -> String {
    format!("{prefix}_{}", random(24))
}

/// The secret that lets a browser pay and read one payment.
pub(super) fn client_secret(payment_intent: &str) -> String {
    format!("{payment_intent}_secret_{}", random(25))
}

fn random(length: usize) -> String {
    std::iter::repeat_with(fastrand::alphanumeric).take(length).collect()
}
