use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    arguments::{ArgumentPath, Arguments},
    error::{invalid, out_of_range},
    json::{self, Items},
    payer::Tier,
};
use crate::{EstimateError, Operation};

/// Several calls in one, which costs what they cost.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Batch {
    /// Where its calls are.
    pub(super) calls: ArgumentPath,
    /// Where each of them has its operation.
    pub(super) operation: ArgumentPath,
    /// Where each of them has its arguments.
    pub(super) arguments: ArgumentPath,
    /// How many there may be.
    pub(super) most: usize,
}

/// What the calls of a batch come to, not rounded yet.
#[derive(Clone, Debug, Default)]
pub(super) struct Tally<'t> {
    pub(super) operations: BTreeMap<Operation, Share>,
    pub(super) calls: u64,
    pub(super) total: Decimal,
    /// The calls of the month, where a price went by them.
    pub(super) volume: Option<u64>,
    /// The payer's tier, where a price went by it.
    pub(super) tier: Option<Tier<'t>>,
    /// Whether all of them are free.
    pub(super) is_free: bool,
}

/// What one call of a batch costs, not rounded yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct Item<'t> {
    /// `None` when it is free.
    pub(super) amount: Option<Decimal>,
    /// The calls of the month, where its price goes by them.
    pub(super) volume: Option<u64>,
    /// The payer's tier, where its price goes by it.
    pub(super) tier: Option<Tier<'t>>,
}

impl Item<'_> {
    pub(super) const FREE: Self = Self { amount: None, volume: None, tier: None };
}

/// What one operation has in a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    pub(super) calls: u64,
    pub(super) amount: Decimal,
}

impl Batch {
    /// Adds its calls up, each priced by `price`.
    pub(super) fn tally<'t>(
        &self,
        arguments: &Arguments<'_>,
        price: impl Fn(&Operation, &Arguments<'_>) -> Result<Item<'t>, EstimateError>,
    ) -> Result<Tally<'t>, EstimateError> {
        let Some(calls) = arguments.find(&self.calls)? else {
            return Err(invalid(format!("{} must be the calls of the batch", self.calls)));
        };
        let calls = json::read(Items { most: self.most }, calls.get())?;
        if calls.is_empty() {
            return Err(invalid(format!("{} must hold at least one call", self.calls)));
        }
        let mut tally = Tally { is_free: true, ..Tally::default() };
        for (index, call) in calls.into_iter().enumerate() {
            self.add(&mut tally, &arguments.part(Some(call)), &price)
                .map_err(|error| within(&self.calls, index, error))?;
        }
        Ok(tally)
    }

    fn add<'t>(
        &self,
        tally: &mut Tally<'t>,
        call: &Arguments<'_>,
        price: impl Fn(&Operation, &Arguments<'_>) -> Result<Item<'t>, EstimateError>,
    ) -> Result<(), EstimateError> {
        let name = call.text(&self.operation)?;
        let Some(name) = name.as_ref().and_then(|name| name.as_str()) else {
            return Err(invalid(format!("{} must name the operation", self.operation)));
        };
        let operation = Operation::new(name).map_err(|error| invalid(error.to_string()))?;
        let arguments = call.part(call.find(&self.arguments)?);
        let Item { amount, volume, tier } = price(&operation, &arguments)?;
        tally.volume = tally.volume.or(volume);
        tally.tier = tally.tier.or(tier);
        tally.is_free &= amount.is_none();
        let amount = amount.unwrap_or_default();
        tally.calls += 1;
        tally.total = tally.total.checked_add(amount).ok_or_else(out_of_range)?;
        let share = tally.operations.entry(operation).or_default();
        share.calls += 1;
        share.amount = share.amount.checked_add(amount).ok_or_else(out_of_range)?;
        Ok(())
    }
}

/// Says which call of the batch can't be priced.
fn within(calls: &ArgumentPath, index: usize, error: EstimateError) -> EstimateError {
    match error {
        EstimateError::Invalid { message } => invalid(format!("{calls}[{index}]: {message}")),
        other => other,
    }
}
