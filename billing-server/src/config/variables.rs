//! Every environment variable, told once: parsing, `.env.example` and `config check` all read this table.

/// One environment variable.
#[derive(Debug)]
pub struct Variable {
    /// Its name.
    pub name: &'static str,
    /// What it does, in one sentence or two.
    pub meaning: &'static str,
    /// What holds while it is unset; `None` when that needs words, which `meaning` has.
    pub default: Option<&'static str>,
    /// Whether its value is never shown.
    pub secret: bool,
}

impl Variable {
    const fn new(name: &'static str, meaning: &'static str) -> Self {
        Self { name, meaning, default: None, secret: false }
    }

    const fn with_default(mut self, default: &'static str) -> Self {
        self.default = Some(default);
        self
    }

    const fn secret(mut self) -> Self {
        self.secret = true;
        self
    }
}

macro_rules! variables {
    ($($name:ident = $variable:expr;)*) => {
        $(pub(crate) static $name: Variable = $variable;)*

        /// All of them, in the order of `.env.example`.
        pub static VARIABLES: &[&Variable] = &[$(&$name),*];
    };
}

variables! {
    BIND_ADDR = Variable::new("BIND_ADDR", "Address and port to listen on; port 0 takes a free one.")
        .with_default("127.0.0.1:8080");
    BACKEND_URL = Variable::new(
        "BACKEND_URL",
        "Where the world reaches this server; webhooks go to its /webhooks/{provider}. Unset: the address it listens on.",
    );
    FRONTEND_URL = Variable::new(
        "FRONTEND_URL",
        "Where the dashboard is: refusals point to its /topup, and browsers may call from it. Unset: BACKEND_URL.",
    );
    BILLING_DASHBOARD_DIR = Variable::new(
        "BILLING_DASHBOARD_DIR",
        "Folder of another build of the dashboard, read at the start. Unset: the one within the program.",
    );
    DATABASE_URL = Variable::new(
        "DATABASE_URL",
        "postgres://… or sqlite://…. Unset: SQLite in DATA_DIR/billing.db.",
    )
    .secret();
    DATABASE_MAX_CONNECTIONS =
        Variable::new("DATABASE_MAX_CONNECTIONS", "Connections to PostgreSQL, at most.").with_default("10");
    DATA_DIR = Variable::new("DATA_DIR", "Folder of the SQLite database, and of calls that wait to be charged.").with_default("./data");
    JWT_SECRET = Variable::new(
        "JWT_SECRET",
        "Secret of the HS256 tokens that callers bring, at least 32 bytes. `serve` needs it.",
    )
    .secret();
    JWT_ISSUER = Variable::new("JWT_ISSUER", "What a token's `iss` has to be. Unset: not looked at.");
    JWT_AUDIENCE = Variable::new("JWT_AUDIENCE", "What a token's `aud` has to name. Unset: not looked at.");
    SESSION_LIFE = Variable::new(
        "SESSION_LIFE",
        "How long somebody stays signed in with a browser: 30m, 12h, at most 168h.",
    )
    .with_default("12h");
    OIDC_ISSUER_URL = Variable::new(
        "OIDC_ISSUER_URL",
        "The OpenID Connect provider that people sign in with. Unset: https://accounts.google.com, once the next two are set.",
    );
    OIDC_CLIENT_ID = Variable::new("OIDC_CLIENT_ID", "What the provider knows this server as.");
    OIDC_CLIENT_SECRET = Variable::new(
        "OIDC_CLIENT_SECRET",
        "What this server proves that with. The provider has to know its address BACKEND_URL/auth/callback.",
    )
    .secret();
    LOGIN_URL = Variable::new(
        "LOGIN_URL",
        "Where people sign in instead, at a platform that sends them back to BACKEND_URL/auth/callback/external with a token as callers bring.",
    );
    STRIPE_SECRET_KEY =
        Variable::new("STRIPE_SECRET_KEY", "Stripe's secret or restricted key. Stripe is off while it is unset.").secret();
    STRIPE_PUBLISHABLE_KEY =
        Variable::new("STRIPE_PUBLISHABLE_KEY", "Stripe's publishable key, which browsers are told.");
    STRIPE_WEBHOOK_SECRET =
        Variable::new("STRIPE_WEBHOOK_SECRET", "Signing secret of Stripe's webhook endpoint.").secret();
    STRIPE_API_BASE = Variable::new("STRIPE_API_BASE", "Another address of Stripe's API, such as a simulator's.");
    STRIPE_MIN_USD =
        Variable::new("STRIPE_MIN_USD", "The least that can be paid through Stripe.").with_default("0.50");
    STRIPE_MAX_USD = Variable::new("STRIPE_MAX_USD", "The most that can be paid through Stripe at once.")
        .with_default("999999.99");
    FONDY_MERCHANT_ID =
        Variable::new("FONDY_MERCHANT_ID", "Our number at Fondy. Fondy is off while it is unset.");
    FONDY_SECRET_KEY =
        Variable::new("FONDY_SECRET_KEY", "The merchant's payment key, which signs orders and callbacks.").secret();
    FONDY_API_URL = Variable::new("FONDY_API_URL", "Where Fondy's API is, or that of a gateway with its protocol.")
        .with_default("https://pay.fondy.eu/api");
    FONDY_SIGNATURE = Variable::new(
        "FONDY_SIGNATURE",
        "How Fondy's signatures are made: sha1, as its gateway does, or md5.",
    )
    .with_default("sha1");
    FONDY_REFUND_IDS = Variable::new(
        "FONDY_REFUND_IDS",
        "on or off: whether refunds carry an id, so that a repeat is recognised. Off where the gateway refuses it with 1014.",
    )
    .with_default("on");
    FONDY_MIN_UAH =
        Variable::new("FONDY_MIN_UAH", "The least that can be paid through Fondy.").with_default("50");
    FONDY_MAX_UAH =
        Variable::new("FONDY_MAX_UAH", "The most that can be paid through Fondy at once.").with_default("100000");
    WEBHOOKS = Variable::new(
        "WEBHOOKS",
        "process, or store-only: webhooks are verified and stored, and applied later by a command.",
    )
    .with_default("process");
    PRICES_FILE = Variable::new(
        "PRICES_FILE",
        "Price table of the tools, TOML or JSON, read again on SIGHUP. Unset: the sandbox's own, in the sandbox.",
    );
    PREFLIGHT = Variable::new(
        "PREFLIGHT",
        "enforce: paid calls are refused without money. observe: they run for nothing then, and are reported by `preflight report`. off: calls run unbilled.",
    )
    .with_default("enforce");
    PREFLIGHT_FAIL_OPEN_USD = Variable::new(
        "PREFLIGHT_FAIL_OPEN_USD",
        "What paid calls may come to that run while the database is away; they stand in DATA_DIR/calls.spool until they are charged. Unset: they are refused.",
    );
    TOOLS_UPSTREAM_URL = Variable::new(
        "TOOLS_UPSTREAM_URL",
        "Where the tools are that paid calls of /api/tools go on to, with their tokens: https, or a network of your own. Needs PRICES_FILE. Unset: no tools, but the sandbox's own.",
    );
    TOOLS_TIMEOUT = Variable::new(
        "TOOLS_TIMEOUT",
        "How long a call may take to be sent and its answer to begin.",
    )
    .with_default("120s");
    TOOLS_IDLE_TIMEOUT =
        Variable::new("TOOLS_IDLE_TIMEOUT", "How long the tools may be silent within an answer.").with_default("60s");
    DEFAULT_TIME_ZONE =
        Variable::new("DEFAULT_TIME_ZONE", "Where a new account's days and months begin.").with_default("Europe/Kyiv");
    DEFAULT_DAILY_LIMIT_USD =
        Variable::new("DEFAULT_DAILY_LIMIT_USD", "What a new account may spend a day.").with_default("10");
    DEFAULT_MONTHLY_LIMIT_USD =
        Variable::new("DEFAULT_MONTHLY_LIMIT_USD", "What a new account may spend a month.").with_default("100");
    DEFAULT_LOW_BALANCE_USD = Variable::new(
        "DEFAULT_LOW_BALANCE_USD",
        "The balance at which a new account's owner is told that it is low; the owner may choose another.",
    )
    .with_default("1");
    DEFAULT_LANGUAGE = Variable::new(
        "DEFAULT_LANGUAGE",
        "uk or en: the language of letters to operators, and to whoever has chosen none.",
    )
    .with_default("uk");
    EMAIL_TRANSPORT = Variable::new(
        "EMAIL_TRANSPORT",
        "smtp: letters go to a mail server. file: each becomes a file in EMAIL_DIR. log: each is logged, without its reader.",
    )
    .with_default("log");
    EMAIL_FROM =
        Variable::new("EMAIL_FROM", "The address that letters are from. EMAIL_TRANSPORT=smtp needs it.");
    EMAIL_FROM_NAME = Variable::new("EMAIL_FROM_NAME", "The name that letters are from.").with_default("billing");
    EMAIL_REPLY_TO = Variable::new("EMAIL_REPLY_TO", "Where answers to letters go. Unset: to EMAIL_FROM.");
    EMAIL_DIR = Variable::new(
        "EMAIL_DIR",
        "Folder of the letters, with EMAIL_TRANSPORT=file. Unset: DATA_DIR/mail.",
    );
    EMAIL_TEMPLATES_DIR = Variable::new(
        "EMAIL_TEMPLATES_DIR",
        "Folder of templates that stand in for the built-in ones of the same name. Unset: none do.",
    );
    SMTP_HOST = Variable::new("SMTP_HOST", "The mail server. EMAIL_TRANSPORT=smtp needs it.");
    SMTP_PORT = Variable::new("SMTP_PORT", "Its port. Unset: 465 with SMTP_SECURE=tls, else 587.");
    SMTP_SECURE = Variable::new(
        "SMTP_SECURE",
        "tls (or true): TLS from the first byte. starttls (or false): TLS after the greeting, or nothing is sent. none: a server on this machine alone.",
    )
    .with_default("starttls");
    SMTP_USER = Variable::new("SMTP_USER", "Who signs in at the mail server. Unset: nobody does.");
    SMTP_PASS = Variable::new("SMTP_PASS", "The password of SMTP_USER.").secret();
    SMTP_CA_FILE = Variable::new(
        "SMTP_CA_FILE",
        "Certificates (PEM) of authorities that the mail server may be certified by, beside the usual ones.",
    );
    SMTP_TIMEOUT = Variable::new(
        "SMTP_TIMEOUT",
        "How long the mail server may take for one letter, from connecting to its last word: 1s to 120s.",
    )
    .with_default("60s");
    OPERATOR_EMAIL = Variable::new(
        "OPERATOR_EMAIL",
        "Where operators are told of what needs a hand. Unset: such messages are only listed by `outbox list`.",
    );
    OUTBOX_BACKOFF = Variable::new(
        "OUTBOX_BACKOFF",
        "The pause after a letter could not be sent, which doubles each time, and the longest one.",
    )
    .with_default("15s,15m");
    OUTBOX_GIVE_UP_AFTER = Variable::new(
        "OUTBOX_GIVE_UP_AFTER",
        "How long a letter is tried before it is left to the operator: 1h to 720h.",
    )
    .with_default("72h");
    EXCHANGE_RATES = Variable::new(
        "EXCHANGE_RATES",
        "What a dollar is worth in hryvnias: nbu, as the National Bank of Ukraine tells it, or a rate such as fixed:USD/UAH=41.50. Unset: nothing is exchanged.",
    );
    EXCHANGE_SPREAD_PERCENT =
        Variable::new("EXCHANGE_SPREAD_PERCENT", "What is kept of an exchange, from 0 to 20 percent.").with_default("0");
    EXCHANGE_MAX_AGE = Variable::new(
        "EXCHANGE_MAX_AGE",
        "A rate that the bank last told longer ago is not used: 2h to 720h.",
    )
    .with_default("36h");
    NBU_API_BASE = Variable::new("NBU_API_BASE", "Where the bank is, or a simulator of it.")
        .with_default("https://bank.gov.ua");
    HOLD_TTL = Variable::new(
        "HOLD_TTL",
        "How long money stays set aside for a call that never ends: 90s, 5m, at most 24h.",
    )
    .with_default("5m");
    RATE_LIMIT_PAYMENTS_PER_MINUTE = Variable::new(
        "RATE_LIMIT_PAYMENTS_PER_MINUTE",
        "Payments that one account may start a minute; five times as many from one address.",
    )
    .with_default("10");
    TRUSTED_PROXIES = Variable::new(
        "TRUSTED_PROXIES",
        "Addresses and networks of the proxies in front of the server, with commas between them: their X-Forwarded-For is believed. Unset: nobody's is.",
    );
    LOG_FORMAT = Variable::new("LOG_FORMAT", "text or json.").with_default("text");
    LOG_LEVEL = Variable::new("LOG_LEVEL", "error, warn, info, debug or trace, or a filter by module.")
        .with_default("info");
}

/// The text of `.env.example`.
pub fn example() -> String {
    let mut text = String::from(
        "# Every variable that billing-server reads, each with its default where it has one.\n\
         # A blank value counts as unset. This file is not read by itself: export what you need.\n",
    );
    for Variable { name, meaning, default, .. } in VARIABLES {
        let line = format!("\n# {meaning}\n#{name}={}\n", default.unwrap_or_default());
        text.push_str(&line);
    }
    text
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_variable_is_told_once() {
        let names: BTreeSet<_> = VARIABLES.iter().map(|variable| variable.name).collect();
        assert_eq!(names.len(), VARIABLES.len());
    }

    #[test]
    fn no_secret_has_a_default() {
        assert!(VARIABLES.iter().all(|variable| !variable.secret || variable.default.is_none()));
    }
}
