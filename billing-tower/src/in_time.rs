use std::time::Duration;

use billing_core::LedgerError;
use tokio::time::timeout;

/// The longest that a call waits for the ledger.
const LIMIT: Duration = Duration::from_secs(10);

/// What the ledger answers, if it does in time.
pub(crate) async fn in_time<T>(
    asked: impl Future<Output = Result<T, LedgerError>>,
) -> Result<T, LedgerError> {
    match timeout(LIMIT, asked).await {
        Ok(outcome) => outcome,
        Err(elapsed) => Err(LedgerError::Unavailable(elapsed.into())),
    }
}
