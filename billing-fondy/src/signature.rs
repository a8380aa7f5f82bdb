//! [Signatures](https://docs.fondy.eu/en/docs/page/3/#chapter-3-5): a digest over the secret and the values of all fields.
use std::{fmt, str::FromStr};

use billing_core::UnknownWord;
use md5::Md5;
use sha1::{Digest, Sha1};
use subtle::ConstantTimeEq;

use crate::{fields::Fields, secret::Secret};

/// The separator of values. Nothing escapes it.
pub(crate) const SEPARATOR: char = '|';

/// By which digest messages are signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[non_exhaustive]
pub enum FondySignature {
    /// What Fondy, hutko and Flitt use.
    #[default]
    Sha1,
    /// What some integration guides name. No gateway of the family was seen to use it.
    Md5,
}

impl FondySignature {
    /// The word in a configuration.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Sha1 => "sha1",
            Self::Md5 => "md5",
        }
    }
}

impl fmt::Display for FondySignature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for FondySignature {
    type Err = UnknownWord;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        [Self::Sha1, Self::Md5]
            .into_iter()
            .find(|signature| signature.as_str() == word)
            .ok_or_else(|| UnknownWord::new("fondy signature", word))
    }
}

/// Signs what we send and checks what we hear.
#[derive(Clone, Debug)]
pub(crate) struct Signer {
    secret: Secret,
    algorithm: FondySignature,
}

impl Signer {
    pub(crate) fn new(secret: Secret, algorithm: FondySignature) -> Self {
        Self { secret, algorithm }
    }

    /// The signature of these fields.
    pub(crate) fn sign(&self, fields: &Fields) -> Result<String, &'static str> {
        let values: Option<Vec<_>> = fields.signed().map(|(_, value)| value).collect();
        Ok(self.digest(&values.ok_or("it has a value that can't be signed")?))
    }

    /// Checks that the signature among these fields is over all the others.
    pub(crate) fn verify(&self, fields: &Fields) -> Result<(), &'static str> {
        Self::compare(fields, &self.sign(fields)?)
    }

    /// Checks that the signature among these fields is over `data` alone, as in protocol 2.0.
    pub(crate) fn verify_data(&self, fields: &Fields, data: &str) -> Result<(), &'static str> {
        Self::compare(fields, &self.digest(&[data]))
    }

    /// Compares the text, as Fondy does: upper-case digits are no signature.
    fn compare(fields: &Fields, expected: &str) -> Result<(), &'static str> {
        let found = fields.text("signature").ok_or("it has no signature")?;
        if found.len() != expected.len() {
            return Err("its signature has the wrong length");
        }
        let is_right: bool = expected.as_bytes().ct_eq(found.as_bytes()).into();
        is_right.then_some(()).ok_or("its signature is wrong")
    }

    fn digest(&self, values: &[&str]) -> String {
        let mut text = self.secret.expose().to_owned();
        for value in values {
            text.push(SEPARATOR);
            text.push_str(value);
        }
        match self.algorithm {
            FondySignature::Sha1 => hex::encode(Sha1::digest(text)),
            FondySignature::Md5 => hex::encode(Md5::digest(text)),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;
    use serde_json::Value;

    use super::*;

    #[derive(Deserialize)]
    struct Fixture {
        vectors: Vec<Vector>,
        protocol_2_0: Envelope,
        libraries_disagree: Disagreements,
    }

    #[derive(Deserialize)]
    struct Vector {
        name: String,
        secret: String,
        params: Value,
        signed_string: String,
        sha1: String,
        #[serde(rename = "md5_own_calculation")]
        md5: String,
    }

    #[derive(Deserialize)]
    struct Envelope {
        secret: String,
        data: String,
        sha1: String,
    }

    #[derive(Deserialize)]
    struct Disagreements {
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        secret: String,
        params: Value,
        #[serde(rename = "sha1_Python_cloudipsp_1.0.4")]
        python: String,
        #[serde(rename = "sha1_Node_cloudipsp-node-js-sdk_1.0.8")]
        node: String,
    }

    fn fixture() -> Fixture {
        let fixture: Fixture =
            serde_json::from_str(include_str!("../tests/fixtures/fondy_signatures.json")).unwrap();
        assert_eq!((fixture.vectors.len(), fixture.libraries_disagree.cases.len()), (23, 6));
        fixture
    }

    fn signer(secret: &str, algorithm: FondySignature) -> Signer {
        Signer::new(Secret::new(secret), algorithm)
    }

    fn fields(params: &Value) -> Fields {
        Fields::from_json(params.to_string().as_bytes()).ok().unwrap()
    }

    fn with_signature(params: &Value, signature: &str) -> Fields {
        let mut params = params.clone();
        params["signature"] = signature.into();
        fields(&params)
    }

    #[test]
    fn every_vector_of_the_official_libraries_is_signed_alike() {
        for vector in fixture().vectors {
            let sign = |algorithm| signer(&vector.secret, algorithm).sign(&fields(&vector.params));
            assert_eq!(sign(FondySignature::Sha1), Ok(vector.sha1), "{}", vector.name);
            assert_eq!(sign(FondySignature::Md5), Ok(vector.md5), "{}", vector.name);
            let text = [vector.secret.as_str()].into_iter();
            let fields = fields(&vector.params);
            let text: Vec<_> = text.chain(fields.signed().filter_map(|(_, value)| value)).collect();
            assert_eq!(text.join("|"), vector.signed_string, "{}", vector.name);
        }
    }

    #[test]
    fn every_vector_is_believed_under_its_own_algorithm_alone() {
        for vector in fixture().vectors {
            let verify = |algorithm, signature: &str| {
                signer(&vector.secret, algorithm).verify(&with_signature(&vector.params, signature))
            };
            assert_eq!(verify(FondySignature::Sha1, &vector.sha1), Ok(()), "{}", vector.name);
            assert_eq!(verify(FondySignature::Md5, &vector.md5), Ok(()), "{}", vector.name);
            let length = Err("its signature has the wrong length");
            assert_eq!(verify(FondySignature::Sha1, &vector.md5), length, "{}", vector.name);
            assert_eq!(verify(FondySignature::Md5, &vector.sha1), length, "{}", vector.name);
        }
    }

    #[test]
    fn values_on_which_the_libraries_disagree_are_neither_signed_nor_believed() {
        for case in fixture().libraries_disagree.cases {
            let signer = signer(&case.secret, FondySignature::Sha1);
            // A null is no value to us, as it is none to the Python library.
            if case.name == "null_value" {
                assert_eq!(signer.sign(&fields(&case.params)).unwrap(), case.python);
                assert!(signer.verify(&with_signature(&case.params, &case.node)).is_err());
                continue;
            }
            let refused = Err("it has a value that can't be signed");
            for signature in [&case.python, &case.node] {
                assert_eq!(signer.verify(&with_signature(&case.params, signature)), refused, "{}", case.name);
            }
        }
    }

    #[test]
    fn a_signature_is_right_to_the_last_digit_or_wrong() {
        let vector = &fixture().vectors[0];
        let verify = |signature: &str| {
            let signer = signer(&vector.secret, FondySignature::Sha1);
            signer.verify(&with_signature(&vector.params, signature))
        };
        assert_eq!(verify(&vector.sha1), Ok(()));
        assert_eq!(verify(""), Err("it has no signature"));
        assert_eq!(verify(&vector.sha1.to_uppercase()), Err("its signature is wrong"));
        assert_eq!(verify(&vector.sha1[..39]), Err("its signature has the wrong length"));
        assert_eq!(verify(&format!("{} ", vector.sha1)), Err("its signature has the wrong length"));
        let other_end = if vector.sha1.ends_with('0') { "1" } else { "0" };
        assert_eq!(verify(&format!("{}{other_end}", &vector.sha1[..39])), Err("its signature is wrong"));
    }

    #[test]
    fn protocol_2_is_signed_over_its_data() {
        let Envelope { secret, data, sha1 } = fixture().protocol_2_0;
        let signer = signer(&secret, FondySignature::Sha1);
        let signed = with_signature(&serde_json::json!({ "version": "2.0", "data": data }), &sha1);
        assert_eq!(signer.verify_data(&signed, &data), Ok(()));
        assert_eq!(signer.verify_data(&signed, "e30="), Err("its signature is wrong"));
    }

    #[test]
    fn an_algorithm_is_named_by_its_word() {
        for algorithm in [FondySignature::Sha1, FondySignature::Md5] {
            assert_eq!(algorithm.to_string().parse(), Ok(algorithm));
        }
        assert!("SHA-1".parse::<FondySignature>().is_err());
    }
}
