//! The National Bank of Ukraine, which publishes the official rate of the hryvnia as
//! [JSON](https://bank.gov.ua/ua/open-data/api-dev).
use std::time::Duration;

use billing_core::BoxError;
use reqwest::{Client, Response, redirect};
use rust_decimal::Decimal;
use serde::Deserialize;
use serde_json::value::RawValue;

use crate::config::Url;

const PATH: &str = "/NBUStatService/v1/statdirectory/exchange?json&valcode=USD";
const BODY_LIMIT_BYTES: usize = 64 * 1024;
const MOST_DECIMALS: u32 = 6;

/// Asks the bank.
#[derive(Clone, Debug)]
pub(super) struct Bank {
    http: Client,
    url: String,
}

impl Bank {
    pub(super) fn new(base: &Url, timeout: Duration) -> Result<Self, BoxError> {
        let mut http = Client::builder()
            .user_agent(concat!("billing-server/", env!("CARGO_PKG_VERSION")))
            .timeout(timeout)
            .redirect(redirect::Policy::none());
        if base.is_loopback() {
            http = http.no_proxy();
        }
        Ok(Self { http: http.build()?, url: base.join(PATH) })
    }

    /// What one dollar is worth in hryvnias: above zero, with at most 6 decimals.
    pub(super) async fn usd_in_uah(&self) -> Result<Decimal, BankError> {
        let response = self.http.get(&self.url).send().await?;
        let status = response.status().as_u16();
        if status != 200 {
            return Err(BankError::Status(status));
        }
        usd_in_uah(&read(response).await?)
    }
}

/// Why the bank was of no help.
#[derive(Debug, thiserror::Error)]
pub(super) enum BankError {
    /// It could not be reached, or did not answer in time.
    #[error("the bank can't be reached")]
    Unreachable(#[from] reqwest::Error),
    /// It answered without a rate.
    #[error("the bank answered {0}")]
    Status(u16),
    /// Its answer is longer than any that it has a reason to give.
    #[error("the bank's answer has more than {BODY_LIMIT_BYTES} bytes")]
    TooLong,
    /// Its answer is something else than the rates of currencies.
    #[error("the bank's answer can't be read")]
    Unreadable(#[from] serde_json::Error),
    /// Its answer is about other currencies, or several.
    #[error("the bank's answer is not about the dollar alone")]
    NotTheDollar,
    /// No dollar was ever worth that.
    #[error("the bank's rate is not a plain number above 0 with at most {MOST_DECIMALS} decimals")]
    NotARate,
}

/// What the bank tells of a currency, among other things.
#[derive(Deserialize)]
struct Told {
    /// Its code of three letters.
    cc: String,
    /// Kept as it is written: a float would not be exact.
    rate: Box<RawValue>,
}

async fn read(mut response: Response) -> Result<Vec<u8>, BankError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > BODY_LIMIT_BYTES {
            return Err(BankError::TooLong);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

fn usd_in_uah(body: &[u8]) -> Result<Decimal, BankError> {
    let told: Vec<Told> = serde_json::from_slice(body)?;
    let [Told { cc, rate }] = &told[..] else { return Err(BankError::NotTheDollar) };
    if cc != "USD" {
        return Err(BankError::NotTheDollar);
    }
    let rate = Decimal::from_str_exact(rate.get()).map_err(|_| BankError::NotARate)?.normalize();
    let is_plausible = rate > Decimal::ZERO && rate.scale() <= MOST_DECIMALS;
    is_plausible.then_some(rate).ok_or(BankError::NotARate)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(cc: &str, rate: &str) -> Result<String, String> {
        let body = format!(
            r#"[{{"r030":840,"txt":"Долар США","rate":{rate},"cc":"{cc}","exchangedate":"25.11.2026"}}]"#
        );
        usd_in_uah(body.as_bytes()).map(|rate| rate.to_string()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_rate_is_read_to_its_last_digit() {
        for rate in ["41.4851", "41", "0.1", "41.123457", "9007199254740993"] {
            assert_eq!(read("USD", rate), Ok(rate.to_owned()));
        }
        assert_eq!(read("USD", "41.48510000"), Ok("41.4851".to_owned()));
    }

    #[test]
    fn what_is_not_the_rate_of_the_dollar_is_refused() {
        for rate in
            ["0", "0.0", "-41.4851", "41.1234567", "4.1e1", "\"41.4851\"", "null", "[41]", &"9".repeat(40)]
        {
            assert_eq!(read("USD", rate), Err(BankError::NotARate.to_string()), "{rate}");
        }
        for rate in ["NaN", "41,4851", "", "41.4851}"] {
            assert_eq!(read("USD", rate), Err("the bank's answer can't be read".to_owned()), "{rate}");
        }
        assert_eq!(read("EUR", "48.1"), Err(BankError::NotTheDollar.to_string()));
        let told = r#"{"cc":"USD","rate":41}"#;
        for body in ["[]".to_owned(), format!("[{told},{told}]")] {
            assert!(matches!(usd_in_uah(body.as_bytes()), Err(BankError::NotTheDollar)), "{body}");
        }
        for body in ["", "{}", "null", told, "[{}]", r#"[{"cc":"USD"}]"#, "<html>"] {
            assert!(matches!(usd_in_uah(body.as_bytes()), Err(BankError::Unreadable(_))), "{body}");
        }
    }
}
