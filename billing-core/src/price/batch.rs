use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    PriceTable,
    arguments::{ArgumentPath, Arguments},
    error::{invalid, out_of_range},
    json::{self, Items},
    payer::{Payer, Tier},
    table::Price,
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

/// What one operation has in a batch.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Share {
    pub(super) calls: u64,
    pub(super) amount: Decimal,
}

impl Batch {
    pub(super) fn tally<'t>(
        &self,
        table: &'t PriceTable,
        arguments: &Arguments<'_>,
        payer: Payer<'t>,
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
            self.add(&mut tally, table, &arguments.part(Some(call)), payer)
                .map_err(|error| within(&self.calls, index, error))?;
        }
        Ok(tally)
    }

    fn add<'t>(
        &self,
        tally: &mut Tally<'t>,
        table: &'t PriceTable,
        call: &Arguments<'_>,
        payer: Payer<'t>,
    ) -> Result<(), EstimateError> {
        let name = call.text(&self.operation)?;
        let Some(name) = name.as_ref().and_then(|name| name.as_str()) else {
            return Err(invalid(format!("{} must name the operation", self.operation)));
        };
        let operation = Operation::new(name).map_err(|error| invalid(error.to_string()))?;
        let arguments = call.part(call.find(&self.arguments)?);
        let (amount, is_free) = match table.price(&operation)? {
            Price::Free => (Decimal::ZERO, true),
            Price::Fixed(amount, _) => (amount.to_decimal(), false),
            Price::Formula(formula) => {
                let cost = formula.cost(&arguments, payer)?;
                tally.volume = tally.volume.or(cost.volume);
                tally.tier = tally.tier.or(cost.tier);
                (cost.total, false)
            }
            Price::Batch(_) => return Err(invalid("a batch must not hold another")),
        };
        tally.is_free &= is_free;
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
