use std::time::Duration;

use rust_decimal::Decimal;

use super::{Url, parse, reader::Reader, variables};

/// Where exchange rates come from.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Rates {
    /// A dollar is always worth so many hryvnias.
    Fixed(Decimal),
    /// The National Bank of Ukraine tells them.
    Nbu {
        /// Where it is.
        base: Url,
        /// A rate that was last told so long ago is not used.
        max_age: Duration,
    },
}

enum Source {
    Fixed(Decimal),
    Nbu,
}

pub(super) fn read(reader: &mut Reader<'_>) -> Option<Rates> {
    let base = reader.parse(&variables::NBU_API_BASE, parse::api_base);
    let max_age = reader.parse(&variables::EXCHANGE_MAX_AGE, max_age);
    match reader.parse(&variables::EXCHANGE_RATES, source)? {
        Source::Fixed(usd_in_uah) => Some(Rates::Fixed(usd_in_uah)),
        Source::Nbu => Some(Rates::Nbu { base: base?, max_age: max_age? }),
    }
}

/// `nbu`, or `fixed:USD/UAH=41.50`: the worth of one dollar in hryvnias.
fn source(text: &str) -> Result<Source, &'static str> {
    if text == "nbu" {
        return Ok(Source::Nbu);
    }
    text.strip_prefix("fixed:USD/UAH=")
        .and_then(|rate| Decimal::from_str_exact(rate).ok())
        .filter(|rate| rate.is_sign_positive() && !rate.is_zero())
        .map(Source::Fixed)
        .ok_or("must be nbu, or a rate such as fixed:USD/UAH=41.50")
}

/// A rate is renewed every hour: a shorter age would leave none.
fn max_age(text: &str) -> Result<Duration, &'static str> {
    parse::duration(text)
        .filter(|age| (Duration::from_hours(2)..=Duration::from_hours(30 * 24)).contains(age))
        .ok_or("must be a time from 2h to 720h")
}

/// What is kept of an exchange, in hundredths of it.
pub(super) fn spread(text: &str) -> Result<Decimal, &'static str> {
    Decimal::from_str_exact(text)
        .ok()
        .filter(|percent| percent.is_sign_positive() && *percent <= Decimal::from(20))
        .ok_or("must be a decimal number from 0 to 20")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Environment, Variable};

    fn rates(values: &[(&'static Variable, &str)]) -> Result<Option<Rates>, String> {
        let set = |environment: Environment, (variable, value): &(&'static Variable, &str)| {
            environment.with(variable, *value)
        };
        let environment = values.iter().fold(Environment::default(), set);
        let mut reader = Reader::new(&environment);
        let rates = read(&mut reader);
        reader.finish(Some(rates)).map_err(|error| error.to_string())
    }

    #[test]
    fn a_fixed_rate_is_a_positive_decimal() {
        let fixed = |text| rates(&[(&variables::EXCHANGE_RATES, text)]);
        let Ok(Some(Rates::Fixed(rate))) = fixed("fixed:USD/UAH=41.50") else { panic!() };
        assert_eq!(rate.to_string(), "41.50");
        for bad in ["41.5", "fixed:USD/UAH=0", "fixed:USD/UAH=-1", "fixed:USD/UAH=", "fixed:USD/EUR=1", "NBU"]
        {
            assert!(fixed(bad).is_err(), "{bad}");
        }
        assert!(matches!(rates(&[]), Ok(None)));
    }

    #[test]
    fn the_bank_is_where_it_is_unless_told_otherwise() {
        let nbu = (&variables::EXCHANGE_RATES, "nbu");
        let Ok(Some(Rates::Nbu { base, max_age })) = rates(&[nbu]) else { panic!() };
        assert_eq!((base.to_string().as_str(), max_age.as_secs()), ("https://bank.gov.ua", 36 * 3_600));
        let elsewhere =
            [(&variables::NBU_API_BASE, "http://127.0.0.1:1"), (&variables::EXCHANGE_MAX_AGE, "2h")];
        let Ok(Some(Rates::Nbu { base, max_age })) = rates(&[nbu, elsewhere[0], elsewhere[1]]) else {
            panic!()
        };
        assert_eq!((base.to_string().as_str(), max_age.as_secs()), ("http://127.0.0.1:1", 2 * 3_600));
        for (variable, bad) in [
            (&variables::NBU_API_BASE, "http://bank.gov.ua"),
            (&variables::EXCHANGE_MAX_AGE, "1h"),
            (&variables::EXCHANGE_MAX_AGE, "721h"),
        ] {
            assert!(rates(&[nbu, (variable, bad)]).unwrap_err().contains(variable.name), "{bad}");
        }
    }

    #[test]
    fn a_spread_is_a_small_percentage() {
        for (text, percent) in [("0", "0"), ("1.5", "1.5"), ("20", "20")] {
            assert_eq!(spread(text).unwrap().to_string(), percent);
        }
        for bad in ["-1", "20.01", "1%", "1e1", "half"] {
            assert!(spread(bad).is_err(), "{bad}");
        }
    }
}
