//! The simulator signs as official libraries do.

use billing_testkit::simulators::fondy::{SignatureAlgorithm, signature};
use serde_json::{Value, json};

use super::shop::object;

fn vectors() -> Vec<Value> {
    let fixture: Value = serde_json::from_str(include_str!("fixtures/signatures.json")).unwrap();
    fixture["vectors"].as_array().unwrap().clone()
}

#[test]
fn every_vector_of_the_official_libraries_is_met() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 23);
    for vector in vectors {
        let (fields, secret) = (object(vector["params"].clone()), vector["secret"].as_str().unwrap());
        for (algorithm, name) in [(SignatureAlgorithm::Sha1, "sha1"), (SignatureAlgorithm::Md5, "md5")] {
            let made = signature(algorithm, secret, &fields);
            assert_eq!(made.as_deref(), vector[name].as_str(), "{name} of {}", vector["name"]);
        }
    }
}

#[test]
fn values_without_one_text_cannot_be_signed() {
    for value in [json!(10.5), json!(10.0), json!(true), json!({ "b": 1 }), json!([1, 2])] {
        let fields = object(json!({ "order_id": "a", "x": value }));
        assert_eq!(signature(SignatureAlgorithm::Sha1, "test", &fields), None, "{value}");
    }
}

#[test]
fn null_leaves_no_trace() {
    let signed = |fields| signature(SignatureAlgorithm::Sha1, "test", &object(fields));
    assert_eq!(signed(json!({ "order_id": "a", "x": null })), signed(json!({ "order_id": "a" })));
}
