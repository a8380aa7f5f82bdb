use std::time::Duration;

use billing_core::{BoxError, Currency, Money};
use reqwest::Url;

use crate::{
    client::{Client, is_loopback},
    gateway::{FondyGateway, Settings},
    order::Merchant,
    request::Terms,
    secret::Secret,
    signature::{FondySignature, SEPARATOR, Signer},
    webhook::Webhooks,
};

const API_BASE: &str = "https://pay.fondy.eu/api";
const TIMEOUT: Duration = Duration::from_secs(20);
const LANGUAGE: &str = "uk";

/// Looks like a browser's, for the firewall before the API turns away what looks like a robot's.
const USER_AGENT: &str = concat!("Mozilla/5.0 (X11; Linux x86_64) billing-fondy/", env!("CARGO_PKG_VERSION"));

/// The merchants for tests of Fondy, hutko and Flitt. Everybody knows them and their keys.
const TEST_MERCHANTS: [u64; 3] = [1_396_424, 1_700_002, 1_549_901];
const TEST_KEYS: [&str; 2] = ["test", "testcredit"];

/// The longest that an order may stay open, by Fondy's rule.
const MAX_LIFETIME: Duration = Duration::from_hours(19_200);
const MAX_URL_BYTES: usize = 2048;

/// Sets up a [`FondyGateway`].
#[derive(Clone, Debug)]
#[must_use]
pub struct FondyGatewayBuilder {
    merchant_id: String,
    secret_key: Secret,
    signature: FondySignature,
    takes_tests: bool,
    api_base: String,
    user_agent: String,
    timeout: Duration,
    terms: Terms,
    has_nameless_refunds: bool,
    min: Money,
    max: Money,
}

impl FondyGateway {
    /// A gateway with the id of a merchant, a number, and the merchant's secret key for payments (not the one for
    /// payouts).
    pub fn builder(merchant_id: impl Into<String>, secret_key: impl Into<String>) -> FondyGatewayBuilder {
        FondyGatewayBuilder::new(merchant_id, secret_key)
    }
}

impl FondyGatewayBuilder {
    pub(crate) fn new(merchant_id: impl Into<String>, secret_key: impl Into<String>) -> Self {
        Self {
            merchant_id: merchant_id.into(),
            secret_key: Secret::new(secret_key),
            signature: FondySignature::default(),
            takes_tests: false,
            api_base: API_BASE.to_owned(),
            user_agent: USER_AGENT.to_owned(),
            timeout: TIMEOUT,
            terms: Terms { language: LANGUAGE.to_owned(), callback_url: None, lifetime: None },
            has_nameless_refunds: false,
            min: Money::from_micros(50_000_000, Currency::UAH),
            max: Money::from_micros(100_000_000_000, Currency::UAH),
        }
    }

    /// Where the API is, with its `/api`: `https`, or `http` on this machine for a simulator. Fondy by default; see
    /// the [other brands](crate#brands).
    pub fn with_api_base(mut self, url: impl Into<String>) -> Self {
        self.api_base = url.into();
        self
    }

    /// Where callbacks go: `https`, or `http` on this machine or while the API is on it. By default they go where the
    /// merchant's portal says.
    pub fn with_callback_url(mut self, url: impl Into<String>) -> Self {
        self.terms.callback_url = Some(url.into());
        self
    }

    /// By which digest messages are signed, ours and theirs: SHA-1 by default.
    ///
    /// Leave it alone unless your gateway says otherwise: [nothing is guessed](crate#signatures).
    pub fn with_signature(mut self, signature: FondySignature) -> Self {
        self.signature = signature;
        self
    }

    /// Takes a publicly known merchant or key, and credits payments that moved no money.
    ///
    /// **Never where credit is worth something:** anybody can sign callbacks with a key that everybody knows.
    pub fn with_test_merchant_allowed(mut self) -> Self {
        self.takes_tests = true;
        self
    }

    /// How long an operation may take with all its calls: 20 seconds by default.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// What we call ourselves. The default is taken for a browser's, since the firewall before the API turns robots
    /// away.
    pub fn with_user_agent(mut self, user_agent: impl Into<String>) -> Self {
        self.user_agent = user_agent.into();
        self
    }

    /// The least and the most that is taken in one payment, and with it the currency: 50 to 100 000 hryvnias by
    /// default.
    pub fn with_limits(mut self, min: Money, max: Money) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// How long an order may be paid, in whole seconds up to 800 days; then it is closed. Fondy's default is 10 hours.
    pub fn with_lifetime(mut self, lifetime: Duration) -> Self {
        self.terms.lifetime = Some(lifetime);
        self
    }

    /// The language of the payment page, by its two letters: `uk` by default.
    pub fn with_language(mut self, language: impl Into<String>) -> Self {
        self.terms.language = language.into();
        self
    }

    /// Leaves the ids of refunds, by which a repeat is recognised, out of them.
    ///
    /// Leave it alone unless your gateway answers every refund with 1014, as one that does not know the field may: then
    /// [a repeat needs care](crate#refunds).
    pub fn with_nameless_refunds(mut self) -> Self {
        self.has_nameless_refunds = true;
        self
    }

    /// The gateway.
    ///
    /// # Errors
    /// [`BuildError::Invalid`] names the setting and the rule it breaks; [`BuildError::Tls`] when this machine has no
    /// usable root certificates.
    pub fn build(self) -> Result<FondyGateway, BuildError> {
        let merchant = Merchant { id: self.checked_merchant()?, takes_tests: self.takes_tests };
        let is_live = self.checked_mode(merchant.id)?;
        self.check_limits()?;
        let base = checked_url("api base", &self.api_base, false)?;
        if base.query().is_some() {
            return Err(invalid("api base", "must have no query"));
        }
        let is_on_this_machine = is_loopback(&base);
        self.check_terms(is_on_this_machine)?;
        if !(Duration::from_millis(1)..=Duration::from_mins(5)).contains(&self.timeout) {
            return Err(invalid("timeout", "must be between 1 millisecond and 5 minutes"));
        }
        if self.user_agent.is_empty() || !self.user_agent.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
            return Err(invalid("user agent", "must be of plain characters"));
        }
        if self.signature == FondySignature::Md5 {
            tracing::warn!(
                gateway.name = "fondy",
                "fondy messages are signed by MD5, while the gateways of the family are known to use SHA-1"
            );
        }
        let signer = Signer::new(self.secret_key, self.signature);
        let client = Client::new(signer.clone(), &base, &self.user_agent).map_err(BuildError::Tls)?;
        let settings = Settings {
            merchant,
            terms: self.terms,
            has_nameless_refunds: self.has_nameless_refunds,
            limits: (self.min, self.max),
            timeout: self.timeout,
            is_live,
            is_on_this_machine,
        };
        Ok(FondyGateway::new(client, Webhooks::new(signer, merchant), settings))
    }

    fn checked_merchant(&self) -> Result<u64, BuildError> {
        let is_number = (1..=12).contains(&self.merchant_id.len())
            && self.merchant_id.bytes().all(|byte| byte.is_ascii_digit())
            && !self.merchant_id.starts_with('0');
        let id = self.merchant_id.parse().ok().filter(|_| is_number);
        id.ok_or_else(|| invalid("merchant id", "must be a number of up to 12 digits"))
    }

    /// Whether neither merchant nor key is publicly known. An unset key would be the best known of all.
    fn checked_mode(&self, merchant: u64) -> Result<bool, BuildError> {
        let key = self.secret_key.expose();
        if key.is_empty() || key.chars().any(|letter| letter.is_whitespace() || letter.is_control()) {
            return Err(invalid("secret key", "must be set and have no blanks"));
        }
        let (is_known_merchant, is_known_key) =
            (TEST_MERCHANTS.contains(&merchant), TEST_KEYS.contains(&key));
        if is_known_merchant && !self.takes_tests {
            return Err(invalid("merchant id", "must not be one of the public merchants for tests"));
        }
        if is_known_key && !self.takes_tests {
            return Err(invalid("secret key", "must not be one of the public keys for tests"));
        }
        Ok(!is_known_merchant && !is_known_key)
    }

    fn check_limits(&self) -> Result<(), BuildError> {
        let rule = if self.min.currency() != self.max.currency() {
            "must be in one currency"
        } else if !self.min.is_positive() || self.min.micros() > self.max.micros() {
            "must be positive, the lower one first"
        } else if self.min.to_minor_exact().is_none() || self.max.to_minor_exact().is_none() {
            "must be whole minor units"
        } else {
            return Ok(());
        };
        Err(invalid("limits", rule))
    }

    fn check_terms(&self, is_on_this_machine: bool) -> Result<(), BuildError> {
        let Terms { language, callback_url, lifetime } = &self.terms;
        if language.len() != 2 || !language.bytes().all(|byte| byte.is_ascii_lowercase()) {
            return Err(invalid("language", "must be two small letters"));
        }
        if let Some(url) = callback_url {
            checked_url("callback url", url, is_on_this_machine)?;
            if url.contains(SEPARATOR) || url.len() > MAX_URL_BYTES {
                return Err(invalid("callback url", "must have no | and at most 2048 bytes"));
            }
        }
        let is_whole = |lifetime: &Duration| {
            (Duration::from_secs(1)..=MAX_LIFETIME).contains(lifetime) && lifetime.subsec_nanos() == 0
        };
        if lifetime.as_ref().is_some_and(|lifetime| !is_whole(lifetime)) {
            return Err(invalid("lifetime", "must be whole seconds, from 1 to 69120000"));
        }
        Ok(())
    }
}

/// A url that is reached through TLS, or on this machine, or anywhere where `is_plain_allowed`.
fn checked_url(field: &'static str, text: &str, is_plain_allowed: bool) -> Result<Url, BuildError> {
    let url = Url::parse(text).map_err(|_| invalid(field, "must be a url"))?;
    let is_safe = match url.scheme() {
        "https" => true,
        "http" => is_plain_allowed || is_loopback(&url),
        _ => false,
    };
    if !is_safe {
        return Err(invalid(field, "must be https, or http on this machine"));
    }
    let is_bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    is_bare.then_some(url).ok_or_else(|| invalid(field, "must have no user and no fragment"))
}

/// Why a gateway could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A setting breaks a rule.
    #[error("fondy {field} {rule}")]
    Invalid {
        /// Which setting.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// TLS could not be set up.
    #[error("tls for fondy could not be set up")]
    Tls(#[source] BoxError),
}

fn invalid(field: &'static str, rule: &'static str) -> BuildError {
    BuildError::Invalid { field, rule }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> FondyGatewayBuilder {
        FondyGatewayBuilder::new("1234567", "k3Ff0abc")
    }

    fn fault(builder: FondyGatewayBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn a_merchant_is_a_number() {
        for id in ["", "0", "012", "-1", "+1", " 1", "1.0", "abc", "1234567890123"] {
            let fault = fault(FondyGatewayBuilder::new(id, "k3Ff0abc"));
            assert!(fault.starts_with("fondy merchant id must be a number"), "{id:?}: {fault}");
        }
        assert!(FondyGatewayBuilder::new("999999999999", "k3Ff0abc").build().unwrap().is_live());
    }

    #[test]
    fn an_unset_key_is_never_taken() {
        for key in ["", " ", "a b", "key\n", "\tkey", "key\0", "\u{a0}"] {
            for builder in [
                FondyGatewayBuilder::new("1234567", key),
                FondyGatewayBuilder::new("1396424", key).with_test_merchant_allowed(),
            ] {
                assert_eq!(fault(builder), "fondy secret key must be set and have no blanks", "{key:?}");
            }
        }
        assert!(FondyGatewayBuilder::new("1234567", "sécret-ключ").build().is_ok());
    }

    #[test]
    fn what_everybody_knows_is_taken_only_when_allowed() {
        let known =
            [("1396424", "k"), ("1700002", "k"), ("1549901", "k"), ("7", "test"), ("7", "testcredit")];
        for (id, key) in known {
            let builder = FondyGatewayBuilder::new(id, key);
            assert!(fault(builder.clone()).contains("must not be one of the public"), "{id} {key}");
            assert!(!builder.with_test_merchant_allowed().build().unwrap().is_live(), "{id} {key}");
        }
        assert!(builder().with_test_merchant_allowed().build().unwrap().is_live());
    }

    #[test]
    fn the_api_is_reached_through_tls_or_on_this_machine() {
        for base in [
            "https://pay.hutko.org/api",
            "https://pay.flitt.com/api/",
            "http://127.0.0.1:8431/api",
            "http://[::1]:1",
            "http://localhost:1/x/",
        ] {
            assert!(builder().with_api_base(base).build().is_ok(), "{base}");
        }
        for base in [
            "http://pay.fondy.eu/api",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "https://user@host",
            "https://pay.fondy.eu/api?a=b",
            "https://pay.fondy.eu/api#a",
            "pay.fondy.eu",
            "",
        ] {
            assert!(fault(builder().with_api_base(base)).starts_with("fondy api base must"), "{base}");
        }
    }

    #[test]
    fn callbacks_come_through_tls_or_stay_on_this_machine() {
        let callback = |url: &str| builder().with_callback_url(url);
        assert!(callback("https://billing.example.com/webhooks/fondy").build().is_ok());
        assert!(callback("http://127.0.0.1:8080/webhooks/fondy").build().is_ok());
        let long = format!("https://example.com/{}", "a".repeat(2048));
        for url in ["http://example.com/a", "/webhooks/fondy", "https://example.com/a|b", &long] {
            assert!(fault(callback(url)).starts_with("fondy callback url must"), "{url}");
        }
        let on_this_machine = callback("http://server:8080/a").with_api_base("http://127.0.0.1:1/api");
        assert!(on_this_machine.build().is_ok());
    }

    #[test]
    fn what_an_order_says_is_checked() {
        for language in ["", "u", "UK", "ukr", "у"] {
            assert!(fault(builder().with_language(language)).contains("language"), "{language}");
        }
        for lifetime in [0, 999, 1_500, 69_120_001_000] {
            let builder = builder().with_lifetime(Duration::from_millis(lifetime));
            assert!(fault(builder).contains("lifetime"), "{lifetime}");
        }
        assert!(builder().with_language("en").with_lifetime(MAX_LIFETIME).build().is_ok());
    }

    #[test]
    fn times_and_names_cannot_be_left_out() {
        for seconds in [0, 301] {
            assert!(fault(builder().with_timeout(Duration::from_secs(seconds))).contains("timeout"));
        }
        for user_agent in ["", "a\nb", "ї"] {
            assert!(fault(builder().with_user_agent(user_agent)).contains("user agent"), "{user_agent:?}");
        }
    }

    #[test]
    fn limits_are_exact_and_in_order() {
        let uah = |micros| Money::from_micros(micros, Currency::UAH);
        let usd = Money::from_micros(50_000_000, Currency::USD);
        for (min, max) in
            [(uah(2), uah(20_000)), (uah(0), uah(10_000)), (uah(20_000), uah(10_000)), (uah(10_000), usd)]
        {
            assert!(fault(builder().with_limits(min, max)).contains("limits"), "{min} {max}");
        }
        assert!(builder().with_limits(usd, usd).build().is_ok());
    }
}
