//! Lists, newest first, a page at a time.

use serde_json::{Value, json};

use crate::simulators::shared::table::Row;
use crate::simulators::stripe::error::ApiError;
use crate::simulators::stripe::params::Params;

const DEFAULT_LIMIT: i64 = 10;
const LARGEST_LIMIT: i64 = 100;

/// The page of `rows` that `limit` and `starting_after` ask for.
pub(super) fn page<'a, T: Row + 'a>(
    rows: impl Iterator<Item = &'a T>,
    params: &Params,
    url: &str,
    to_json: impl Fn(&T) -> Value,
) -> Result<Value, ApiError> {
    let limit = params.integer("limit")?.unwrap_or(DEFAULT_LIMIT);
    let size =
        usize::try_from(limit).ok().filter(|_| (1..=LARGEST_LIMIT).contains(&limit)).ok_or_else(|| {
            let message = format!("The limit must be between 1 and {LARGEST_LIMIT}.");
            ApiError::parameter("limit", "parameter_invalid_integer", message)
        })?;
    let mut rows = rows.peekable();
    if let Some(last_seen) = params.text("starting_after")?
        && !rows.by_ref().any(|row| row.id() == last_seen)
    {
        let message = format!("No such object: '{last_seen}'");
        return Err(ApiError::parameter("starting_after", "resource_missing", message));
    }
    let data: Vec<_> = rows.by_ref().take(size).map(to_json).collect();
    Ok(json!({ "object": "list", "data": data, "has_more": rows.peek().is_some(), "url": url }))
}
