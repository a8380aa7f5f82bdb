use std::collections::BTreeMap;

use super::{
    super::{
        error::PriceTableError,
        file::{Named, QuantityEntry},
        quantity::{Count, Measured, Quantity},
        unit::Unit,
    },
    LONGEST_LIST, Read, check_name, path,
};

const MOST_COUNTED: u64 = 1_000_000_000;

/// How many of a unit a call takes.
pub(super) fn quantity(place: &str, entry: &QuantityEntry, units: &BTreeMap<String, Unit>) -> Read<Quantity> {
    let at = |field: &str| format!("{place}.{field}");
    let Some(unit) = units.get(&entry.unit) else {
        return Err(PriceTableError::at(
            at("unit"),
            format_args!("names no unit of the table: {:?}", entry.unit),
        ));
    };
    let is_choice = entry.counts.is_some() || entry.default.is_some();
    let count = match (entry.count, entry.length_of.as_deref(), entry.argument.as_deref()) {
        (Some(count), None, None) if entry.per.is_none() && !is_choice => {
            Count::Fixed(counted(&at("count"), count)?)
        }
        (None, Some("body"), None) if !is_choice => {
            Count::Length { of: Measured::Body, per: counted(&at("per"), entry.per.unwrap_or(1))? }
        }
        (None, Some(argument), None) if !is_choice => {
            let of = Measured::Argument(path(&at("length_of"), argument)?);
            Count::Length { of, per: counted(&at("per"), entry.per.unwrap_or(1))? }
        }
        (None, None, Some(argument)) if entry.per.is_none() => choice(place, argument, entry)?,
        _ => {
            let problem = "must have count alone, length_of with per, or argument with counts and a default";
            return Err(PriceTableError::at(place, problem));
        }
    };
    Ok(Quantity { unit: unit.clone(), count })
}

fn choice(place: &str, argument: &str, entry: &QuantityEntry) -> Read<Count> {
    let at = |field: &str| format!("{place}.{field}");
    let Some(Named(counts)) = &entry.counts else {
        return Err(PriceTableError::at(at("counts"), "is missing"));
    };
    if !(1..=LONGEST_LIST).contains(&counts.len()) {
        return Err(PriceTableError::at(at("counts"), format_args!("must be 1 to {LONGEST_LIST}")));
    }
    for (choice, count) in counts {
        let place = at(&format!("counts.{choice}"));
        check_name(&place, choice)?;
        if *count > 0 {
            counted(&place, *count)?;
        }
    }
    let default = entry.default.as_ref().map(|choice| {
        let count = counts.get(choice).copied();
        count.ok_or_else(|| PriceTableError::at(at("default"), format_args!("is none of counts: {choice:?}")))
    });
    let argument = path(&at("argument"), argument)?;
    Ok(Count::Choice { argument, counts: counts.clone(), default: default.transpose()? })
}

fn counted(place: &str, count: u64) -> Read<u64> {
    let is_count = (1..=MOST_COUNTED).contains(&count);
    is_count
        .then_some(count)
        .ok_or_else(|| PriceTableError::at(place, format_args!("must be from 1 to {MOST_COUNTED}")))
}
