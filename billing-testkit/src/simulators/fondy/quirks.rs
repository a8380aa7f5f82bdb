//! Where sources disagree about Fondy, and what a merchant has to bear.

use serde::{Deserialize, Serialize};

/// How this Fondy behaves where the real one is said to behave in more than one way. By default as it is documented
/// today.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own")]
#[non_exhaustive]
pub struct Quirks {
    /// `error_code` is a string, as in older samples.
    pub error_codes_as_text: bool,
    /// Callbacks are forms instead of JSON.
    pub callbacks_as_form: bool,
    /// JSON callbacks lie under `response`, as answers do.
    pub callbacks_in_envelope: bool,
    /// An order that is partly reversed is `reversed` instead of `approved`.
    pub partly_reversed_is_reversed: bool,
    /// `reverse_id` is taken but means nothing, as where the documentation does not know it: a repeat reverses again.
    pub reverse_id_is_ignored: bool,
    /// What becomes of reversals that the merchant asks for.
    pub reversals: ReversalOutcome,
}

/// What becomes of a reversal that the merchant asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReversalOutcome {
    /// It is done at once.
    #[default]
    Approved,
    /// It is `created`, and done or declined later by control.
    Created,
    /// The request succeeds, and the reversal is `declined`.
    Declined,
    /// The request fails with this code, such as 1069 or 1084.
    Refused(u32),
}

impl Quirks {
    /// As documented today.
    pub fn new() -> Self {
        Self::default()
    }

    /// Error codes are strings.
    #[must_use]
    pub fn with_error_codes_as_text(mut self) -> Self {
        self.error_codes_as_text = true;
        self
    }

    /// Callbacks are forms.
    #[must_use]
    pub fn with_callbacks_as_form(mut self) -> Self {
        self.callbacks_as_form = true;
        self
    }

    /// JSON callbacks lie under `response`.
    #[must_use]
    pub fn with_callbacks_in_envelope(mut self) -> Self {
        self.callbacks_in_envelope = true;
        self
    }

    /// An order that is partly reversed is `reversed`.
    #[must_use]
    pub fn with_partly_reversed_as_reversed(mut self) -> Self {
        self.partly_reversed_is_reversed = true;
        self
    }

    /// A repeated `reverse_id` reverses again.
    #[must_use]
    pub fn with_reverse_id_ignored(mut self) -> Self {
        self.reverse_id_is_ignored = true;
        self
    }

    /// What becomes of reversals that the merchant asks for.
    #[must_use]
    pub fn with_reversals(mut self, outcome: ReversalOutcome) -> Self {
        self.reversals = outcome;
        self
    }
}
