//! An [order](https://docs.fondy.eu/en/docs/page/3/) as Fondy tells it, in callbacks and in answers about its status.
use billing_core::{
    Currency, Failure, Money, PaymentRef, PaymentSnapshot, PaymentStatus, TakeBack, TakeBackKind,
};
use serde::Deserialize;
use serde_json::Value;

use crate::{fields::Fields, signature::SEPARATOR};

/// What every word on an order carries.
const REQUIRED: [&str; 5] = ["order_id", "merchant_id", "amount", "currency", "order_status"];

/// The one take-back of an order: the running total of its reversals.
const REVERSAL: &str = "reversal";

/// No amount has more digits.
const MAX_DIGITS: usize = 12;

/// All names of signed fields in words on orders. See [`reads_one_way`].
const KNOWN: [&str; 36] = [
    "actual_amount",
    "actual_currency",
    "additional_info",
    "amount",
    "approval_code",
    "card_bin",
    "card_type",
    "currency",
    "eci",
    "fee",
    "fee_oplata",
    "masked_card",
    "merchant_data",
    "merchant_id",
    "order_id",
    "order_status",
    "order_time",
    "parent_order_id",
    "payment_id",
    "payment_system",
    "product_id",
    "rectoken",
    "rectoken_lifetime",
    "response_code",
    "response_description",
    "response_status",
    "reversal_amount",
    "rrn",
    "sender_account",
    "sender_cell_phone",
    "sender_email",
    "settlement_amount",
    "settlement_currency",
    "settlement_date",
    "tran_type",
    "verification_status",
];

/// Whose orders are believed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Merchant {
    pub(crate) id: u64,
    /// Whether payments without money count.
    pub(crate) takes_tests: bool,
}

/// Why signed fields are no order.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Doubt {
    /// They were moved under a signature that holds all the same, or mean no money.
    NotBelieved(&'static str),
    /// They are Fondy's, but can't be read.
    Unreadable(&'static str),
}

/// An order as it stands.
#[derive(Debug)]
pub(crate) struct Order {
    id: String,
    /// Fondy's word for its status.
    word: String,
    is_of_other_merchant: bool,
    /// `None` in a currency that is not known here.
    amount: Option<Money>,
    /// The running total of its reversals; `None` when unknown.
    pub(crate) reversed: Option<Money>,
    response_code: Option<String>,
    response_description: Option<String>,
}

impl Order {
    /// Reads fields whose signature was checked.
    pub(crate) fn read(fields: &Fields, merchant: Merchant) -> Result<Self, Doubt> {
        let [id, theirs, amount, currency, word] = required(fields)?;
        let reversed = fields.text("reversal_amount");
        if reversed.is_some_and(|reversed| reversed.contains(SEPARATOR)) {
            return Err(Doubt::NotBelieved("a field it relies on holds the separator of its signature"));
        }
        if !merchant.takes_tests && is_test(fields) {
            return Err(Doubt::NotBelieved("it is of a test payment"));
        }
        let currency: Option<Currency> = currency.parse().ok();
        let reversed = reversed.map_or(Ok(None), |reversed| money(reversed, currency))?;
        Ok(Self {
            id: id.to_owned(),
            word: word.to_owned(),
            is_of_other_merchant: theirs != merchant.id.to_string(),
            amount: money(amount, currency)?,
            // Reversed by nothing: one of the two is not up to date.
            reversed: reversed.filter(|reversed| reversed.is_positive() || word != "reversed"),
            response_code: fields.text("response_code").map(str::to_owned),
            response_description: fields.text("response_description").map(str::to_owned),
        })
    }

    /// Which payment it is.
    pub(crate) fn reference(&self) -> PaymentRef {
        PaymentRef::new(self.id.parse().ok(), Some(self.id.clone()))
    }

    pub(crate) fn currency(&self) -> Option<Currency> {
        self.amount.map(Money::currency)
    }

    /// What happened, for records: the word for its status, unless that is no word.
    pub(crate) fn event(&self) -> String {
        let is_word =
            self.word.len() <= 32 && self.word.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'_'));
        format!("order.{}", if is_word { &self.word } else { "unknown" })
    }

    pub(crate) fn snapshot(&self) -> PaymentSnapshot {
        let status = self.status();
        let mut snapshot = PaymentSnapshot::new(self.reference(), status);
        snapshot.other_merchant = self.is_of_other_merchant;
        snapshot.take_backs = self.take_backs();
        if status == PaymentStatus::Succeeded {
            snapshot.paid = self.amount;
        }
        if status == PaymentStatus::Failed {
            let code = self.response_code.as_deref().unwrap_or(&self.word);
            snapshot.failure = Some(Failure::new(code, self.response_description.clone()));
        }
        snapshot
    }

    fn status(&self) -> PaymentStatus {
        match self.word.as_str() {
            "processing" => PaymentStatus::Processing,
            "declined" => PaymentStatus::Failed,
            "expired" => PaymentStatus::Expired,
            "approved" | "reversed" => PaymentStatus::Succeeded,
            _ => PaymentStatus::Pending,
        }
    }

    /// The total counts, whatever the status: an order of which a part was reversed is `approved` to some, `reversed`
    /// to others.
    fn take_backs(&self) -> Option<Vec<TakeBack>> {
        let reversal = |reversed| vec![TakeBack::new(REVERSAL, TakeBackKind::Refund, reversed)];
        self.reversed.map(|reversed| if reversed.is_zero() { Vec::new() } else { reversal(reversed) })
    }
}

/// Whether a signature leaves no choice how to read these fields.
///
/// It is over values alone, in the order of their names. So it holds as well when a field gets a name that sorts like
/// its own, and when values are joined or parted at a separator: with free names, the payer's e-mail address can be
/// made to stand where the status is read. With these names alone and no separator it cannot: none of them sorts
/// between the id of an order and its status, so those two stay side by side.
pub(crate) fn reads_one_way(fields: &Fields) -> bool {
    fields.signed().all(|(name, value)| {
        KNOWN.binary_search(&name).is_ok() && value.is_some_and(|value| !value.contains(SEPARATOR))
    })
}

fn required(fields: &Fields) -> Result<[&str; 5], Doubt> {
    let mut values = [""; 5];
    for (value, name) in values.iter_mut().zip(REQUIRED) {
        *value = fields.text(name).ok_or(Doubt::NotBelieved("a field that every order has is missing"))?;
        if value.contains(SEPARATOR) {
            return Err(Doubt::NotBelieved("a field it relies on holds the separator of its signature"));
        }
    }
    Ok(values)
}

/// Whole minor units that are not negative.
fn money(text: &str, currency: Option<Currency>) -> Result<Option<Money>, Doubt> {
    let unreadable = Doubt::Unreadable("an amount that is no whole number of minor units");
    if text.len() > MAX_DIGITS || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(unreadable);
    }
    let Some(currency) = currency else { return Ok(None) };
    let minor = text.parse().ok();
    minor.and_then(|minor| Money::from_minor(minor, currency)).map(Some).ok_or(unreadable)
}

/// Whether no money moved.
fn is_test(fields: &Fields) -> bool {
    #[derive(Deserialize)]
    struct AdditionalInfo {
        #[serde(default)]
        is_test: Value,
    }

    let info = fields.text("additional_info").and_then(|info| serde_json::from_str(info).ok());
    let says_so = info.is_some_and(|AdditionalInfo { is_test }| {
        let word = is_test.to_string().to_lowercase();
        !matches!(word.trim_matches('"'), "null" | "false" | "0" | "")
    });
    says_so || fields.text("response_signature_string").is_some()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const OURS: Merchant = Merchant { id: 77, takes_tests: false };

    /// An approved order of 250 hryvnias with some fields changed; null takes one away.
    fn fields(changes: &Value) -> Fields {
        let mut order = json!({
            "order_id": "0198c0de-0000-7000-8000-000000000001",
            "merchant_id": 77,
            "amount": "25000",
            "currency": "UAH",
            "order_status": "approved",
            "response_status": "success",
            "tran_type": "purchase",
            "payment_id": 805_243_692,
            "reversal_amount": "0",
        });
        for (name, value) in changes.as_object().unwrap() {
            order[name] = value.clone();
        }
        Fields::from_json(order.to_string().as_bytes()).ok().unwrap()
    }

    fn read(changes: &Value) -> Result<PaymentSnapshot, Doubt> {
        Order::read(&fields(changes), OURS).map(|order| order.snapshot())
    }

    fn uah(minor: i64) -> Money {
        Money::from_minor(minor, Currency::UAH).unwrap()
    }

    fn reversal(minor: i64) -> Vec<TakeBack> {
        vec![TakeBack::new("reversal", TakeBackKind::Refund, uah(minor))]
    }

    #[test]
    fn words_for_the_status_mean_these() {
        let paid = Some(uah(25_000));
        for (word, status, paid) in [
            ("created", PaymentStatus::Pending, None),
            ("processing", PaymentStatus::Processing, None),
            ("declined", PaymentStatus::Failed, None),
            ("expired", PaymentStatus::Expired, None),
            ("approved", PaymentStatus::Succeeded, paid),
            ("reversed", PaymentStatus::Succeeded, paid),
            ("a_word_of_tomorrow", PaymentStatus::Pending, None),
            ("Approved", PaymentStatus::Pending, None),
        ] {
            let snapshot = read(&json!({ "order_status": word, "reversal_amount": 1 })).unwrap();
            assert_eq!((snapshot.status, snapshot.paid), (status, paid), "{word}");
            assert_eq!(snapshot.take_backs, Some(reversal(1)), "{word}");
            assert_eq!(snapshot.failure.is_some(), word == "declined", "{word}");
        }
    }

    #[test]
    fn a_decline_says_why() {
        let told =
            json!({ "order_status": "declined", "response_code": 1037, "response_description": "No." });
        let failure = read(&told).unwrap().failure.unwrap();
        assert_eq!((failure.code.as_str(), failure.message.as_deref()), ("1037", Some("No.")));
        let failure = read(&json!({ "order_status": "declined" })).unwrap().failure.unwrap();
        assert_eq!((failure.code.as_str(), failure.message), ("declined", None));
    }

    #[test]
    fn what_was_taken_back_is_the_total_of_reversals_whatever_the_status() {
        for (word, told, expected) in [
            ("approved", json!("0"), Some(vec![])),
            ("approved", json!(0), Some(vec![])),
            ("approved", json!("5000"), Some(reversal(5_000))),
            ("reversed", json!(5_000), Some(reversal(5_000))),
            ("reversed", json!("25000"), Some(reversal(25_000))),
            ("approved", json!(""), None),
            ("approved", Value::Null, None),
            ("reversed", Value::Null, None),
            ("reversed", json!("0"), None),
            ("expired", json!("0"), Some(vec![])),
        ] {
            let snapshot = read(&json!({ "order_status": word, "reversal_amount": told })).unwrap();
            assert_eq!(snapshot.take_backs, expected, "{word} {told}");
        }
    }

    #[test]
    fn amounts_are_whole_minor_units_or_unreadable() {
        for name in ["amount", "reversal_amount"] {
            for value in ["-1", "+1", "1.5", "10.00", "1e3", "0x10", " 1", "1 000", "١", "9999999999999"] {
                let error = read(&json!({ name: value })).unwrap_err();
                assert!(matches!(error, Doubt::Unreadable(_)), "{name} {value}: {error:?}");
            }
            assert!(read(&json!({ name: -1 })).is_err());
        }
        assert_eq!(read(&json!({ "amount": 999_999_999_999_i64 })).unwrap().paid, Some(uah(999_999_999_999)));
    }

    #[test]
    fn an_amount_in_an_unknown_currency_is_unknown() {
        for currency in ["XYZ", "uah", "₴"] {
            let snapshot = read(&json!({ "currency": currency, "reversal_amount": 1 })).unwrap();
            assert_eq!((snapshot.paid, snapshot.take_backs), (None, None), "{currency}");
        }
    }

    #[test]
    fn an_order_lacks_no_field_that_every_order_has() {
        for name in REQUIRED {
            for value in [Value::Null, json!("")] {
                let doubt = read(&json!({ name: value })).unwrap_err();
                assert_eq!(doubt, Doubt::NotBelieved("a field that every order has is missing"), "{name}");
            }
        }
    }

    #[test]
    fn a_separator_in_a_field_it_relies_on_is_not_believed() {
        for name in REQUIRED.into_iter().chain(["reversal_amount"]) {
            let doubt = read(&json!({ name: "1|approved" })).unwrap_err();
            assert!(matches!(doubt, Doubt::NotBelieved(_)), "{name}: {doubt:?}");
        }
    }

    #[test]
    fn another_merchant_is_told() {
        assert!(!read(&json!({ "merchant_id": "77" })).unwrap().other_merchant);
        for other in [json!(78), json!("077"), json!("x")] {
            assert!(read(&json!({ "merchant_id": other })).unwrap().other_merchant, "{other}");
        }
    }

    #[test]
    fn our_id_is_the_id_of_the_order() {
        let reference = read(&json!({})).unwrap().payment;
        assert_eq!(reference.id.map(|id| id.to_string()), reference.external_id);
        let reference = read(&json!({ "order_id": "topup-1" })).unwrap().payment;
        assert_eq!((reference.id, reference.external_id.as_deref()), (None, Some("topup-1")));
    }

    #[test]
    fn tests_are_believed_only_where_they_count() {
        let info = |text: &str| json!({ "additional_info": text });
        for told in [
            info(r#"{"is_test": true, "client_fee": 0.0}"#),
            info(r#"{"is_test": "True"}"#),
            info(r#"{"is_test": 1}"#),
            json!({ "response_signature_string": "****|1" }),
        ] {
            assert_eq!(read(&told).unwrap_err(), Doubt::NotBelieved("it is of a test payment"), "{told}");
            let allowed = Merchant { takes_tests: true, ..OURS };
            assert!(Order::read(&fields(&told), allowed).is_ok(), "{told}");
        }
        for told in ["{}", r#"{"is_test": false}"#, r#"{"is_test": null}"#, r#"{"is_test": "0"}"#, "no json"]
        {
            assert!(read(&info(told)).is_ok(), "{told}");
        }
    }

    #[test]
    fn an_event_is_named_by_the_word_for_the_status() {
        let event =
            |word: &str| Order::read(&fields(&json!({ "order_status": word })), OURS).unwrap().event();
        assert_eq!(event("approved"), "order.approved");
        for strange in ["a b", "Approved", "a\nb", &"a".repeat(33)] {
            assert_eq!(event(strange), "order.unknown");
        }
    }

    #[test]
    fn known_names_without_separators_read_one_way() {
        assert!(KNOWN.is_sorted());
        assert!(reads_one_way(&fields(&json!({ "signature": "a|b", "tomorrow": "" }))));
        for told in [
            json!({ "tomorrow": 1 }),
            json!({ "sender_email": "a|b" }),
            json!({ "order_ie": "x" }),
            json!({ "fee": [] }),
        ] {
            assert!(!reads_one_way(&fields(&told)), "{told}");
        }
        let order_id = KNOWN.binary_search(&"order_id").unwrap();
        assert_eq!(KNOWN[order_id + 1], "order_status");
    }
}
