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
        (&variables::STRIPE_SECRET_KEY, "sk_test_0123456789"),
        (&variables::DEFAULT_TIME_ZONE, "Europe/Kiyv"),
        (&variables::DEFAULT_DAILY_LIMIT_USD, "-1"),
        (&variables::EXCHANGE_RATES, "nbu"),
        (&variables::HOLD_TTL, "forever"),
        (&variables::LOG_FORMAT, "xml"),
    ]);
    let told = Config::read(&environment, Purpose::Serve).unwrap_err().to_string();
    for name in [
        "BIND_ADDR",
        "DATABASE_URL",
        "JWT_SECRET",
        "STRIPE_PUBLISHABLE_KEY",
        "STRIPE_WEBHOOK_SECRET",
        "DEFAULT_TIME_ZONE",
        "DEFAULT_DAILY_LIMIT_USD",
        "EXCHANGE_RATES",
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

#[test]
fn no_secret_is_shown() {
    let secrets = environment(&[
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
