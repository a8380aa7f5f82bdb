use std::fmt;

/// A text that is used and never shown.
#[derive(Clone)]
pub(crate) struct Secret(String);

impl Secret {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub(crate) fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is visible text behind one of these prefixes, and nothing but: no line end copied along.
    pub(crate) fn has_prefix(&self, prefixes: &[&str]) -> bool {
        self.0.bytes().all(|byte| byte.is_ascii_graphic())
            && prefixes.iter().any(|prefix| self.0.strip_prefix(prefix).is_some_and(|rest| !rest.is_empty()))
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
