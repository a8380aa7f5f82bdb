//! How the values of variables are written.
use std::{net::SocketAddr, num::NonZeroU32, path::Path, time::Duration};

use billing_core::{Contact, Currency, JsonAmount, LedgerSettings, Money, PriceTable};
use http::{Uri, uri::Scheme};

use super::{Secret, Url, Webhooks};

pub(super) fn bind_addr(text: &str) -> Result<SocketAddr, &'static str> {
    text.parse().map_err(|_| "must be an address and a port, such as 127.0.0.1:8080")
}

pub(super) fn connections(text: &str) -> Result<u32, &'static str> {
    text.parse()
        .ok()
        .filter(|count| (1..=1_000).contains(count))
        .ok_or("must be a whole number from 1 to 1000")
}

pub(super) fn payments_per_minute(text: &str) -> Result<NonZeroU32, &'static str> {
    text.parse()
        .ok()
        .filter(|count: &NonZeroU32| count.get() <= 1_000_000)
        .ok_or("must be a whole number from 1 to 1000000")
}

/// An http or https address without query, kept without its last slash.
pub(super) fn url(text: &str) -> Result<Url, &'static str> {
    let uri: Uri = text.parse().map_err(|_| "must be an address such as https://billing.example.com")?;
    let web = [Some(&Scheme::HTTP), Some(&Scheme::HTTPS)].contains(&uri.scheme());
    if !web || uri.host().is_none_or(str::is_empty) || uri.query().is_some() {
        return Err("must begin with https:// or http://, name a host, and have no query");
    }
    if uri.authority().is_some_and(|authority| authority.as_str().contains('@')) {
        return Err("must not hold a password");
    }
    Ok(Url::new(&uri))
}

/// An address that secrets are sent to: encrypted, or on this machine.
pub(super) fn api_base(text: &str) -> Result<Url, &'static str> {
    let base = url(text)?;
    if base.is_encrypted() || base.is_loopback() {
        Ok(base)
    } else {
        Err("must begin with https://, unless it is on this machine")
    }
}

pub(super) fn jwt_secret(text: &str) -> Result<Secret, &'static str> {
    if text.len() >= 32 { Ok(Secret::new(text)) } else { Err("must have at least 32 bytes") }
}

/// A key of a provider that begins with one of `prefixes`.
pub(super) fn key(prefixes: &'static [&'static str]) -> impl Fn(&str) -> Result<Secret, String> {
    move |text| {
        let is_key = text.len() >= 16 && text.bytes().all(|byte| byte.is_ascii_graphic());
        if is_key && prefixes.iter().any(|prefix| text.starts_with(prefix)) {
            Ok(Secret::new(text))
        } else {
            Err(format!(
                "must begin with {} and have at least 16 visible ASCII characters",
                prefixes.join(" or ")
            ))
        }
    }
}

pub(super) fn limit(text: &str) -> Result<Money, String> {
    let amount = Money::parse(text, Currency::USD).map_err(|error| error.to_string())?;
    JsonAmount::from(amount).positive(Currency::USD).map_err(|error| error.to_string())
}

/// An amount that a provider can be asked for.
pub(super) fn payable(currency: Currency) -> impl Fn(&str) -> Result<Money, String> {
    move |text| {
        let amount = Money::parse(text, currency).map_err(|error| error.to_string())?;
        let is_payable = amount.is_positive() && amount.to_minor_exact().is_some();
        is_payable.then_some(amount).ok_or_else(|| "must be above 0, with at most 2 decimals".to_owned())
    }
}

pub(super) fn webhooks(text: &str) -> Result<Webhooks, &'static str> {
    match text {
        "process" => Ok(Webhooks::Process),
        "store-only" => Ok(Webhooks::StoreOnly),
        _ => Err("must be process or store-only"),
    }
}

/// A balance that is told when it is reached; zero is told when nothing is left.
pub(super) fn threshold(text: &str) -> Result<Money, String> {
    let amount = Money::parse(text, Currency::USD).map_err(|error| error.to_string())?;
    if amount.is_negative() { Err("must not be below 0".to_owned()) } else { Ok(amount) }
}

/// An address that mail can go to.
pub(super) fn email(text: &str) -> Result<String, &'static str> {
    Contact::is_address(text).then(|| text.to_owned()).ok_or("must be an address such as billing@example.com")
}

pub(super) fn host(text: &str) -> Result<String, &'static str> {
    let is_host = |character: char| character.is_ascii_alphanumeric() || "-.:".contains(character);
    let good = !text.is_empty() && text.chars().all(is_host);
    good.then(|| text.to_owned()).ok_or("must be the name of a server, such as mail.example.com")
}

/// The first pause and the longest one.
pub(super) fn backoff(text: &str) -> Result<(Duration, Duration), &'static str> {
    let day = Duration::from_hours(24);
    let pauses = text.split_once(',').and_then(|(first, longest)| {
        let pauses = (duration(first.trim())?, duration(longest.trim())?);
        (!pauses.0.is_zero() && pauses.0 <= pauses.1 && pauses.1 <= day).then_some(pauses)
    });
    pauses.ok_or(
        "must be two times such as 15s,15m: the first at least 1s, the second not shorter and at most 24h",
    )
}

pub(super) fn smtp_timeout(text: &str) -> Result<Duration, &'static str> {
    let bounds = Duration::from_secs(1)..=Duration::from_mins(2);
    duration(text).filter(|time| bounds.contains(time)).ok_or("must be a time from 1s to 120s, such as 60s")
}

pub(super) fn give_up_after(text: &str) -> Result<Duration, &'static str> {
    let bounds = Duration::from_hours(1)..=Duration::from_hours(720);
    duration(text).filter(|time| bounds.contains(time)).ok_or("must be a time from 1h to 720h, such as 72h")
}

/// A time of whole seconds, minutes or hours.
pub(super) fn duration(text: &str) -> Option<Duration> {
    let seconds_in = |unit| match unit {
        "s" => Some(1),
        "m" => Some(60),
        "h" => Some(3_600),
        _ => None,
    };
    let (count, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    count.parse::<u64>().ok()?.checked_mul(seconds_in(unit)?).map(Duration::from_secs)
}

pub(super) fn hold_ttl(text: &str) -> Result<Duration, &'static str> {
    duration(text)
        .filter(|ttl| !ttl.is_zero() && *ttl <= LedgerSettings::MAX_HOLD_TTL)
        .ok_or("must be a time such as 90s, 5m or 1h, at most 24h")
}

pub(super) fn session_life(text: &str) -> Result<Duration, &'static str> {
    duration(text)
        .filter(|life| !life.is_zero() && *life <= Duration::from_hours(7 * 24))
        .ok_or("must be a time such as 30m or 12h, at most 168h")
}

pub(super) fn tools_timeout(text: &str) -> Result<Duration, &'static str> {
    duration(text)
        .filter(|timeout| !timeout.is_zero() && *timeout <= Duration::from_hours(1))
        .ok_or("must be a time such as 90s or 5m, at most 1h")
}

/// The price table in a file.
pub(crate) fn prices(path: &Path) -> Result<PriceTable, String> {
    let text = std::fs::read_to_string(path).map_err(|error| format!("can't be read: {error}"))?;
    let table = if path.extension().is_some_and(|extension| extension == "json") {
        PriceTable::from_json(&text, Currency::USD)
    } else {
        PriceTable::from_toml(&text, Currency::USD)
    };
    table.map_err(|error| {
        let cause = std::error::Error::source(&error).map(|cause| format!(": {cause}")).unwrap_or_default();
        format!("holds no price table: {error}{cause}")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hold_lives_for_a_second_to_a_day() {
        assert_eq!(hold_ttl("90s"), Ok(Duration::from_secs(90)));
        assert_eq!(hold_ttl("24h"), Ok(Duration::from_hours(24)));
        for bad in ["", "5", "0s", "25h", "-1m", "m", "1d", "5€", "99999999999999999999h"] {
            assert!(hold_ttl(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn some_payments_can_be_started_a_minute() {
        assert_eq!(payments_per_minute("10").map(NonZeroU32::get), Ok(10));
        for bad in ["0", "-1", "1.5", "1000001", "many"] {
            assert!(payments_per_minute(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn secrets_leave_this_machine_only_encrypted() {
        for good in
            ["https://api.stripe.com", "http://127.0.0.1:8081", "http://localhost:1", "http://[::1]:1/"]
        {
            assert!(api_base(good).is_ok(), "{good}");
        }
        for bad in [
            "http://example.com",
            "http://127.0.0.1.example.com",
            "ftp://x",
            "https://u:p@x",
            "x",
            "https://",
        ] {
            assert!(api_base(bad).is_err(), "{bad}");
        }
    }
}
