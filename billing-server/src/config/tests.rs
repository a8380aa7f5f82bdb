use super::*;

const SECRET: &str = "a secret of at least thirty-two bytes";

fn environment(values: &[(&'static Variable, &str)]) -> Environment {
    values
        .iter()
        .fold(Environment::default(), |environment, (variable, value)| environment.with(variable, *value))
}

#[test]
fn all_problems_are_told_at_once_without_their_values() {
    let environment = environment(&[
        (&variables::BIND_ADDR, "nowhere"),
        (&variables::DATABASE_URL, "mysql://user:hidden@host/db"),
        (&variables::JWT_SECRET, "hidden"),
        (&variables::SESSION_LIFE, "169h"),
        (&variables::OIDC_ISSUER_URL, "http://accounts.example.com"),
        (&variables::OIDC_CLIENT_ID, "a client"),
        (&variables::LOGIN_URL, "http://platform.example.com"),
        (&variables::STRIPE_SECRET_KEY, "sk_test_0123456789"),
        (&variables::STRIPE_MIN_USD, "0"),
        (&variables::FONDY_MERCHANT_ID, "1396424"),
        (&variables::FONDY_API_URL, "http://pay.fondy.eu/api"),
        (&variables::FONDY_SIGNATURE, "sha256"),
        (&variables::FONDY_REFUND_IDS, "yes"),
        (&variables::FONDY_MIN_UAH, "200000"),
        (&variables::WEBHOOKS, "drop"),
        (&variables::TOOLS_UPSTREAM_URL, "ftp://tools"),
        (&variables::TOOLS_TIMEOUT, "0s"),
        (&variables::TOOLS_IDLE_TIMEOUT, "2h"),
        (&variables::DEFAULT_TIME_ZONE, "Europe/Kiyv"),
        (&variables::DEFAULT_DAILY_LIMIT_USD, "-1"),
        (&variables::EXCHANGE_RATES, "none"),
        (&variables::EXCHANGE_SPREAD_PERCENT, "21"),
        (&variables::EXCHANGE_MAX_AGE, "1m"),
        (&variables::NBU_API_BASE, "http://bank.gov.ua"),
        (&variables::HOLD_TTL, "forever"),
        (&variables::LOG_FORMAT, "xml"),
    ]);
    let told = Config::read(&environment, Purpose::Serve).unwrap_err().to_string();
    for name in [
        "BIND_ADDR",
        "DATABASE_URL",
        "JWT_SECRET",
        "SESSION_LIFE",
        "OIDC_ISSUER_URL",
        "OIDC_CLIENT_ID",
        "OIDC_CLIENT_SECRET",
        "LOGIN_URL",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "STRIPE_MIN_USD",
        "FONDY_MERCHANT_ID",
        "FONDY_SECRET_KEY",
        "FONDY_API_URL",
        "FONDY_SIGNATURE",
        "FONDY_REFUND_IDS",
        "FONDY_MAX_UAH",
        "WEBHOOKS",
        "TOOLS_UPSTREAM_URL",
        "TOOLS_TIMEOUT",
        "TOOLS_IDLE_TIMEOUT",
        "DEFAULT_TIME_ZONE",
        "DEFAULT_DAILY_LIMIT_USD",
        "EXCHANGE_RATES",
        "EXCHANGE_SPREAD_PERCENT",
        "EXCHANGE_MAX_AGE",
        "NBU_API_BASE",
        "HOLD_TTL",
        "LOG_FORMAT",
    ] {
        assert!(told.contains(&format!("\n  {name} ")), "{name} in {told}");
    }
    assert!(!told.contains("hidden"), "{told}");
}

#[test]
fn a_blank_value_is_an_unset_one() {
    let blank = environment(&[(&variables::JWT_SECRET, SECRET), (&variables::STRIPE_SECRET_KEY, "  ")]);
    let config = Config::read(&blank, Purpose::Serve).unwrap();
    assert!(config.stripe.is_none());
    assert!(matches!(config.database, Database::Sqlite { url } if url == "sqlite:./data/billing.db"));
}

#[test]
fn only_serving_needs_a_token_secret() {
    assert!(Config::read(&Environment::default(), Purpose::Command).is_ok());
    let told = Config::read(&Environment::default(), Purpose::Serve).unwrap_err().to_string();
    assert!(told.contains("JWT_SECRET is not set"), "{told}");
}

#[test]
fn keys_of_two_modes_do_not_mix() {
    let mixed = environment(&[
        (&variables::STRIPE_SECRET_KEY, "sk_live_0123456789"),
        (&variables::STRIPE_PUBLISHABLE_KEY, "pk_test_0123456789"),
        (&variables::STRIPE_WEBHOOK_SECRET, "whsec_0123456789"),
    ]);
    let told = Config::read(&mixed, Purpose::Command).unwrap_err().to_string();
    assert!(told.contains("STRIPE_PUBLISHABLE_KEY must be of the same mode"), "{told}");
}

fn fondy(merchant_id: &str, secret_key: &str) -> Result<Config, ConfigError> {
    let keys = environment(&[
        (&variables::FONDY_MERCHANT_ID, merchant_id),
        (&variables::FONDY_SECRET_KEY, secret_key),
        (&variables::BACKEND_URL, "https://billing.example.com"),
        (&variables::EXCHANGE_RATES, "nbu"),
    ]);
    Config::read(&keys, Purpose::Command)
}

#[test]
fn fondy_is_on_with_its_merchant_and_key() {
    let fondy_config = fondy("4242424242", "aKeyOfOurOwn").unwrap().fondy.unwrap();
    let uah = |text| Money::parse(text, Currency::UAH).unwrap();
    assert_eq!(fondy_config.merchant_id, "4242424242");
    assert_eq!(fondy_config.secret_key.expose(), "aKeyOfOurOwn");
    assert_eq!(fondy_config.api_base.to_string(), "https://pay.fondy.eu/api");
    assert_eq!(fondy_config.signature, billing_fondy::FondySignature::Sha1);
    assert_eq!((fondy_config.min, fondy_config.max), (uah("50"), uah("100000")));
    assert!(fondy("", "").unwrap().fondy.is_none());
    for (merchant_id, secret_key, missing) in
        [("4242424242", "", "FONDY_SECRET_KEY"), ("", "aKeyOfOurOwn", "FONDY_MERCHANT_ID")]
    {
        let told = fondy(merchant_id, secret_key).unwrap_err().to_string();
        assert!(told.contains(&format!("{missing} is not set; Fondy needs it")), "{told}");
    }
}

#[test]
fn keys_that_no_gateway_takes_are_refused() {
    for bad in ["a key of our own", "a\u{a0}key", "a\tkey", "a\u{7}key"] {
        let told = fondy("4242424242", bad).unwrap_err().to_string();
        assert!(told.contains("FONDY_SECRET_KEY must have no blanks"), "{told}");
    }
    for bad in ["whsec_0123 456789", "whsec_0123456789é"] {
        let keys = environment(&[
            (&variables::STRIPE_SECRET_KEY, "sk_test_0123456789"),
            (&variables::STRIPE_PUBLISHABLE_KEY, "pk_test_0123456789"),
            (&variables::STRIPE_WEBHOOK_SECRET, bad),
        ]);
        let told = Config::read(&keys, Purpose::Command).unwrap_err().to_string();
        assert!(told.contains("STRIPE_WEBHOOK_SECRET must begin with whsec_"), "{told}");
    }
}

#[test]
fn keys_that_everybody_knows_are_refused() {
    for (merchant_id, secret_key) in [
        ("1396424", "aKeyOfOurOwn"),
        ("1700002", "aKeyOfOurOwn"),
        ("1549901", "aKeyOfOurOwn"),
        ("4242424242", "test"),
        ("4242424242", "testcredit"),
    ] {
        let told = fondy(merchant_id, secret_key).unwrap_err().to_string();
        assert!(told.contains("everybody knows"), "{merchant_id} {told}");
    }
    for bad in ["merchant", "-1", "1234567890123", "01396424"] {
        assert!(fondy(bad, "aKeyOfOurOwn").is_err(), "{bad}");
    }
}

#[test]
fn fondy_needs_rates_and_a_way_back() {
    let merchant = environment(&[
        (&variables::FONDY_MERCHANT_ID, "4242424242"),
        (&variables::FONDY_SECRET_KEY, "aKeyOfOurOwn"),
    ]);
    let told = Config::read(&merchant, Purpose::Command).unwrap_err().to_string();
    for missing in ["EXCHANGE_RATES", "BACKEND_URL"] {
        assert!(told.contains(&format!("{missing} is not set; Fondy needs it")), "{told}");
    }
    let beside = merchant
        .with(&variables::FONDY_API_URL, "http://127.0.0.1:8082/api")
        .with(&variables::EXCHANGE_RATES, "nbu");
    assert!(Config::read(&beside, Purpose::Command).is_ok(), "a simulator finds its way back");
}

#[test]
fn webhooks_can_be_stored_for_later() {
    let webhooks = |value| {
        let config = Config::read(&environment(&[(&variables::WEBHOOKS, value)]), Purpose::Command);
        config.unwrap().webhooks
    };
    assert_eq!(webhooks(""), Webhooks::Process);
    assert_eq!(webhooks("store-only"), Webhooks::StoreOnly);
}

#[test]
fn tools_need_prices() {
    let tools = |values: &[(&'static Variable, &str)]| {
        let tools = environment(values).with(&variables::TOOLS_UPSTREAM_URL, "http://tools:3000/");
        Config::read(&tools, Purpose::Command).map_err(|error| error.to_string())
    };
    let told = tools(&[]).unwrap_err();
    assert!(told.contains("PRICES_FILE is not set; TOOLS_UPSTREAM_URL needs it"), "{told}");

    let prices = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
    std::fs::write(&prices, r#"{"operations": {}}"#).unwrap();
    let prices = (&variables::PRICES_FILE, prices.path().to_str().unwrap());
    let config = tools(&[prices]).unwrap().tools.unwrap();
    assert_eq!(config.url.to_string(), "http://tools:3000");
    assert_eq!((config.timeout.as_secs(), config.idle_timeout.as_secs()), (120, 60));
    // The holds of calls that run are extended.
    tools(&[prices, (&variables::HOLD_TTL, "1s")]).unwrap();
}

#[test]
fn no_secret_is_shown() {
    let secrets = environment(&[
        (&variables::FONDY_MERCHANT_ID, "4242424242"),
        (&variables::FONDY_SECRET_KEY, "hidden"),
        (&variables::BACKEND_URL, "https://billing.example.com"),
        (&variables::EXCHANGE_RATES, "nbu"),
        (&variables::DATABASE_URL, "postgres://user:hidden@host/db"),
        (&variables::JWT_SECRET, "hidden hidden hidden hidden hidden"),
        (&variables::STRIPE_SECRET_KEY, "sk_test_hidden0123456789"),
        (&variables::STRIPE_PUBLISHABLE_KEY, "pk_test_0123456789"),
        (&variables::STRIPE_WEBHOOK_SECRET, "whsec_hidden0123456789"),
    ]);
    let config = Config::read(&secrets, Purpose::Serve).unwrap();
    for shown in [format!("{config:?}"), format!("{secrets:?}")] {
        assert!(!shown.contains("hidden"), "{shown}");
    }
}

#[test]
fn people_sign_in_in_one_way_and_over_https() {
    let told = |extra: &[(&'static Variable, &str)]| {
        let secret = [(&variables::JWT_SECRET, SECRET)];
        Config::read(&environment(&[&secret, extra].concat()), Purpose::Serve)
            .map_err(|error| error.to_string())
    };
    let login = (&variables::LOGIN_URL, "https://platform.example.com/login");
    let provider = [
        (&variables::OIDC_ISSUER_URL, "https://accounts.example.com/"),
        (&variables::OIDC_CLIENT_ID, "billing"),
        (&variables::OIDC_CLIENT_SECRET, "secret"),
    ];
    // The slash belongs to the issuer's name.
    let config = told(&provider).unwrap();
    assert!(
        matches!(config.sign_in.way, Some(Way::OpenId(OpenId { issuer, .. })) if issuer.ends_with("com/"))
    );
    assert!(matches!(told(&[login]).unwrap().sign_in.way, Some(Way::External(_))));
    assert!(told(&[]).unwrap().sign_in.way.is_none());
    let google = told(&provider[1..]).unwrap();
    assert!(
        matches!(google.sign_in.way, Some(Way::OpenId(OpenId { issuer, .. })) if issuer == "https://accounts.google.com")
    );
    let nameless = told(&[login, (&variables::BIND_ADDR, "0.0.0.0:8080")]).unwrap_err();
    assert!(nameless.contains("BACKEND_URL is not set"), "{nameless}");
    let both = told(&[&provider[..], &[login]].concat()).unwrap_err();
    assert!(both.contains("LOGIN_URL must not be set beside OIDC_ISSUER_URL"), "{both}");
    for (backend, is_taken) in [
        ("https://billing.example.com", true),
        ("http://localhost:8080", true),
        ("http://billing.example.com", false),
    ] {
        assert_eq!(told(&[login, (&variables::BACKEND_URL, backend)]).is_ok(), is_taken, "{backend}");
        assert!(told(&[(&variables::BACKEND_URL, backend)]).is_ok(), "{backend}");
    }
}
