use std::{fmt, str::FromStr};

/// Whether calls are refused and charged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Mode {
    /// Calls are held, refused and charged.
    #[default]
    Enforce,
    /// Calls are held and charged where they may be; those that would be refused run for nothing, and are recorded
    /// with the reason: [`Ledger::observed`](billing_core::Ledger::observed) reports them. What can't be priced, or not
    /// be held at all, runs unbilled. Nobody waits for a capture. Only a body that has to be read first, and is too long,
    /// too slow or breaks off, is still refused: what was read of it is gone.
    Observe,
    /// The ledger is not asked: calls of known callers run unbilled.
    Off,
}

impl Mode {
    /// All modes.
    pub const ALL: [Self; 3] = [Self::Enforce, Self::Observe, Self::Off];

    /// The word for settings and messages.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
            Self::Off => "off",
        }
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Mode {
    type Err = UnknownMode;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        Self::ALL.into_iter().find(|mode| mode.as_str() == word).ok_or(UnknownMode)
    }
}

/// The word is not one of `enforce`, `observe` and `off`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("must be enforce, observe or off")]
pub struct UnknownMode;
