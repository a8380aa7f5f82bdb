//! What of a history is asked for, on pages and in files alike.
use billing_core::{AccountId, HistoryQuery, Operation, PostingKind};
use serde::Deserialize;
use utoipa::IntoParams;

use super::transaction::TransactionType;
use crate::{
    error::ApiError,
    gateways,
    query::{invalid, several, time},
};

const LONGEST_TEXT_BYTES: usize = 128;

/// Which transactions.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub(crate) struct HistoryFilter {
    /// Only these types, separated by commas: `charge`, `refund`, `topup`, `adjustment`.
    #[param(example = "charge,topup")]
    pub(super) r#type: Option<String>,
    /// Only from this time on (RFC 3339).
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub(super) from: Option<String>,
    /// Only before this time (RFC 3339).
    #[param(value_type = Option<chrono::DateTime<chrono::Utc>>)]
    pub(super) to: Option<String>,
    /// Only charges of these operations, by their whole names: up to 20, separated by commas.
    #[param(example = "search_cases")]
    pub(super) operation: Option<String>,
    /// Only top-ups through this provider, and what was taken back of them.
    #[param(example = "stripe")]
    pub(super) provider: Option<String>,
    /// Only where the operation or memo holds this text, of at most 128 bytes.
    pub(super) q: Option<String>,
}

impl HistoryFilter {
    /// The newest transactions that pass.
    pub(super) fn query(self, account: AccountId) -> Result<HistoryQuery, ApiError> {
        let mut query = HistoryQuery::new(account)
            .with_kinds(kinds(self.r#type.as_deref())?)
            .with_operations(operations(self.operation.as_deref())?);
        query.from = time("from", self.from.as_deref())?;
        query.to = time("to", self.to.as_deref())?;
        query.gateway = self.provider.filter(|name| !name.is_empty());
        if query.gateway.as_deref().is_some_and(|name| !gateways::NAMES.contains(&name)) {
            return Err(invalid(format!("provider must be {}", gateways::NAMES.join(" or "))));
        }
        query.text = self.q.filter(|text| !text.is_empty());
        if query.text.as_ref().is_some_and(|text| !is_searchable(text)) {
            let message =
                format!("q must have at most {LONGEST_TEXT_BYTES} bytes, and no control characters");
            return Err(invalid(message));
        }
        Ok(query)
    }
}

/// PostgreSQL stores no NUL, and nobody looks for other control characters.
fn is_searchable(text: &str) -> bool {
    text.len() <= LONGEST_TEXT_BYTES && !text.contains(char::is_control)
}

fn kinds(types: Option<&str>) -> Result<Vec<PostingKind>, ApiError> {
    let allowed = "charge, refund, topup or adjustment";
    let asked = several("type", types, allowed, TransactionType::named)?;
    let is_asked = |kind: &PostingKind| asked.contains(&TransactionType::of(*kind));
    Ok(if asked.is_empty() { Vec::new() } else { PostingKind::ALL.into_iter().filter(is_asked).collect() })
}

fn operations(names: Option<&str>) -> Result<Vec<Operation>, ApiError> {
    several("operation", names, "the name of one", |name| Operation::new(name).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_type_stands_for_its_kinds_of_posting() {
        let kinds = |types| kinds(Some(types)).map_err(|error| error.to_string());
        assert_eq!(kinds("charge"), Ok(vec![PostingKind::Capture]));
        assert_eq!(kinds("adjustment"), Ok(vec![PostingKind::Reinstatement, PostingKind::Adjustment]));
        assert_eq!(kinds("topup,refund"), Ok(vec![PostingKind::TopUp, PostingKind::Reversal]));
        assert!(kinds("capture").is_err() && kinds("charge,").is_err());
    }

    #[test]
    fn operations_are_bounded_and_providers_are_known() {
        let twenty: Vec<_> = (1..=20).map(|number| number.to_string()).collect();
        assert_eq!(operations(Some(&twenty.join(","))).unwrap().len(), 20);
        assert!(operations(Some(&format!("{},21", twenty.join(",")))).is_err());
        assert!(operations(Some("a,,b")).is_err());
        let provider = |name: &str| {
            let filter = HistoryFilter { provider: Some(name.to_owned()), ..HistoryFilter::default() };
            filter.query(AccountId::new("acme").unwrap()).map(|query| query.gateway)
        };
        assert_eq!(provider("fondy").unwrap().as_deref(), Some("fondy"));
        assert_eq!(provider("").unwrap(), None);
        assert_eq!(provider("paypal").unwrap_err().to_string(), "provider must be fondy or stripe");
    }
}
