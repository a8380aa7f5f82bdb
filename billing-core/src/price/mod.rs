//! What a call may cost, before it runs.
mod table;

use std::{fmt, sync::Arc};

use bytes::Bytes;
use http::{HeaderMap, Method};
pub use table::{PriceTable, PriceTableError};

use crate::{BoxError, Breakdown, Money, Operation};

/// Says what a call may cost, at most.
///
/// # Implementing
/// Answer at once: this runs before every paid call. Ask for the body with [`body_limit`](CostEstimator::body_limit)
/// only when the price depends on it; the layer buffers it up to that bound and refuses longer ones.
pub trait CostEstimator: fmt::Debug + Send + Sync + 'static {
    /// The upper bound of what the call costs.
    ///
    /// # Errors
    /// [`EstimateError::NoPrice`] refuses the call.
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError>;

    /// How long a body [`estimate`](CostEstimator::estimate) wants to see, in bytes; `None` when it wants none.
    fn body_limit(&self) -> Option<usize> {
        None
    }
}

#[deny(clippy::missing_trait_methods)]
impl<E: CostEstimator + ?Sized> CostEstimator for Arc<E> {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        (**self).estimate(call)
    }
    fn body_limit(&self) -> Option<usize> {
        (**self).body_limit()
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
}

impl<'a> Call<'a> {
    /// A call whose body is not known.
    pub fn new(method: &'a Method, path: &'a str, operation: &'a Operation, headers: &'a HeaderMap) -> Self {
        Self { method, path, operation, headers, body: None }
    }

    /// The whole body.
    #[must_use]
    pub fn with_body(mut self, body: &'a Bytes) -> Self {
        self.body = Some(body);
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
