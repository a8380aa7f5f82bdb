//! How requests, answers and callbacks are signed.

use md5::Md5;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha1::{Digest, Sha1};

/// The names that never enter a signature.
const UNSIGNED: [&str; 2] = ["signature", "response_signature_string"];

/// Stands for the secret where people may read the signed text.
const MASK: &str = "**********";

/// The digest of a signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum SignatureAlgorithm {
    /// What the real gateway uses.
    #[default]
    Sha1,
    /// What no gateway of the family is known to use, but some descriptions of it say.
    Md5,
}

impl SignatureAlgorithm {
    fn digest(self, text: &str) -> String {
        match self {
            Self::Sha1 => hex::encode(Sha1::digest(text)),
            Self::Md5 => hex::encode(Md5::digest(text)),
        }
    }
}

/// The signature of an object: the digest of the secret and of all values that are not empty, in the order of their
/// names, joined by `|`. `signature` and `response_signature_string` are left out.
///
/// `None` when a value has no text that both sides would agree on: a fraction, a boolean, something nested.
///
/// ```
/// use billing_testkit::simulators::fondy::{SignatureAlgorithm, signature};
///
/// let fields = serde_json::json!({ "order_id": "test123456", "amount": 125, "fee": "" });
/// let signed = signature(SignatureAlgorithm::Sha1, "test", fields.as_object().unwrap()).unwrap();
/// assert_eq!(signed.len(), 40);
/// ```
pub fn signature(algorithm: SignatureAlgorithm, secret: &str, fields: &Map<String, Value>) -> Option<String> {
    Some(algorithm.digest(&format!("{secret}{}", signed_values(fields)?)))
}

/// The text that was signed, as the gateway shows it in test mode: the secret is masked wherever it occurs.
pub(super) fn signed_text_masked(secret: &str, fields: &Map<String, Value>) -> Option<String> {
    Some(format!("{secret}{}", signed_values(fields)?).replace(secret, MASK))
}

/// Each value with its separator before it.
fn signed_values(fields: &Map<String, Value>) -> Option<String> {
    let mut named: Vec<_> = fields.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str())).collect();
    named.sort_by_key(|(name, _)| name.as_bytes());
    let mut text = String::new();
    for (_, value) in named {
        let value = text_of(value)?;
        if !value.is_empty() {
            text.push('|');
            text.push_str(&value);
        }
    }
    Some(text)
}

/// A value as text: strings as they are, whole numbers in digits, nothing for null.
pub(super) fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::Null => Some(String::new()),
        _ => None,
    }
}
