use rust_decimal::Decimal;

use super::{
    arguments::Arguments,
    error::out_of_range,
    payer::{Payer, Tier},
    quantity::Quantity,
};
use crate::EstimateError;

/// A price that is computed: what goes in costs so much, and mark-ups in percent of that are added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Formula {
    pub(super) base: Decimal,
    pub(super) quantities: Vec<Quantity>,
    pub(super) markup_percent: Decimal,
}

/// How a price came about, exactly.
#[derive(Clone, Debug)]
pub(super) struct Cost<'t> {
    pub(super) base: Decimal,
    pub(super) lines: Vec<Line<'t>>,
    /// The calls of the month, where a price went by them.
    pub(super) volume: Option<u64>,
    pub(super) before_markups: Decimal,
    pub(super) tier: Option<Tier<'t>>,
    pub(super) tier_amount: Decimal,
    pub(super) markup_percent: Decimal,
    pub(super) markup_amount: Decimal,
    /// Not rounded yet.
    pub(super) total: Decimal,
}

/// What of a unit a call takes.
#[derive(Clone, Debug)]
pub(super) struct Line<'t> {
    pub(super) unit: &'t str,
    pub(super) count: u64,
    pub(super) price: Decimal,
    pub(super) amount: Decimal,
}

impl Formula {
    pub(super) fn cost<'t>(
        &'t self,
        arguments: &Arguments<'_>,
        payer: Payer<'t>,
    ) -> Result<Cost<'t>, EstimateError> {
        let lines = self.lines(arguments, payer.volume)?;
        let amounts = lines.iter().try_fold(self.base, |sum, line| sum.checked_add(line.amount));
        let before_markups = amounts.ok_or_else(out_of_range)?;
        let tier_amount = share(before_markups, payer.tier.map_or(Decimal::ZERO, |tier| tier.percent))?;
        let markup_amount = share(before_markups, self.markup_percent)?;
        let total = before_markups.checked_add(tier_amount).and_then(|sum| sum.checked_add(markup_amount));
        Ok(Cost {
            base: self.base,
            lines,
            volume: self.is_stepped().then_some(payer.volume),
            before_markups,
            tier: payer.tier,
            tier_amount,
            markup_percent: self.markup_percent,
            markup_amount,
            total: total.ok_or_else(out_of_range)?,
        })
    }

    /// A line for each unit, however many quantities there are of it.
    fn lines(&self, arguments: &Arguments<'_>, volume: u64) -> Result<Vec<Line<'_>>, EstimateError> {
        let mut lines: Vec<Line<'_>> = Vec::new();
        for Quantity { unit, count } in &self.quantities {
            let count = count.of(arguments)?;
            if let Some(line) = lines.iter_mut().find(|line| line.unit == unit.name) {
                line.count = line.count.checked_add(count).ok_or_else(out_of_range)?;
            } else {
                let price = unit.price.at(volume);
                lines.push(Line { unit: &unit.name, count, price, amount: Decimal::ZERO });
            }
        }
        for line in &mut lines {
            line.amount = line.price.checked_mul(Decimal::from(line.count)).ok_or_else(out_of_range)?;
        }
        Ok(lines)
    }

    /// The most that it can come to: the longest body, the dearest choice, step and tier.
    pub(super) fn highest(&self, body_bytes: u64, tier_percent: Decimal) -> Option<Decimal> {
        let highest = |quantity: &Quantity| {
            quantity.unit.price.highest().checked_mul(Decimal::from(quantity.count.most(body_bytes)))
        };
        let cost = self
            .quantities
            .iter()
            .try_fold(self.base, |sum, quantity| sum.checked_add(highest(quantity)?))?;
        let percent = Decimal::ONE_HUNDRED.checked_add(tier_percent)?.checked_add(self.markup_percent)?;
        cost.checked_mul(percent)?.checked_mul(PERCENT)
    }

    pub(super) fn reads_body(&self) -> bool {
        self.quantities.iter().any(|quantity| quantity.count.reads_body())
    }

    pub(super) fn is_stepped(&self) -> bool {
        self.quantities.iter().any(|quantity| quantity.unit.price.is_stepped())
    }
}

const PERCENT: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

/// So many percent of a cost.
fn share(cost: Decimal, percent: Decimal) -> Result<Decimal, EstimateError> {
    cost.checked_mul(percent).and_then(|share| share.checked_mul(PERCENT)).ok_or_else(out_of_range)
}
