//! From what a file says to prices, refusing what could not be meant.
mod operation;
mod quantity;

use std::{collections::BTreeMap, ops::RangeInclusive};

use rust_decimal::Decimal;

pub(super) use self::operation::price;
use super::{
    arguments::ArgumentPath,
    error::PriceTableError,
    file::{Named, StepEntry, TableFile, UnitEntry},
    number::{PERCENT, PRICE, Rule},
    payer::Tiers,
    unit::{Step, Unit, UnitPrice},
};

type Read<T> = Result<T, PriceTableError>;

const DEFAULT_BODY_LIMIT_BYTES: u64 = 1024 * 1024;
const BODY_LIMITS_BYTES: RangeInclusive<usize> = 1024..=16 * 1024 * 1024;
const LONGEST_NAME_BYTES: usize = 64;
const MOST_STEPS: usize = 64;
/// Lists that are gone through at every call.
const LONGEST_LIST: usize = 16;

pub(super) fn body_limit(file: &TableFile) -> Read<usize> {
    let limit = file.body_limit_bytes.unwrap_or(DEFAULT_BODY_LIMIT_BYTES);
    let limit = usize::try_from(limit).ok().filter(|limit| BODY_LIMITS_BYTES.contains(limit));
    let problem = format!("must be from {} to {}", BODY_LIMITS_BYTES.start(), BODY_LIMITS_BYTES.end());
    limit.ok_or_else(|| PriceTableError::at("body_limit_bytes", problem))
}

pub(super) fn tiers(file: &TableFile) -> Read<Option<Tiers>> {
    let Named(entries) = &file.tiers;
    let Some(default) = &file.default_tier else {
        let problem = "is missing: it is the tier of accounts that have none";
        return if entries.is_empty() { Ok(None) } else { Err(PriceTableError::at("default_tier", problem)) };
    };
    if !entries.contains_key(default) {
        return Err(PriceTableError::at(
            "default_tier",
            format_args!("names no tier of the table: {default:?}"),
        ));
    }
    let mut percents = BTreeMap::new();
    for (name, percent) in entries {
        let place = format!("tiers.{name}");
        check_name(&place, name)?;
        percents.insert(name.clone(), decimal(PERCENT, &place, percent)?);
    }
    Ok(Some(Tiers { default: default.clone(), percents }))
}

pub(super) fn unit(name: &str, entry: &UnitEntry) -> Read<Unit> {
    let place = format!("units.{name}");
    check_name(&place, name)?;
    let price = match (&entry.price, entry.steps.as_deref()) {
        (Some(price), None) => UnitPrice::Flat(decimal(PRICE, &format!("{place}.price"), price)?),
        (None, Some(steps)) => steps_of(&format!("{place}.steps"), steps)?,
        _ => return Err(PriceTableError::at(place, "must have either a price or steps")),
    };
    Ok(Unit { name: name.to_owned(), price })
}

fn steps_of(place: &str, entries: &[StepEntry]) -> Read<UnitPrice> {
    let Some((last, entries)) = entries.split_last().filter(|(_, rest)| !rest.is_empty()) else {
        return Err(PriceTableError::at(
            place,
            "must be at least two; one price for all is written as price",
        ));
    };
    if entries.len() >= MOST_STEPS {
        return Err(PriceTableError::at(place, format_args!("must be at most {MOST_STEPS}")));
    }
    if last.below.is_some() {
        return Err(PriceTableError::at(place, "must end with a step without below, for all further calls"));
    }
    let mut steps: Vec<Step> = Vec::with_capacity(entries.len());
    for (index, entry) in entries.iter().enumerate() {
        let place = format!("{place}[{index}]");
        let least = steps.last().map_or(0, |step| step.below);
        let Some(below) = entry.below.filter(|below| *below > least) else {
            return Err(PriceTableError::at(place, format_args!("must have a below of more than {least}")));
        };
        steps.push(Step { below, price: decimal(PRICE, &format!("{place}.price"), &entry.price)? });
    }
    let last = decimal(PRICE, &format!("{place}[{}].price", entries.len()), &last.price)?;
    Ok(UnitPrice::Stepped { steps, last })
}

fn path(place: &str, text: &str) -> Read<ArgumentPath> {
    ArgumentPath::read(text).map_err(|problem| PriceTableError::at(place, problem))
}

fn decimal(rule: Rule, place: &str, text: &str) -> Read<Decimal> {
    rule.read(text).map_err(|problem| PriceTableError::at(place, format_args!("{problem}, not {text:?}")))
}

/// Names of tiers, units and choices; they go into breakdowns and messages.
fn check_name(place: &str, name: &str) -> Read<()> {
    let is_name = (1..=LONGEST_NAME_BYTES).contains(&name.len())
        && name.trim() == name
        && !name.chars().any(char::is_control);
    let problem = "must have a name of 1 to 64 bytes, without blanks around it or control characters";
    if is_name { Ok(()) } else { Err(PriceTableError::at(place, problem)) }
}
