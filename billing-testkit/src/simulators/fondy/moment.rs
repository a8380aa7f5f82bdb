//! The circumstances of a change.

/// When a change happens, and at whose gateway.
#[derive(Debug, Clone)]
pub(super) struct Moment {
    pub(super) now: i64,
    pub(super) merchant_id: i64,
    pub(super) is_test: bool,
}
