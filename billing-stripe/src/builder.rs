use std::time::Duration;

use billing_core::{BoxError, Currency, Money};
use reqwest::Url;

use crate::{
    client::{Client, is_loopback},
    gateway::StripeGateway,
    secret::Secret,
    webhook::Webhooks,
};

const API_BASE: &str = "https://api.stripe.com";
const TIMEOUT: Duration = Duration::from_secs(20);
const TOLERANCE: Duration = Duration::from_mins(5);

const LIVE_KEYS: [&str; 2] = ["sk_live_", "rk_live_"];
const TEST_KEYS: [&str; 2] = ["sk_test_", "rk_test_"];

/// Sets up a [`StripeGateway`].
#[derive(Clone, Debug)]
#[must_use]
pub struct StripeGatewayBuilder {
    secret_key: Secret,
    webhook_secrets: Vec<Secret>,
    api_base: String,
    timeout: Duration,
    tolerance: Duration,
    min: Money,
    max: Money,
}

impl StripeGateway {
    /// A gateway with a secret key (`sk_…`, or a restricted `rk_…` that may write PaymentIntents and refunds and read
    /// disputes) and the secret of the webhook endpoint (`whsec_…`).
    pub fn builder(secret_key: impl Into<String>, webhook_secret: impl Into<String>) -> StripeGatewayBuilder {
        StripeGatewayBuilder::new(secret_key, webhook_secret)
    }
}

impl StripeGatewayBuilder {
    pub(crate) fn new(secret_key: impl Into<String>, webhook_secret: impl Into<String>) -> Self {
        Self {
            secret_key: Secret::new(secret_key),
            webhook_secrets: vec![Secret::new(webhook_secret)],
            api_base: API_BASE.to_owned(),
            timeout: TIMEOUT,
            tolerance: TOLERANCE,
            min: Money::from_micros(500_000, Currency::USD),
            max: Money::from_micros(999_999_990_000, Currency::USD),
        }
    }

    /// Further webhook secrets, any of which may sign: the old one beside the new while a secret is rolled, or those
    /// of several endpoints.
    pub fn with_more_webhook_secrets(mut self, secrets: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.webhook_secrets.extend(secrets.into_iter().map(Secret::new));
        self
    }

    /// Where the API is, without `/v1`: `https`, or `http` on this machine for a simulator. Stripe by default.
    pub fn with_api_base(mut self, url: impl Into<String>) -> Self {
        self.api_base = url.into();
        self
    }

    /// How long one attempt of a call may take: 20 seconds by default. An operation may take three times as long.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// How far the timestamp of a webhook may be from its arrival, either way: 300 seconds by default.
    ///
    /// Leave it alone unless clocks differ: a captured webhook can be replayed for so long.
    pub fn with_tolerance(mut self, tolerance: Duration) -> Self {
        self.tolerance = tolerance;
        self
    }

    /// The least and the most that is taken in one payment, and with it the currency: 0.50 to 999 999.99 US dollars
    /// by default.
    ///
    /// Stripe has [limits of its own](https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts), and its
    /// minimum is in the currency in which it pays out: for another currency, stay well above.
    pub fn with_limits(mut self, min: Money, max: Money) -> Self {
        self.min = min;
        self.max = max;
        self
    }

    /// The gateway.
    ///
    /// # Errors
    /// [`BuildError::Invalid`] names the setting and the rule it breaks; [`BuildError::Tls`] when this machine has no
    /// usable root certificates.
    pub fn build(self) -> Result<StripeGateway, BuildError> {
        let is_live = self.mode()?;
        if self.webhook_secrets.iter().any(|secret| !secret.has_prefix(&["whsec_"])) {
            return Err(invalid("webhook secret", "must begin with whsec_ and have no blanks"));
        }
        if !(Duration::from_secs(1)..=Duration::from_hours(1)).contains(&self.tolerance) {
            return Err(invalid("tolerance", "must be between 1 second and 1 hour"));
        }
        if !(Duration::from_millis(1)..=Duration::from_mins(5)).contains(&self.timeout) {
            return Err(invalid("timeout", "must be between 1 millisecond and 5 minutes"));
        }
        self.check_limits()?;
        let base = self.checked_base()?;
        let client = Client::new(&self.secret_key, &base, self.timeout).map_err(BuildError::Tls)?;
        let webhooks = Webhooks::new(self.webhook_secrets, self.tolerance, is_live);
        Ok(StripeGateway::new(client, webhooks, self.timeout, (self.min, self.max)))
    }

    /// Whether the secret key is of the live mode.
    fn mode(&self) -> Result<bool, BuildError> {
        if self.secret_key.has_prefix(&LIVE_KEYS) {
            return Ok(true);
        }
        if self.secret_key.has_prefix(&TEST_KEYS) {
            return Ok(false);
        }
        Err(if self.secret_key.has_prefix(&["pk_"]) {
            invalid("secret key", "must be a secret key: keys that begin with pk_ are for the browser")
        } else {
            invalid(
                "secret key",
                "must begin with sk_live_, sk_test_, rk_live_ or rk_test_ and have no blanks",
            )
        })
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

    fn checked_base(&self) -> Result<Url, BuildError> {
        let url = Url::parse(&self.api_base).map_err(|_| invalid("api base", "must be a url"))?;
        let is_safe = match url.scheme() {
            "https" => true,
            "http" => is_loopback(&url),
            _ => false,
        };
        if !is_safe {
            return Err(invalid("api base", "must be https, or http on this machine"));
        }
        let is_plain = url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        is_plain.then_some(url).ok_or_else(|| invalid("api base", "must have no user, query or fragment"))
    }
}

/// Why a gateway could not be built.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// A setting breaks a rule.
    #[error("stripe {field} {rule}")]
    Invalid {
        /// Which setting.
        field: &'static str,
        /// The rule.
        rule: &'static str,
    },
    /// TLS could not be set up.
    #[error("tls for stripe could not be set up")]
    Tls(#[source] BoxError),
}

fn invalid(field: &'static str, rule: &'static str) -> BuildError {
    BuildError::Invalid { field, rule }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builder() -> StripeGatewayBuilder {
        StripeGatewayBuilder::new("sk_test_key", "whsec_secret")
    }

    fn fault(builder: StripeGatewayBuilder) -> String {
        builder.build().unwrap_err().to_string()
    }

    #[test]
    fn keys_and_secrets_of_another_kind_are_refused_by_name() {
        for key in
            ["pk_live_key", "pk_test_key", "sk_test_", "sk_key", "whsec_key", " sk_test_key", "sk_test_key\n"]
        {
            let fault = fault(StripeGatewayBuilder::new(key, "whsec_secret"));
            assert!(fault.starts_with("stripe secret key must"), "{key:?}: {fault}");
        }
        for secret in ["", "whsec_", "sk_test_key", "whsec_secret\n"] {
            let fault = fault(StripeGatewayBuilder::new("sk_test_key", secret));
            assert!(fault.starts_with("stripe webhook secret must"), "{secret:?}: {fault}");
        }
        assert!(fault(builder().with_more_webhook_secrets(["sk_test_key"])).contains("webhook secret"));
    }

    #[test]
    fn the_mode_is_that_of_the_key() {
        for (key, is_live) in
            [("sk_live_k", true), ("rk_live_k", true), ("sk_test_k", false), ("rk_test_k", false)]
        {
            assert_eq!(StripeGatewayBuilder::new(key, "whsec_secret").build().unwrap().is_live(), is_live);
        }
    }

    #[test]
    fn the_api_is_reached_through_tls_or_on_this_machine() {
        for base in
            ["https://api.stripe.com/", "http://127.0.0.1:8431", "http://[::1]:1", "http://localhost:1/x/"]
        {
            assert!(builder().with_api_base(base).build().is_ok(), "{base}");
        }
        for base in [
            "http://api.stripe.com",
            "http://127.0.0.1.example.com",
            "ftp://localhost",
            "https://user@host",
            "https://api.stripe.com?a=b",
            "api.stripe.com",
            "",
        ] {
            assert!(fault(builder().with_api_base(base)).starts_with("stripe api base must"), "{base}");
        }
    }

    #[test]
    fn times_cannot_be_switched_off() {
        for seconds in [0, 3_601] {
            assert!(fault(builder().with_tolerance(Duration::from_secs(seconds))).contains("tolerance"));
        }
        for seconds in [0, 301] {
            assert!(fault(builder().with_timeout(Duration::from_secs(seconds))).contains("timeout"));
        }
    }

    #[test]
    fn limits_are_exact_and_in_order() {
        let usd = |micros| Money::from_micros(micros, Currency::USD);
        let uah = Money::from_micros(50_000_000, Currency::UAH);
        for (min, max) in
            [(usd(2), usd(20_000)), (usd(0), usd(10_000)), (usd(20_000), usd(10_000)), (usd(10_000), uah)]
        {
            assert!(fault(builder().with_limits(min, max)).contains("limits"), "{min} {max}");
        }
        assert!(builder().with_limits(uah, uah).build().is_ok());
    }
}
