use std::collections::BTreeMap;

use rust_decimal::Decimal;

use super::{
    super::{
        batch::Batch,
        breakdown,
        error::PriceTableError,
        file::{BatchEntry, Entry, Fields, QuantityEntry},
        formula::Formula,
        number::{AMOUNT, PERCENT, PRICE},
        table::Price,
        unit::Unit,
    },
    LONGEST_LIST, Read, decimal, path,
    quantity::quantity,
};
use crate::{Currency, Money};

const LARGEST_BATCH: usize = 1_000;

/// What an operation costs.
pub(in crate::price) fn price(
    place: &str,
    entry: &Entry,
    units: &BTreeMap<String, Unit>,
    currency: Currency,
) -> Read<Price> {
    let fields = match entry {
        Entry::Word(word) if word == "free" => return Ok(Price::Free),
        Entry::Word(_) => {
            return Err(PriceTableError::at(place, "must be \"free\" or a table that says what it costs"));
        }
        Entry::Fields(fields) => &**fields,
    };
    match fields {
        Fields { fixed: Some(fixed), base: None, markup_percent: None, units: None, batch: None } => {
            fixed_price(&format!("{place}.fixed"), fixed, currency)
        }
        Fields { fixed: None, base: None, markup_percent: None, units: None, batch: Some(entry) } => {
            batch(&format!("{place}.batch"), entry)
        }
        Fields { fixed: None, base, markup_percent, units: quantities, batch: None }
            if base.is_some() || quantities.is_some() =>
        {
            formula(place, base.as_deref(), markup_percent.as_deref(), quantities.as_deref(), units)
        }
        _ => Err(PriceTableError::at(
            place,
            "must have fixed alone, batch alone, or base and units with a mark-up",
        )),
    }
}

fn fixed_price(place: &str, text: &str, currency: Currency) -> Read<Price> {
    let amount = Money::round_half_even(decimal(AMOUNT, place, text)?, currency);
    let price = amount.and_then(|amount| Some(Price::Fixed(amount, breakdown::of_fixed(amount).ok()?)));
    price.ok_or_else(|| PriceTableError::at(place, "is more than an amount can be"))
}

fn formula(
    place: &str,
    base: Option<&str>,
    markup_percent: Option<&str>,
    quantities: Option<&[QuantityEntry]>,
    units: &BTreeMap<String, Unit>,
) -> Read<Price> {
    let optional = |rule, field, text: Option<&str>| {
        text.map_or(Ok(Decimal::ZERO), |text| decimal(rule, &format!("{place}.{field}"), text))
    };
    let base = optional(PRICE, "base", base)?;
    let markup_percent = optional(PERCENT, "markup_percent", markup_percent)?;
    if quantities.is_some_and(|quantities| !(1..=LONGEST_LIST).contains(&quantities.len())) {
        let problem = format!("must be 1 to {LONGEST_LIST}, or left out");
        return Err(PriceTableError::at(format_args!("{place}.units"), problem));
    }
    let quantities = quantities.unwrap_or_default().iter().enumerate();
    let quantities =
        quantities.map(|(index, entry)| quantity(&format!("{place}.units[{index}]"), entry, units));
    Ok(Price::Formula(Formula { base, quantities: quantities.collect::<Read<_>>()?, markup_percent }))
}

fn batch(place: &str, entry: &BatchEntry) -> Read<Price> {
    let at = |field: &str| format!("{place}.{field}");
    let most = usize::try_from(entry.most).ok().filter(|most| (1..=LARGEST_BATCH).contains(most));
    let most = most
        .ok_or_else(|| PriceTableError::at(at("most"), format_args!("must be from 1 to {LARGEST_BATCH}")))?;
    Ok(Price::Batch(Batch {
        calls: path(&at("calls"), &entry.calls)?,
        operation: path(&at("operation"), &entry.operation)?,
        arguments: path(&at("arguments"), &entry.arguments)?,
        most,
    }))
}
