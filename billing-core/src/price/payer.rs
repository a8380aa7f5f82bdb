use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{Profile, error::failed};
use crate::EstimateError;

/// The tiers that accounts may be of, and the mark-up of each in percent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Tiers {
    /// Of accounts that have none.
    pub(super) default: String,
    pub(super) percents: BTreeMap<String, Decimal>,
}

/// What of a payer goes into a price.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Payer<'a> {
    /// `None` where prices do not depend on it.
    pub(super) tier: Option<Tier<'a>>,
    /// The paid calls of the month so far.
    pub(super) volume: u64,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Tier<'a> {
    pub(super) name: &'a str,
    pub(super) percent: Decimal,
}

impl Tiers {
    /// The name of the payer's tier, known here or not.
    pub(super) fn name<'a>(&'a self, profile: &'a Profile) -> &'a str {
        profile.tier.as_deref().unwrap_or(&self.default)
    }

    /// The payer's tier. One that has no mark-up here is refused: a guess would be somebody's money.
    pub(super) fn of<'a>(&'a self, profile: &'a Profile) -> Result<Tier<'a>, EstimateError> {
        let name = self.name(profile);
        let percent = self.percents.get(name);
        let percent = percent.ok_or_else(|| failed(format!("the price table has no tier {name:?}")))?;
        Ok(Tier { name, percent: *percent })
    }

    pub(super) fn highest(&self) -> Decimal {
        self.percents.values().copied().max().unwrap_or_default()
    }
}
