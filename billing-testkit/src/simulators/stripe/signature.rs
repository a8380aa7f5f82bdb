//! The `Stripe-Signature` header.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Signs a webhook body as Stripe does.
///
/// The key is the whole secret, `whsec_` included; the message is the timestamp (Unix seconds), a dot and the raw
/// body.
///
/// ```
/// use billing_testkit::simulators::stripe::signature_header;
///
/// let header = signature_header("whsec_secret", b"{}", 1_700_000_000);
/// assert!(header.starts_with("t=1700000000,v1="));
/// ```
pub fn signature_header(secret: &str, body: &[u8], timestamp: i64) -> String {
    let mut mac = keyed(secret);
    mac.update(timestamp.to_string().as_bytes());
    mac.update(b".");
    mac.update(body);
    format!("t={timestamp},v1={}", hex::encode(mac.finalize().into_bytes()))
}

fn keyed(secret: &str) -> Hmac<Sha256> {
    #[expect(clippy::expect_used, reason = "an HMAC takes keys of any length")]
    Hmac::new_from_slice(secret.as_bytes()).expect("an HMAC takes keys of any length")
}
