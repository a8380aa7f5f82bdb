//! Form parameters with Stripe's nested brackets: `metadata[account]=a1`, `expand[]=latest_charge`.

use std::collections::BTreeMap;

use sha2::{Digest, Sha256};

use super::error::ApiError;

const METADATA_KEYS: usize = 50;
const METADATA_KEY_LENGTH: usize = 40;
const METADATA_VALUE_LENGTH: usize = 500;

/// The parameters of one call, names split at their brackets.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(Vec<String>, String)>);

impl Params {
    /// Reads a form body or a query string. Brackets and `|` may be escaped or not.
    pub(super) fn parse(encoded: &[u8]) -> Result<Self, ApiError> {
        form_urlencoded::parse(encoded)
            .map(|(name, value)| Ok((split(&name)?, value.into_owned())))
            .collect::<Result<_, _>>()
            .map(Self)
    }

    /// Refuses any parameter that is not named here.
    pub(super) fn only(&self, known: &[&str]) -> Result<(), ApiError> {
        match self.0.iter().find(|(name, _)| !known.contains(&name[0].as_str())) {
            None => Ok(()),
            Some((name, _)) => {
                let message = format!("Received unknown parameter: {}", name[0]);
                Err(ApiError::parameter(&name[0], "parameter_unknown", message))
            }
        }
    }

    pub(super) fn text(&self, name: &str) -> Result<Option<&str>, ApiError> {
        self.at(&[name])
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, ApiError> {
        self.text(name)?.ok_or_else(|| {
            ApiError::parameter(name, "parameter_missing", format!("Missing required param: {name}."))
        })
    }

    /// A switch, off where it is missing.
    pub(super) fn boolean(&self, name: &str) -> Result<bool, ApiError> {
        let Some(text) = self.text(name)? else { return Ok(false) };
        text.parse().map_err(|_| ApiError::parameter(name, "", format!("Invalid boolean: {text}")))
    }

    pub(super) fn integer(&self, name: &str) -> Result<Option<i64>, ApiError> {
        self.integer_at(&[name])
    }

    pub(super) fn integer_at(&self, path: &[&str]) -> Result<Option<i64>, ApiError> {
        let Some(text) = self.at(path)? else { return Ok(None) };
        text.parse().map(Some).map_err(|_| {
            let message = format!("Invalid integer: {text}");
            ApiError::parameter(path[0], "parameter_invalid_integer", message)
        })
    }

    /// The last value under exactly this path. An empty value is refused, since nothing here can be unset.
    pub(super) fn at(&self, path: &[&str]) -> Result<Option<&str>, ApiError> {
        match self.0.iter().rev().find(|(name, _)| name == path) {
            Some((_, value)) if value.is_empty() => {
                let message = format!("You passed an empty string for '{}'.", path.join("."));
                Err(ApiError::parameter(path[0], "parameter_invalid_empty", message))
            }
            found => Ok(found.map(|(_, value)| value.as_str())),
        }
    }

    /// The values of a list: `name[]=a&name[]=b` or `name[0]=a&name[1]=b`.
    pub(super) fn list(&self, name: &str) -> Vec<&str> {
        let mut items: Vec<_> =
            self.0.iter().filter(|(path, _)| path.len() == 2 && path[0] == name).collect();
        items.sort_by_key(|(path, _)| path[1].parse::<usize>().unwrap_or(usize::MAX));
        items.into_iter().map(|(_, value)| value.as_str()).collect()
    }

    pub(super) fn metadata(&self) -> Result<BTreeMap<String, String>, ApiError> {
        let refuse = |message: String| Err(ApiError::parameter("metadata", "", message));
        let mut metadata = BTreeMap::new();
        for (path, value) in self.0.iter().filter(|(path, _)| path[0] == "metadata") {
            let [_, key] = path.as_slice() else {
                return refuse("Invalid hash: metadata takes one level of keys.".to_owned());
            };
            if key.is_empty() || key.chars().count() > METADATA_KEY_LENGTH {
                return refuse(format!("Metadata keys must have 1 to {METADATA_KEY_LENGTH} characters."));
            }
            if value.chars().count() > METADATA_VALUE_LENGTH {
                return refuse(format!("Metadata values can have up to {METADATA_VALUE_LENGTH} characters."));
            }
            // An empty value unsets the key, which on a new object means that it is not there.
            if !value.is_empty() {
                metadata.insert(key.clone(), value.clone());
            }
        }
        if metadata.len() > METADATA_KEYS {
            return refuse(format!("Metadata can have up to {METADATA_KEYS} keys."));
        }
        Ok(metadata)
    }

    /// A digest by which two calls with the same parameters, in any order, are recognised.
    pub(super) fn fingerprint(&self, method: &str, path: &str) -> String {
        let mut sorted: Vec<_> = self.0.iter().collect();
        sorted.sort();
        hex::encode(Sha256::digest(format!("{method} {path} {sorted:?}")))
    }
}

fn split(name: &str) -> Result<Vec<String>, ApiError> {
    let malformed = || ApiError::malformed(format!("Invalid parameter name: {name}"));
    let Some((head, rest)) = name.split_once('[') else { return Ok(vec![name.to_owned()]) };
    let rest = rest.strip_suffix(']').ok_or_else(malformed)?;
    let path: Vec<String> = std::iter::once(head).chain(rest.split("][")).map(str::to_owned).collect();
    if head.is_empty() || path.iter().any(|part| part.contains(['[', ']'])) {
        return Err(malformed());
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn nested_names_are_read_escaped_or_not() {
        let params =
            Params::parse("metadata[account]=a1+%26+b|%D1%97&created%5Bgte%5D=7".as_bytes()).unwrap();
        assert_eq!(params.metadata().unwrap()["account"], "a1 & b|ї");
        assert_eq!(params.integer_at(&["created", "gte"]).unwrap(), Some(7));
    }

    #[test]
    fn lists_keep_the_order_of_their_indices() {
        let params = Params::parse(b"expand[1]=b&expand[0]=a").unwrap();
        assert_eq!(params.list("expand"), ["a", "b"]);
        assert_eq!(Params::parse(b"expand[]=a&expand[]=b").unwrap().list("expand"), ["a", "b"]);
    }

    #[test]
    fn broken_brackets_are_refused() {
        for name in ["a[b", "a]b[", "[a]", "a[b]c", "a[b[c]]"] {
            assert!(Params::parse(format!("{name}=1").as_bytes()).is_err(), "{name}");
        }
    }

    #[test]
    fn the_fingerprint_ignores_the_order_of_parameters() {
        let print = |form: &str| Params::parse(form.as_bytes()).unwrap().fingerprint("POST", "/v1/refunds");
        assert_eq!(print("a=1&b=2"), print("b=2&a=1"));
        assert_ne!(print("a=1&b=2"), print("a=1&b=3"));
    }
}
