//! How a price came about, as it is stored with the charge.
use rust_decimal::Decimal;
use serde::{Serialize, Serializer, ser::Error as _};
use serde_json::value::RawValue;

use super::{batch::Tally, error::failed, formula::Cost};
use crate::{Breakdown, EstimateError, JsonAmount, Money};

/// The operations of a batch that are told one by one, the dearest first: a breakdown has bounds.
const MOST_OPERATIONS: usize = 16;

pub(super) fn of_fixed(amount: Money) -> Result<Breakdown, EstimateError> {
    written(&OfFixed { price: "fixed", base: amount.into() })
}

pub(super) fn of_cost(cost: &Cost<'_>, total: Money) -> Result<Breakdown, EstimateError> {
    let units = cost.lines.iter().map(|line| UnitLine {
        unit: line.unit,
        count: line.count,
        price: Number(line.price),
        amount: Number(line.amount),
    });
    written(&OfCost {
        price: "units",
        base: Number(cost.base),
        units: units.collect(),
        volume: cost.volume,
        cost: Number(cost.before_markups),
        tier: cost.tier.map(|tier| tier.name),
        tier_percent: cost.tier.map(|tier| Number(tier.percent)),
        tier_amount: cost.tier.map(|_| Number(cost.tier_amount)),
        markup_percent: Number(cost.markup_percent),
        markup_amount: Number(cost.markup_amount),
        total: total.into(),
    })
}

pub(super) fn of_tally(tally: &Tally<'_>, total: Money) -> Result<Breakdown, EstimateError> {
    let mut operations: Vec<_> = tally
        .operations
        .iter()
        .map(|(operation, share)| OperationLine {
            operation: Some(operation.as_str()),
            calls: share.calls,
            amount: Number(share.amount),
        })
        .collect();
    operations.sort_by_key(|line| std::cmp::Reverse(line.amount.0));
    let others = operations.split_off(operations.len().min(MOST_OPERATIONS));
    let other = (!others.is_empty()).then(|| OperationLine {
        operation: None,
        calls: others.iter().map(|line| line.calls).sum(),
        amount: Number(others.iter().map(|line| line.amount.0).sum()),
    });
    written(&OfBatch {
        price: "batch",
        calls: tally.calls,
        operations,
        other,
        volume: tally.volume,
        tier: tally.tier.map(|tier| tier.name),
        tier_percent: tally.tier.map(|tier| Number(tier.percent)),
        total: total.into(),
    })
}

fn written(told: &impl Serialize) -> Result<Breakdown, EstimateError> {
    let json = serde_json::to_string(told).map_err(failed)?;
    Breakdown::new(json).map_err(failed)
}

/// A decimal as an exact JSON number.
#[derive(Clone, Copy, Debug)]
struct Number(Decimal);

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let text = self.0.normalize().to_string();
        RawValue::from_string(text).map_err(S::Error::custom)?.serialize(serializer)
    }
}

#[derive(Serialize)]
struct OfFixed {
    price: &'static str,
    base: JsonAmount,
}

#[derive(Serialize)]
struct OfCost<'a> {
    price: &'static str,
    base: Number,
    units: Vec<UnitLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<u64>,
    cost: Number,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_percent: Option<Number>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_amount: Option<Number>,
    markup_percent: Number,
    markup_amount: Number,
    total: JsonAmount,
}

#[derive(Serialize)]
struct UnitLine<'a> {
    unit: &'a str,
    count: u64,
    price: Number,
    amount: Number,
}

#[derive(Serialize)]
struct OfBatch<'a> {
    price: &'static str,
    calls: u64,
    operations: Vec<OperationLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    other: Option<OperationLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    volume: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tier_percent: Option<Number>,
    total: JsonAmount,
}

#[derive(Serialize)]
struct OperationLine<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<&'a str>,
    calls: u64,
    amount: Number,
}
