//! Parts of a JSON text, as they stand there.
use std::{borrow::Cow, fmt};

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::error::invalid;
use crate::EstimateError;

/// Deeper JSON is refused: readers differ in where they give up.
const DEEPEST: usize = 64;

/// Reads a part of a whole JSON text.
pub(super) fn read<'a, S: DeserializeSeed<'a>>(part: S, json: &'a str) -> Result<S::Value, EstimateError> {
    let mut deserializer = serde_json::Deserializer::from_str(json);
    let value = part.deserialize(&mut deserializer);
    value
        .and_then(|value| deserializer.end().map(|()| value))
        .map_err(|error| invalid(format!("the body is not the JSON that it has to be: {error}")))
}

/// A member of an object. One that is there twice is refused, for readers differ in which they take; so is one that is
/// spelled in other case, for some readers take it for this one.
#[derive(Clone, Copy, Debug)]
pub(super) struct Member<'n>(pub(super) &'n str);

impl<'de> DeserializeSeed<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Member<'_> {
    type Value = Option<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Self::Value, A::Error> {
        let mut found = None;
        while let Some(name) = members.next_key::<Cow<'de, str>>()? {
            if name == self.0 {
                if found.replace(members.next_value()?).is_some() {
                    return Err(A::Error::custom(format_args!("{name} is there twice")));
                }
            } else if is_same_in_other_case(&name, self.0) {
                return Err(A::Error::custom(format_args!("{} must be spelled so", self.0)));
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        Ok(found)
    }
}

fn is_same_in_other_case(name: &str, other: &str) -> bool {
    // Down and up again: some letters have only one of both, such as the long s and the sign of kelvin.
    let folded = |text: &str| text.to_lowercase().to_uppercase();
    if name.is_ascii() && other.is_ascii() {
        name.eq_ignore_ascii_case(other)
    } else {
        folded(name) == folded(other)
    }
}

/// The items of an array, of which there must not be more.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    pub(super) most: usize,
}

impl<'de> DeserializeSeed<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Items {
    type Value = Vec<&'de RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            if items.len() == self.most {
                return Err(A::Error::custom(format_args!("there are more than {} calls", self.most)));
            }
            items.push(item);
        }
        Ok(items)
    }
}

/// Refuses deeply nested JSON, for what is skipped or kept as it stands, too.
pub(super) fn check_depth(json: &str) -> Result<(), EstimateError> {
    let (mut depth, mut in_string, mut escaped) = (0_usize, false, false);
    for byte in json.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => in_string = !in_string,
            _ if in_string => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > DEEPEST {
            return Err(invalid(format!("the body is nested deeper than {DEEPEST}")));
        }
    }
    Ok(())
}
