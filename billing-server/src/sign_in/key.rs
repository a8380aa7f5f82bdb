use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

/// A key, or a text that nobody can guess, made of a secret and of what it is for: who knows one knows no other.
pub(super) fn derived(secret: &[u8], purpose: &str) -> [u8; 32] {
    #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
    let mut mac = Hmac::<Sha256>::new_from_slice(secret).expect("HMAC takes keys of any length");
    mac.update(purpose.as_bytes());
    mac.finalize().into_bytes().into()
}
