use std::path::PathBuf;

use billing_core::{Currency, Money};
use billing_tower::Mode;

use super::{Reader, parse, variables};

/// Whether calls are refused and charged.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Preflight {
    /// Whether calls are refused, only observed, or not billed at all.
    pub mode: Mode,
    /// What calls are let through for while the database is away; `None` refuses them.
    pub fail_open: Option<Money>,
    /// Where those calls are written down.
    pub spool: PathBuf,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Preflight> {
    let mode = reader.parse(&variables::PREFLIGHT, str::parse::<Mode>);
    let fail_open = reader.parse(&variables::PREFLIGHT_FAIL_OPEN_USD, parse::payable(Currency::USD));
    let spool = PathBuf::from(reader.text(&variables::DATA_DIR)?).join("calls.spool");
    Some(Preflight { mode: mode?, fail_open, spool })
}
