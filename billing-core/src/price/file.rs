//! A price table as it is written, in TOML or JSON. Nothing is looked at yet but its form.
use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{Error as _, MapAccess, Visitor, value::MapAccessDeserializer},
};

/// Amounts are strings in both formats: their number syntax is a float in many readers.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TableFile {
    pub(super) body_limit_bytes: Option<u64>,
    pub(super) default_tier: Option<String>,
    #[serde(default)]
    pub(super) tiers: Named<String>,
    #[serde(default)]
    pub(super) units: Named<UnitEntry>,
    #[serde(default)]
    pub(super) operations: Named<Entry>,
    pub(super) unlisted: Option<Entry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct UnitEntry {
    pub(super) price: Option<String>,
    pub(super) steps: Option<Vec<StepEntry>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct StepEntry {
    pub(super) below: Option<u64>,
    pub(super) price: String,
}

/// The price of an operation.
#[derive(Debug)]
pub(super) enum Entry {
    /// `"free"`.
    Word(String),
    /// Anything else.
    Fields(Box<Fields>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fields {
    pub(super) fixed: Option<String>,
    pub(super) base: Option<String>,
    pub(super) markup_percent: Option<String>,
    pub(super) units: Option<Vec<QuantityEntry>>,
    pub(super) batch: Option<BatchEntry>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct QuantityEntry {
    pub(super) unit: String,
    pub(super) count: Option<u64>,
    pub(super) length_of: Option<String>,
    pub(super) per: Option<u64>,
    pub(super) argument: Option<String>,
    pub(super) counts: Option<Named<u64>>,
    pub(super) default: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct BatchEntry {
    pub(super) calls: String,
    pub(super) operation: String,
    pub(super) arguments: String,
    pub(super) most: u64,
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EntryVisitor;

        impl<'de> Visitor<'de> for EntryVisitor {
            type Value = Entry;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("\"free\" or a table that says what it costs")
            }

            fn visit_str<E>(self, word: &str) -> Result<Entry, E> {
                Ok(Entry::Word(word.to_owned()))
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Entry, A::Error> {
                Fields::deserialize(MapAccessDeserializer::new(map))
                    .map(|fields| Entry::Fields(Box::new(fields)))
            }
        }

        deserializer.deserialize_any(EntryVisitor)
    }
}

/// Things by their names, each of which stands once. JSON has no such rule of its own.
#[derive(Debug)]
pub(super) struct Named<T>(pub(super) BTreeMap<String, T>);

impl<T> Default for Named<T> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Named<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct NamedVisitor<T>(PhantomData<T>);

        impl<'de, T: Deserialize<'de>> Visitor<'de> for NamedVisitor<T> {
            type Value = Named<T>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a table of names")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Named<T>, A::Error> {
                let mut named = BTreeMap::new();
                while let Some((name, value)) = map.next_entry::<String, T>()? {
                    if named.contains_key(&name) {
                        return Err(A::Error::custom(format_args!("{name} is there twice")));
                    }
                    named.insert(name, value);
                }
                Ok(Named(named))
            }
        }

        deserializer.deserialize_map(NamedVisitor(PhantomData))
    }
}
