use std::collections::BTreeMap;

use super::{
    arguments::{ArgumentPath, Arguments},
    error::invalid,
    unit::Unit,
};
use crate::EstimateError;

/// How many of a unit a call takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Quantity {
    pub(super) unit: Unit,
    pub(super) count: Count,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Count {
    /// Always as many.
    Fixed(u64),
    /// One for each `per` characters, a broken one counting whole.
    Length {
        /// Of what.
        of: Measured,
        /// How many characters are one.
        per: u64,
    },
    /// By what an argument says.
    Choice {
        /// Which argument.
        argument: ArgumentPath,
        /// What it may say.
        counts: BTreeMap<String, u64>,
        /// When it is not there.
        default: Option<u64>,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Measured {
    Body,
    Argument(ArgumentPath),
}

impl Count {
    pub(super) fn of(&self, arguments: &Arguments<'_>) -> Result<u64, EstimateError> {
        match self {
            Self::Fixed(count) => Ok(*count),
            Self::Length { of: Measured::Body, per } => Ok(arguments.length().div_ceil(*per)),
            Self::Length { of: Measured::Argument(argument), per } => {
                Ok(arguments.length_of(argument)?.div_ceil(*per))
            }
            Self::Choice { argument, counts, default } => {
                let count = match arguments.text(argument)? {
                    Some(choice) => choice.as_str().and_then(|choice| counts.get(choice)),
                    None => default.as_ref(),
                };
                count.copied().ok_or_else(|| {
                    let choices: Vec<_> = counts.keys().map(String::as_str).collect();
                    invalid(format!("{argument} must be one of {}", choices.join(", ")))
                })
            }
        }
    }

    /// The most that a body of so many bytes can come to.
    pub(super) fn most(&self, body_bytes: u64) -> u64 {
        match self {
            Self::Fixed(count) => *count,
            Self::Length { per, .. } => body_bytes.div_ceil(*per),
            Self::Choice { counts, .. } => counts.values().copied().max().unwrap_or_default(),
        }
    }

    pub(super) fn reads_body(&self) -> bool {
        !matches!(self, Self::Fixed(_))
    }
}
