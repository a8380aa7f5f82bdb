use std::borrow::Cow;

use billing_core::{JsonAmount, Money};
use serde::{Serialize, Serializer};

/// A JSON object whose fields keep their order.
#[derive(Clone, Debug, Default)]
pub(super) struct Fields(Vec<(Cow<'static, str>, Value)>);

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Value {
    Text(String),
    Amount(JsonAmount),
    Object(Fields),
}

impl Fields {
    pub(super) fn text(self, name: &'static str, text: impl Into<String>) -> Self {
        self.with(name, Value::Text(text.into()))
    }

    /// An exact number under a name that carries its currency: `current_usd`.
    pub(super) fn amount(self, name: &str, amount: Money) -> Self {
        let name = format!("{name}_{}", amount.currency().code().to_ascii_lowercase());
        self.with(name, Value::Amount(amount.into()))
    }

    pub(super) fn object(self, name: &'static str, fields: Fields) -> Self {
        self.with(name, Value::Object(fields))
    }

    pub(super) fn get_text(&self, name: &str) -> Option<&str> {
        self.0.iter().find_map(|(found, value)| match value {
            Value::Text(text) if found == name => Some(text.as_str()),
            _ => None,
        })
    }

    pub(super) fn to_json(&self) -> Vec<u8> {
        // Texts and amounts have no way to fail.
        serde_json::to_vec(self).unwrap_or_default()
    }

    fn with(mut self, name: impl Into<Cow<'static, str>>, value: Value) -> Self {
        self.0.push((name.into(), value));
        self
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}
