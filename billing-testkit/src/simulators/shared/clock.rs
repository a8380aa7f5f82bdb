//! What time it is.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

/// Tells the Unix time in seconds.
pub(crate) type Clock = Arc<dyn Fn() -> i64 + Send + Sync>;

/// The system's time.
pub(crate) fn system() -> Clock {
    Arc::new(|| {
        let since_epoch = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since_epoch.as_secs()).unwrap_or(i64::MAX)
    })
}
