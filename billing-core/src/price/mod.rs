//! What a call may cost, before it runs.
mod profile;
mod table;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method};
pub use profile::{Profile, Profiles};
pub use table::{PriceTable, PriceTableError};

use crate::{BoxError, Breakdown, Money, Operation};

/// Says what a call may cost, at most.
///
/// # Implementing
/// Answer at once: this runs before every paid call. Say with [`needs`](CostEstimator::needs) what the price depends on:
/// the layer buffers a body that is asked for up to its bound, refuses longer ones, and looks the payer's profile up.
pub trait CostEstimator: fmt::Debug + Send + Sync + 'static {
    /// The upper bound of what the call costs.
    ///
    /// # Errors
    /// [`EstimateError::NoPrice`] refuses the call.
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError>;

    /// What [`estimate`](CostEstimator::estimate) wants to see of a call of `operation`.
    fn needs(&self, operation: &Operation) -> Needs;
}

/// What an estimate depends on beside the operation, the path and the headers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Needs {
    /// How long a body it wants to see, in bytes; `None` when it wants none.
    pub body_limit: Option<usize>,
    /// Whether it wants to know the payer's [`Profile`].
    pub profile: bool,
}

impl Needs {
    /// The price depends on nothing else.
    pub const NOTHING: Self = Self { body_limit: None, profile: false };

    /// The whole body, of at most so many bytes.
    #[must_use]
    pub const fn with_body(mut self, limit_bytes: usize) -> Self {
        self.body_limit = Some(limit_bytes);
        self
    }

    /// The payer's profile.
    #[must_use]
    pub const fn with_profile(mut self) -> Self {
        self.profile = true;
        self
    }
}

#[deny(clippy::missing_trait_methods)]
impl<E: CostEstimator + ?Sized> CostEstimator for Arc<E> {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        (**self).estimate(call)
    }
    fn needs(&self, operation: &Operation) -> Needs {
        (**self).needs(operation)
    }
}

/// A call to be priced.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Call<'a> {
    /// The HTTP method.
    pub method: &'a Method,
    /// The canonical path.
    pub path: &'a str,
    /// What the call is.
    pub operation: &'a Operation,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The whole body, when the estimator asked for it.
    pub body: Option<&'a Bytes>,
    /// Who pays, when the estimator asked for it.
    pub profile: Option<&'a Profile>,
}

impl<'a> Call<'a> {
    /// A call whose body is not known.
    pub fn new(method: &'a Method, path: &'a str, operation: &'a Operation, headers: &'a HeaderMap) -> Self {
        Self { method, path, operation, headers, body: None, profile: None }
    }

    /// The whole body.
    #[must_use]
    pub fn with_body(mut self, body: &'a Bytes) -> Self {
        self.body = Some(body);
        self
    }

    /// Who pays.
    #[must_use]
    pub fn with_profile(mut self, profile: &'a Profile) -> Self {
        self.profile = Some(profile);
        self
    }
}

/// What a call may cost.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Estimate {
    /// Nothing: the call passes without a hold.
    Free,
    /// At most this.
    UpTo {
        /// The upper bound, and the cost when nobody says otherwise.
        amount: Money,
        /// How it came about.
        breakdown: Option<Breakdown>,
    },
}

impl Estimate {
    /// At most `amount`, without a word on why.
    pub fn up_to(amount: Money) -> Self {
        Self::UpTo { amount, breakdown: None }
    }
}

/// Why a call has no estimate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EstimateError {
    /// Nobody has set a price for this operation.
    #[error("no price is set for {operation}")]
    NoPrice {
        /// Which operation.
        operation: Operation,
    },
    /// The call can't be priced as it is: the message says what the caller has to mend.
    #[error("{message}")]
    Invalid {
        /// What to mend.
        message: String,
    },
    /// The estimator failed.
    #[error("cost could not be estimated")]
    Failed(#[source] BoxError),
}

impl EstimateError {
    /// Whether the same call may be priced later without anybody's doing.
    pub fn is_retryable(&self) -> bool {
        false
    }
}

const _: fn(&dyn CostEstimator) = |_| {};
