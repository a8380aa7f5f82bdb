use std::sync::{Arc, PoisonError, RwLock};

use super::{Call, CostEstimator, Estimate, EstimateError, Needs, PriceTable};
use crate::Operation;

/// A price table that can be replaced while calls are priced by it. Clones share it.
///
/// Each question is answered by the table of its moment. A call that is asked about twice while the table changes (what
/// it [`needs`](CostEstimator::needs), then its price) and whose new price depends on what was not asked for is refused
/// as [`EstimateError::Failed`]: once, and without a guess.
///
/// # Examples
/// ```
/// use billing_core::{Call, CostEstimator, Currency, Estimate, Operation, PriceTable, SharedPrices};
/// use http::{HeaderMap, Method};
///
/// let table = |text| PriceTable::from_toml(text, Currency::USD);
/// let prices = SharedPrices::new(table("operations.search = { fixed = \"0.01\" }")?);
/// prices.replace(table("operations.search = \"free\"")?);
///
/// let (headers, search) = (HeaderMap::new(), Operation::new("search")?);
/// let call = Call::new(&Method::POST, "/search", &search, &headers);
/// assert_eq!(prices.estimate(&call)?, Estimate::Free);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct SharedPrices {
    current: Arc<RwLock<Arc<PriceTable>>>,
}

impl SharedPrices {
    /// Begins with a table.
    pub fn new(table: PriceTable) -> Self {
        Self { current: Arc::new(RwLock::new(Arc::new(table))) }
    }

    /// The table of this moment, for questions that belong together.
    pub fn current(&self) -> Arc<PriceTable> {
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Prices by another table from now on.
    pub fn replace(&self, table: PriceTable) {
        let table = Arc::new(table);
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = table;
    }
}

#[deny(clippy::missing_trait_methods)]
impl CostEstimator for SharedPrices {
    fn estimate(&self, call: &Call<'_>) -> Result<Estimate, EstimateError> {
        self.current().estimate(call)
    }
    fn needs(&self, operation: &Operation) -> Needs {
        self.current().needs(operation)
    }
}
