//! The [`Stripe-Signature`](https://docs.stripe.com/webhooks#verify-manually) header.
use std::time::Duration;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;

use crate::secret::Secret;

/// Checks that one of `secrets` signed `body`, not longer than `tolerance` ago nor so far ahead.
///
/// As strict as Stripe's own libraries, which compare the hex text (so upper case fails) and trim nothing, and stricter
/// about the future, which those accept.
pub(super) fn verify(
    header: &str,
    body: &[u8],
    secrets: &[Secret],
    now: i64,
    tolerance: Duration,
) -> Result<(), &'static str> {
    let header = Header::parse(header)?;
    let is_signed = secrets.iter().any(|secret| {
        let expected = sign(secret, header.timestamp_text, body);
        header.signatures.iter().any(|found| expected.as_bytes().ct_eq(found.as_bytes()).into())
    });
    if !is_signed {
        return Err("its signature is wrong");
    }
    if now.abs_diff(header.timestamp) > tolerance.as_secs() {
        return Err("its timestamp is too far from now");
    }
    Ok(())
}

/// What the header says.
struct Header<'a> {
    timestamp: i64,
    /// The very text that is signed.
    timestamp_text: &'a str,
    /// Of scheme `v1` alone: `v0` would let a forger choose a weaker one.
    signatures: Vec<&'a str>,
}

impl<'a> Header<'a> {
    fn parse(header: &'a str) -> Result<Self, &'static str> {
        let mut timestamp_text = None;
        let mut signatures = Vec::new();
        for (key, value) in header.split(',').filter_map(|part| part.split_once('=')) {
            match key {
                "t" => timestamp_text = Some(value),
                "v1" => signatures.push(value),
                _ => {}
            }
        }
        let timestamp_text = timestamp_text.ok_or("it has no timestamp")?;
        let timestamp = timestamp_text.parse().map_err(|_| "its timestamp is no number")?;
        if signatures.is_empty() {
            return Err("it has no signature of scheme v1");
        }
        Ok(Self { timestamp, timestamp_text, signatures })
    }
}

fn sign(secret: &Secret, timestamp: &str, body: &[u8]) -> String {
    // The key is the whole text of the secret, prefix and all.
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac =
        Hmac::<Sha256>::new_from_slice(secret.expose().as_bytes()).expect("HMAC takes keys of any length");
    mac.update(timestamp.as_bytes());
    mac.update(b".");
    mac.update(body);
    hex::encode(mac.finalize().into_bytes())
}
