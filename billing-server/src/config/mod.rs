//! The configuration: one typed [`Config`], read once at the start from the variables of one table.
mod environment;
mod fondy;
mod notifications;
mod parse;
mod preflight;
mod proxies;
mod rates;
mod reader;
mod secret;
mod sign_in;
mod tools;
mod url;
mod variables;

use std::{net::SocketAddr, num::NonZeroU32, path::PathBuf};

use billing_core::{Currency, LedgerSettings, Money, PriceTable, TimeZone};
use rust_decimal::Decimal;

pub(crate) use self::parse::prices as read_prices;
use self::reader::Reader;
pub(crate) use self::variables::{
    BIND_ADDR, DATA_DIR, DATABASE_URL, EMAIL_DIR, EMAIL_TRANSPORT, EXCHANGE_RATES, FONDY_API_URL,
    FONDY_MERCHANT_ID, FONDY_SECRET_KEY, JWT_SECRET, OPERATOR_EMAIL, STRIPE_API_BASE, STRIPE_PUBLISHABLE_KEY,
    STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET,
};
pub use self::{
    environment::Environment,
    fondy::Fondy,
    notifications::{EmailTransport, Notifications, Smtp, SmtpSecurity},
    preflight::Preflight,
    proxies::TrustedProxies,
    rates::Rates,
    reader::ConfigError,
    secret::Secret,
    sign_in::{OpenId, SignIn, Way},
    tools::Tools,
    url::Url,
    variables::{VARIABLES, Variable, example},
};

/// What the server and its commands are told at the start.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// Where to listen.
    pub bind_addr: SocketAddr,
    /// Where the world reaches this server, unless it is where it listens.
    pub backend_url: Option<Url>,
    /// Where the dashboard is, unless it is where the server is.
    pub frontend_url: Option<Url>,
    /// Another dashboard than the one within the program.
    pub dashboard_dir: Option<PathBuf>,
    /// Where accounts are kept.
    pub database: Database,
    /// Which tokens are believed; `None` only where nobody signs in.
    pub tokens: Option<Tokens>,
    /// How people sign in with a browser.
    pub sign_in: SignIn,
    /// Stripe, when it is on.
    pub stripe: Option<Stripe>,
    /// Fondy, when it is on.
    pub fondy: Option<Fondy>,
    /// What is done with webhooks.
    pub webhooks: Webhooks,
    /// Prices of the tools.
    pub prices: Option<PriceTable>,
    /// Whether calls are refused and charged.
    pub preflight: Preflight,
    /// Where they are read from, and read again.
    pub prices_file: Option<PathBuf>,
    /// The tools that paid calls go on to, if there are some.
    pub tools: Option<Tools>,
    /// What new accounts get, and how long holds live.
    pub ledger: LedgerSettings,
    /// Where exchange rates come from.
    pub rates: Option<Rates>,
    /// What is kept of an exchange, in percent.
    pub spread: Decimal,
    /// How many payments an account may start a minute.
    pub payments_per_minute: NonZeroU32,
    /// How people are told of what happens.
    pub notifications: Notifications,
    /// The proxies in front of the server.
    pub trusted_proxies: TrustedProxies,
    /// How logs are written.
    pub log: Log,
}

/// Where accounts are kept.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Database {
    /// A PostgreSQL server.
    Postgres {
        /// Its address, with a password.
        url: Secret,
        /// The most connections to it.
        max_connections: u32,
    },
    /// A SQLite file.
    Sqlite {
        /// Its address or path.
        url: String,
    },
}

/// Which tokens are believed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Tokens {
    /// What they are signed with.
    pub secret: Secret,
    /// Who must have issued them.
    pub issuer: Option<String>,
    /// Whom they must be meant for.
    pub audience: Option<String>,
}

/// Keys of a Stripe account.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Stripe {
    /// Ours.
    pub secret_key: Secret,
    /// The browser's.
    pub publishable_key: String,
    /// What webhooks are signed with.
    pub webhook_secret: Secret,
    /// Another address of its API.
    pub api_base: Option<Url>,
    /// The least that can be paid.
    pub min: Money,
    /// The most that can be paid at once.
    pub max: Money,
}

/// What is done with webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Webhooks {
    /// They are stored and applied.
    Process,
    /// They are stored, to be applied later.
    StoreOnly,
}

/// How logs are written.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Log {
    /// As JSON, a line each.
    pub json: bool,
    /// What is written at all.
    pub filter: String,
}

/// What the configuration is for: it decides what has to be set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Serving callers, who bring tokens.
    Serve,
    /// A command beside the database.
    Command,
}

impl Config {
    /// Reads it.
    ///
    /// # Errors
    /// [`ConfigError`] with everything that is wrong.
    pub fn read(environment: &Environment, purpose: Purpose) -> Result<Self, ConfigError> {
        let mut reader = Reader::new(environment);
        let bind_addr = reader.parse(&variables::BIND_ADDR, parse::bind_addr);
        let backend_url = reader.parse(&variables::BACKEND_URL, parse::url);
        let frontend_url = reader.parse(&variables::FRONTEND_URL, parse::url);
        let dashboard_dir = reader.text(&variables::BILLING_DASHBOARD_DIR).map(PathBuf::from);
        let database = read_database(&mut reader);
        let tokens = read_tokens(&mut reader, purpose);
        let sign_in = sign_in::read(&mut reader);
        let stripe = read_stripe(&mut reader);
        let fondy = fondy::read(&mut reader);
        let webhooks = reader.parse(&variables::WEBHOOKS, parse::webhooks);
        let preflight = preflight::read(&mut reader);
        let prices_file = reader.text(&variables::PRICES_FILE).map(PathBuf::from);
        let prices = reader.parse(&variables::PRICES_FILE, |path| parse::prices(path.as_ref()));
        let ledger = read_ledger(&mut reader);
        let tools = tools::read(&mut reader);
        let rates = rates::read(&mut reader);
        let spread = reader.parse(&variables::EXCHANGE_SPREAD_PERCENT, rates::spread);
        let payments_per_minute =
            reader.parse(&variables::RATE_LIMIT_PAYMENTS_PER_MINUTE, parse::payments_per_minute);
        let notifications = notifications::read(&mut reader);
        let trusted_proxies = reader.parse(&variables::TRUSTED_PROXIES, str::parse);
        let log = read_log(&mut reader);

        let config = || {
            Some(Self {
                bind_addr: bind_addr?,
                backend_url,
                frontend_url,
                dashboard_dir,
                database: database?,
                tokens,
                sign_in: sign_in?,
                stripe,
                fondy,
                webhooks: webhooks?,
                prices,
                preflight: preflight?,
                prices_file,
                tools,
                ledger: ledger?,
                rates,
                spread: spread?,
                payments_per_minute: payments_per_minute?,
                notifications: notifications?,
                trusted_proxies: trusted_proxies.unwrap_or_default(),
                log: log?,
            })
        };
        reader.finish(config())
    }
}

fn read_database(reader: &mut Reader<'_>) -> Option<Database> {
    let max_connections = reader.parse(&variables::DATABASE_MAX_CONNECTIONS, parse::connections)?;
    let data_dir = reader.text(&variables::DATA_DIR)?.trim_end_matches('/');
    let Some(url) = reader.text(&variables::DATABASE_URL) else {
        return Some(Database::Sqlite { url: format!("sqlite:{data_dir}/billing.db") });
    };
    match url.split_once(':') {
        Some(("postgres" | "postgresql", _)) => {
            Some(Database::Postgres { url: Secret::new(url), max_connections })
        }
        Some(("sqlite", _)) => Some(Database::Sqlite { url: url.to_owned() }),
        _ => {
            reader.note(&variables::DATABASE_URL, "must begin with postgres:// or sqlite://");
            None
        }
    }
}

fn read_tokens(reader: &mut Reader<'_>, purpose: Purpose) -> Option<Tokens> {
    let secret = match purpose {
        Purpose::Serve => {
            reader.require(&variables::JWT_SECRET, "without it nobody can sign in", parse::jwt_secret)
        }
        Purpose::Command => reader.parse(&variables::JWT_SECRET, parse::jwt_secret),
    };
    let named = |variable| reader.text(variable).map(str::to_owned);
    let (issuer, audience) = (named(&variables::JWT_ISSUER), named(&variables::JWT_AUDIENCE));
    Some(Tokens { secret: secret?, issuer, audience })
}

/// Stripe is on as soon as one of its keys is set, and needs all of them then.
fn read_stripe(reader: &mut Reader<'_>) -> Option<Stripe> {
    let keys = [
        &variables::STRIPE_SECRET_KEY,
        &variables::STRIPE_PUBLISHABLE_KEY,
        &variables::STRIPE_WEBHOOK_SECRET,
    ];
    let api_base = reader.parse(&variables::STRIPE_API_BASE, parse::api_base);
    let range = read_range(reader, &variables::STRIPE_MIN_USD, &variables::STRIPE_MAX_USD, Currency::USD);
    let set = keys.iter().find(|variable| reader.text(variable).is_some())?;
    let why = format!("Stripe needs it as {} is set", set.name);
    let [secret_key, publishable_key, webhook_secret] = keys;
    let secret_key =
        reader.require(secret_key, &why, parse::key(&["sk_test_", "sk_live_", "rk_test_", "rk_live_"]));
    let publishable_key = reader.require(publishable_key, &why, parse::key(&["pk_test_", "pk_live_"]));
    let webhook_secret = reader.require(webhook_secret, &why, parse::key(&["whsec_"]));
    let (min, max) = range?;
    let stripe = Stripe {
        secret_key: secret_key?,
        publishable_key: publishable_key?.expose().to_owned(),
        webhook_secret: webhook_secret?,
        api_base,
        min,
        max,
    };
    if is_live(stripe.secret_key.expose()) != is_live(&stripe.publishable_key) {
        reader.note(
            &variables::STRIPE_PUBLISHABLE_KEY,
            "must be of the same mode as STRIPE_SECRET_KEY: both live, or both for tests",
        );
    }
    Some(stripe)
}

/// The least and the most that a provider is asked for.
fn read_range(
    reader: &mut Reader<'_>,
    min: &'static Variable,
    max: &'static Variable,
    currency: Currency,
) -> Option<(Money, Money)> {
    let least = reader.parse(min, parse::payable(currency));
    let most = reader.parse(max, parse::payable(currency));
    let (least, most) = (least?, most?);
    if least.micros() > most.micros() {
        reader.note(max, format!("must not be below {}", min.name));
    }
    Some((least, most))
}

/// Whether a key of Stripe moves real money.
pub(crate) fn is_live(key: &str) -> bool {
    key.split('_').nth(1) == Some("live")
}

fn read_ledger(reader: &mut Reader<'_>) -> Option<LedgerSettings> {
    let daily = reader.parse(&variables::DEFAULT_DAILY_LIMIT_USD, parse::limit);
    let monthly = reader.parse(&variables::DEFAULT_MONTHLY_LIMIT_USD, parse::limit);
    let time_zone = reader.parse(&variables::DEFAULT_TIME_ZONE, str::parse::<TimeZone>);
    let hold_ttl = reader.parse(&variables::HOLD_TTL, parse::hold_ttl);
    let low_balance = reader.parse(&variables::DEFAULT_LOW_BALANCE_USD, parse::threshold);
    let settings = LedgerSettings::new(Currency::USD)
        .with_limits(daily?, monthly?)
        .with_time_zone(time_zone?)
        .with_hold_ttl(hold_ttl?)
        .with_low_balance(low_balance?);
    Some(settings)
}

fn read_log(reader: &mut Reader<'_>) -> Option<Log> {
    let json = reader.parse(&variables::LOG_FORMAT, |format| match format {
        "text" => Ok(false),
        "json" => Ok(true),
        _ => Err("must be text or json"),
    });
    let filter = reader.parse(&variables::LOG_LEVEL, |filter| {
        let known = tracing_subscriber::EnvFilter::try_new(filter);
        known
            .map(|_| filter.to_owned())
            .map_err(|_| "must be a level such as info, or a filter such as info,sqlx=warn")
    });
    Some(Log { json: json?, filter: filter? })
}

#[cfg(test)]
mod tests;
