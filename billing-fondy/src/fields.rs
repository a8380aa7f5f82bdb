//! The fields of Fondy's messages, read so that nothing its signatures are over gets lost.
use std::{
    collections::{BTreeMap, btree_map::Entry},
    fmt,
};

use percent_encoding::percent_decode;
use serde::{
    Deserialize, Deserializer,
    de::{Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::error::Category;

/// What no signature is over: the signature itself, and a hint for people that test payments carry.
const UNSIGNED: [&str; 2] = ["signature", "response_signature_string"];

/// The fields of a message, in the byte order of their names, each name once.
#[derive(Default)]
pub(crate) struct Fields(BTreeMap<String, Value>);

enum Value {
    /// A text, the digits of a whole number, or nothing for null.
    Text(String),
    Nested(Fields),
    /// Anything that Fondy's libraries write down differently: fractions, booleans, lists.
    Other,
}

impl Fields {
    /// Reads a JSON object, out of its `response` envelope if it is in one.
    pub(crate) fn from_json(body: &[u8]) -> Result<Self, &'static str> {
        let mut fields: Self = serde_json::from_slice(body).map_err(|error| match error.classify() {
            Category::Data => "its json is not one object that names each field once",
            Category::Io | Category::Syntax | Category::Eof => "it is not json",
        })?;
        if fields.0.len() == 1
            && let Some(Value::Nested(inner)) = fields.0.get_mut("response")
        {
            return Ok(std::mem::take(inner));
        }
        Ok(fields)
    }

    /// Reads an `application/x-www-form-urlencoded` body.
    pub(crate) fn from_form(body: &[u8]) -> Result<Self, &'static str> {
        let mut fields = Self::default();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let mut halves = pair.splitn(2, |byte| *byte == b'=').map(form_text);
            let name = halves.next().unwrap_or_else(|| Ok(String::new()))?;
            let text = halves.next().unwrap_or_else(|| Ok(String::new()))?;
            fields.add(name, Value::Text(text)).map_err(|Twice| "its form names a field twice")?;
        }
        Ok(fields)
    }

    /// A field with something in it.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        match self.0.get(name)? {
            Value::Text(text) if !text.is_empty() => Some(text),
            Value::Text(_) | Value::Nested(_) | Value::Other => None,
        }
    }

    /// The fields that a signature is over, in its order; a value is `None` when nobody could sign it.
    pub(crate) fn signed(&self) -> impl Iterator<Item = (&str, Option<&str>)> {
        let signed = self.0.iter().filter(|(name, _)| !UNSIGNED.contains(&name.as_str()));
        signed.filter_map(|(name, value)| match value {
            Value::Text(text) if text.is_empty() => None,
            Value::Text(text) => Some((name.as_str(), Some(text.as_str()))),
            Value::Nested(_) | Value::Other => Some((name.as_str(), None)),
        })
    }

    fn add(&mut self, name: String, value: Value) -> Result<(), Twice> {
        match self.0.entry(name) {
            Entry::Vacant(place) => {
                place.insert(value);
                Ok(())
            }
            Entry::Occupied(_) => Err(Twice),
        }
    }
}

/// A name that is there already: two readers of such a message would not read the same.
struct Twice;

fn form_text(text: &[u8]) -> Result<String, &'static str> {
    let spaced: Vec<u8> = text.iter().map(|byte| if *byte == b'+' { b' ' } else { *byte }).collect();
    let text = percent_decode(&spaced).decode_utf8().map_err(|_| "its form is not utf-8")?;
    Ok(text.into_owned())
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = Fields::default();
                while let Some((name, value)) = map.next_entry()? {
                    fields.add(name, value).map_err(|Twice| A::Error::custom("a field is there twice"))?;
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

impl<'de> Deserialize<'de> for Value {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Value;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_str<E>(self, text: &str) -> Result<Value, E> {
                Ok(Value::Text(text.to_owned()))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
                Ok(Value::Text(number.to_string()))
            }

            fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
                Ok(Value::Text(number.to_string()))
            }

            fn visit_unit<E>(self) -> Result<Value, E> {
                Ok(Value::Text(String::new()))
            }

            fn visit_bool<E>(self, _: bool) -> Result<Value, E> {
                Ok(Value::Other)
            }

            // Its digits are lost by now: `10.0` may have been `10.00`.
            fn visit_f64<E>(self, _: f64) -> Result<Value, E> {
                Ok(Value::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Value::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Value, A::Error> {
                let inner = serde::de::value::MapAccessDeserializer::new(map);
                Fields::deserialize(inner).map(Value::Nested)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn json(text: &str) -> Result<Fields, &'static str> {
        Fields::from_json(text.as_bytes())
    }

    #[test]
    fn texts_and_whole_numbers_read_alike() {
        let fields = json(r#"{"a":"1000","b":1000,"c":-1,"d":18446744073709551615,"e":" "}"#).ok().unwrap();
        let read: Vec<_> = ["a", "b", "c", "d", "e"].map(|name| fields.text(name).unwrap()).into();
        assert_eq!(read, ["1000", "1000", "-1", "18446744073709551615", " "]);
    }

    #[test]
    fn empty_and_null_are_absent_and_zero_is_not() {
        let fields = json(r#"{"a":"","b":null,"c":0,"d":"0"}"#).ok().unwrap();
        assert_eq!(fields.signed().collect::<Vec<_>>(), [("c", Some("0")), ("d", Some("0"))]);
        assert_eq!(fields.text("a").or(fields.text("b")).or(fields.text("missing")), None);
    }

    #[test]
    fn what_cannot_be_signed_is_told_apart() {
        for value in ["10.0", "1e3", "-0", "18446744073709551616", "true", "[]", "[[1]]", "{}", r#"{"b":1}"#]
        {
            let fields = json(&format!(r#"{{"a":{value},"z":1}}"#)).ok().unwrap();
            assert_eq!(fields.signed().next(), Some(("a", None)), "{value}");
            assert_eq!(fields.text("a"), None, "{value}");
        }
    }

    #[test]
    fn names_are_in_byte_order_and_signatures_apart() {
        let fields = json(
            r#"{"order_id":4,"alpha":2,"signature":"x","_x":3,"response_signature_string":"y","Zeta":1}"#,
        );
        let fields = fields.ok().unwrap();
        let names: Vec<_> = fields.signed().map(|(name, _)| name).collect();
        assert_eq!(names, ["Zeta", "_x", "alpha", "order_id"]);
    }

    #[test]
    fn an_envelope_is_taken_off_and_nothing_else_is() {
        assert_eq!(json(r#"{"response":{"a":"1"}}"#).ok().unwrap().text("a"), Some("1"));
        assert_eq!(json(r#"{"response":{"a":"1"},"a":"2"}"#).ok().unwrap().text("a"), Some("2"));
        assert_eq!(json(r#"{"response":"a"}"#).ok().unwrap().text("response"), Some("a"));
    }

    #[test]
    fn a_name_that_is_there_twice_is_refused() {
        for text in [
            r#"{"signature":"a","signature":"a"}"#,
            r#"{"a":"","a":"1"}"#,
            r#"{"a":null,"a":null}"#,
            r#"{"response":{"a":1,"a":1}}"#,
            r#"{"\u0061":1,"a":1}"#,
        ] {
            assert_eq!(
                json(text).err(),
                Some("its json is not one object that names each field once"),
                "{text}"
            );
        }
        assert_eq!(Fields::from_form(b"a=1&b=2&%61=1").err(), Some("its form names a field twice"));
    }

    #[test]
    fn garbage_is_refused() {
        let deep = format!(r#"{{"a":{}1{}}}"#, r#"{"a":"#.repeat(10_000), "}".repeat(10_000));
        let many = format!(r#"{{"a":{}"#, "[".repeat(100_000));
        for text in ["", "{", "[]", "1", "\"a\"", "{}{}", "{\"a\":\"\\ud800\"}", "\u{feff}{}", &deep, &many] {
            assert!(json(text).is_err(), "{}", &text[..text.len().min(20)]);
        }
        assert_eq!(Fields::from_json(b"{\"a\":\"\xff\"}").err(), Some("it is not json"));
        assert_eq!(Fields::from_form(b"a=%ff").err(), Some("its form is not utf-8"));
        assert_eq!(Fields::from_form(b"\xff=1").err(), Some("its form is not utf-8"));
    }

    #[test]
    fn a_form_is_decoded() {
        let form = b"a+b=%D0%9A%D0%B8%D1%97%D0%B2+1&&c&d==&e=%zz".to_vec();
        let fields = Fields::from_form(&form).ok().unwrap();
        let signed: Vec<_> = fields.signed().collect();
        assert_eq!(signed, [("a b", Some("Київ 1")), ("d", Some("=")), ("e", Some("%zz"))]);
    }
}
