use std::fmt;

use crate::{BoxError, EstimateError};

/// Why a price table can't be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PriceTableError {
    /// The text is not of the form of a price table.
    #[error("price table can't be read")]
    Syntax(#[source] BoxError),
    /// A value breaks a rule.
    #[error("{place} {problem}")]
    Value {
        /// Where it stands: `operations.search_cases.units[0].count`.
        place: String,
        /// What is wrong with it.
        problem: String,
    },
}

impl PriceTableError {
    pub(super) fn at(place: impl fmt::Display, problem: impl fmt::Display) -> Self {
        Self::Value { place: place.to_string(), problem: problem.to_string() }
    }
}

/// What the caller has to mend.
pub(super) fn invalid(message: impl Into<String>) -> EstimateError {
    EstimateError::Invalid { message: message.into() }
}

/// What is wrong on our side.
pub(super) fn failed(problem: impl Into<BoxError>) -> EstimateError {
    EstimateError::Failed(problem.into())
}

/// A table is checked when it is read so that its prices are amounts: this is only for what was overlooked there.
pub(super) fn out_of_range() -> EstimateError {
    failed("the price is more than an amount can be")
}
