//! What a call may cost, before it runs.
mod arguments;
mod batch;
mod breakdown;
mod error;
mod file;
mod formula;
mod json;
mod number;
mod payer;
mod profile;
mod quantity;
mod read;
mod shared;
mod table;
mod unit;

use std::{fmt, sync::Arc};

use bytes::Bytes;
pub use error::PriceTableError;
use http::{HeaderMap, Method};
pub use profile::{Profile, Profiles};
pub use shared::SharedPrices;
pub use table::PriceTable;

use crate::{BoxError, Breakdown, Money, Operation};

/// Says what a call may cost, at most.
///
/// [`PriceTable`] reads prices from a file; [`SharedPrices`] replaces it while the service runs.
///
/// # Implementing
/// Answer at once: this runs before every paid call. Say with [`needs`](CostEstimator::needs) what the price depends on:
/// the layer buffers a body that is asked for up to its bound, refuses longer ones, and looks the payer's profile up.
/// What was asked for and is not there is a fault ([`EstimateError::Failed`]), not a smaller price.
///
/// ```
/// use billing_core::{Call, CostEstimator, Currency, Estimate, EstimateError, Money, Needs, Operation};
/// use http::{HeaderMap, Method};
///
/// /// A micro for each byte of the body.
/// #[derive(Debug)]
/// struct ByTheByte;
///
/// impl CostEstimator for ByTheByte {
///     fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
///         let body = call.body.ok_or_else(|| EstimateError::Failed("no body was handed over".into()))?;
///         let micros = i64::try_from(body.len()).map_err(|error| EstimateError::Failed(error.into()))?;
///         Ok(Estimate::up_to(Money::from_micros(micros, Currency::USD)))
///     }
///
///     fn needs(&self, _operation: &Operation) -> Needs {
///         Needs::NOTHING.with_body(64 * 1024)
///     }
/// }
///
/// let (headers, store, body) = (HeaderMap::new(), Operation::new("store")?, "twelve bytes".into());
/// let call = Call::new(&Method::POST, "/store", &store, &headers).with_body(&body);
/// let estimate = ByTheByte.estimate(&call)?;
/// assert_eq!(estimate, Estimate::up_to(Money::from_micros(12, Currency::USD)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub trait CostEstimator: fmt::Debug + Send + Sync + 'static {
    /// The upper bound of what the call costs.
    ///
    /// # Errors
    /// [`EstimateError`] refuses the call.
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
