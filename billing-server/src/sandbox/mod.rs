//! The sandbox: the same server with a simulated Stripe and Fondy, demo users and tools to spend on. Everything it makes up
//! is kept in one folder, so that a restart goes on where it stopped.
mod folder;
mod history;
pub(crate) mod mailbox;
pub(crate) mod users;

use std::{net::SocketAddr, path::PathBuf, sync::Arc, time::Duration};

use billing_core::{Currency, PriceTable};
use billing_testkit::simulators::{fondy::FondySimulator, stripe::StripeSimulator};

use self::folder::{Folder, Secrets};
use crate::{
    App, BoxError, Mode,
    auth::sign,
    config::{
        BIND_ADDR, Config, DATA_DIR, DATABASE_URL, EMAIL_DIR, EMAIL_TRANSPORT, EXCHANGE_RATES, Environment,
        FONDY_API_URL, FONDY_MERCHANT_ID, FONDY_SECRET_KEY, JWT_SECRET, OPERATOR_EMAIL, Purpose,
        STRIPE_API_BASE, STRIPE_PUBLISHABLE_KEY, STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, Tokens, is_live,
    },
    output::print,
    server::Server,
    store::Store,
    telemetry,
};

/// Where its operator is told.
const OPERATOR: &str = "operator@example.com";
const TOKEN_LIFE: Duration = Duration::from_hours(7 * 24);
/// A merchant that nobody has.
const FONDY_MERCHANT: i64 = 5_550_001;
/// What a dollar is worth, unless the operator says otherwise.
const RATE: &str = "fixed:USD/UAH=41.50";
const PRICES: &str = include_str!("prices.toml");

/// Where the sandbox is and listens.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// The folder that it keeps everything in.
    #[arg(long, default_value = ".sandbox")]
    dir: PathBuf,
    /// Address and port of the server, instead of `BIND_ADDR`; port 0 takes a free one.
    #[arg(long)]
    bind: Option<SocketAddr>,
    /// Address and port of the simulated Stripe; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8081")]
    stripe_bind: SocketAddr,
    /// Address and port of the simulated Fondy; port 0 takes a free one.
    #[arg(long, default_value = "127.0.0.1:8082")]
    fondy_bind: SocketAddr,
    /// Where cards are typed in: on the page of the simulated Stripe, or in a form of Stripe's in our pages, for tests
    /// that stand in for Stripe in the browser.
    #[arg(long, default_value = "hosted")]
    stripe_form: StripeForm,
    /// Leave the demo users without calls and payments of the last three months, as they are where `DATABASE_URL` is set.
    #[arg(long)]
    no_demo_history: bool,
}

/// Where cards are typed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
enum StripeForm {
    Hosted,
    Elements,
}

/// Runs the sandbox until the process is told to stop.
///
/// # Errors
/// When a port is taken, the folder can't be written, or keys that move real money are set.
pub(crate) async fn run(options: Options, environment: Environment) -> Result<(), BoxError> {
    refuse_live_keys(&environment)?;
    let folder = Folder::open(options.dir)?;
    let secrets = folder.secrets()?;
    let stripe = StripeSimulator::builder(&secrets.stripe_secret_key, &secrets.stripe_webhook_secret)
        .with_state_file(folder.file("stripe.json"))
        .start(options.stripe_bind)
        .await
        .map_err(|error| {
            format!("can't listen on {} for the simulated Stripe: {error}", options.stripe_bind)
        })?;

    let fondy = FondySimulator::builder(FONDY_MERCHANT, &secrets.fondy_secret_key)
        .with_state_file(folder.file("fondy.json"))
        .start(options.fondy_bind)
        .await
        .map_err(|error| {
            format!("can't listen on {} for the simulated Fondy: {error}", options.fondy_bind)
        })?;
    let bind = options.bind.map(|addr| addr.to_string()).unwrap_or_default();
    // A database that others have named may be in use, and nothing is made up in its books.
    let has_history = !options.no_demo_history && environment.get(&DATABASE_URL).is_none();
    let environment = overlaid(environment, &folder, &secrets, (&stripe, &fondy), &bind);
    let mut config = Config::read(&environment, Purpose::Serve)?;
    telemetry::start(&config.log);
    if config.prices.is_none() {
        config.prices = Some(PriceTable::from_toml(PRICES, Currency::USD)?);
    }
    let tokens = config.tokens.clone().ok_or("JWT_SECRET is not set")?;

    let server = Server::bind(config.bind_addr).await?;
    let url = server.url();
    stripe.set_webhook_url(Some(url.join("/webhooks/stripe")));
    if has_history {
        history::ensure(&folder, &config, &PriceTable::from_toml(PRICES, Currency::USD)?).await?;
    }
    let store = Store::open(&config.database, config.ledger.clone()).await?;
    let mode = Mode::Sandbox {
        stripe: stripe.base_url(),
        fondy: fondy.base_url(),
        mail: folder.file("mail"),
        card_form: options.stripe_form == StripeForm::Elements,
    };
    let app = Arc::new(App::new(&config, &tokens, store, mode, &url)?);
    introduce(&app, &folder, &tokens, &url.to_string(), (&stripe.base_url(), &fondy.base_url()))?;

    server.run(app).await
}

fn refuse_live_keys(environment: &Environment) -> Result<(), BoxError> {
    let live = [&STRIPE_SECRET_KEY, &STRIPE_PUBLISHABLE_KEY]
        .into_iter()
        .find(|variable| environment.get(variable).is_some_and(is_live));
    live.map_or(Ok(()), |variable| {
        Err(format!("{} is a live key: the sandbox does not start beside real money", variable.name).into())
    })
}

/// What the sandbox decides itself: who the providers are, and what else is not set.
fn overlaid(
    environment: Environment,
    folder: &Folder,
    secrets: &Secrets,
    (stripe, fondy): (&StripeSimulator, &FondySimulator),
    bind: &str,
) -> Environment {
    let bind = if bind.is_empty() {
        environment.get(&BIND_ADDR).unwrap_or_default().to_owned()
    } else {
        bind.to_owned()
    };
    let jwt_secret = environment.get(&JWT_SECRET).unwrap_or(&secrets.jwt_secret).to_owned();
    let rate = environment.get(&EXCHANGE_RATES).unwrap_or(RATE).to_owned();
    let transport = environment.get(&EMAIL_TRANSPORT).unwrap_or("file").to_owned();
    let operator = environment.get(&OPERATOR_EMAIL).unwrap_or(OPERATOR).to_owned();
    environment
        .with(&BIND_ADDR, bind)
        .with(&DATA_DIR, folder.path().display().to_string())
        .with(&JWT_SECRET, jwt_secret)
        .with(&STRIPE_SECRET_KEY, &secrets.stripe_secret_key)
        .with(&STRIPE_PUBLISHABLE_KEY, &secrets.stripe_publishable_key)
        .with(&STRIPE_WEBHOOK_SECRET, &secrets.stripe_webhook_secret)
        .with(&STRIPE_API_BASE, stripe.base_url())
        .with(&FONDY_MERCHANT_ID, FONDY_MERCHANT.to_string())
        .with(&FONDY_SECRET_KEY, &secrets.fondy_secret_key)
        .with(&FONDY_API_URL, fondy.api_url())
        .with(&EXCHANGE_RATES, rate)
        .with(&EMAIL_TRANSPORT, transport)
        .with(&EMAIL_DIR, folder.file("mail").display().to_string())
        .with(&OPERATOR_EMAIL, operator)
}

/// Tells people and their shells how to use it.
fn introduce(
    app: &App,
    folder: &Folder,
    tokens: &Tokens,
    url: &str,
    (stripe, fondy): (&str, &str),
) -> Result<(), BoxError> {
    let token = sign(tokens, users::OLENA, TOKEN_LIFE)?;
    let new_token = sign(tokens, users::ANDRII, TOKEN_LIFE)?;
    let exports = format!(
        "export BILLING_URL='{url}'\nexport TOKEN='{token}'\nexport NEW_TOKEN='{new_token}'\nexport STRIPE_URL='{stripe}'\nexport FONDY_URL='{fondy}'\n"
    );
    let env_file = folder.write("env", &exports)?;
    print("billing SANDBOX: simulated payment providers, demo users, no real money")?;
    print(format_args!("  server    {url}"))?;
    print(format_args!("  Stripe    {stripe} (simulated: see each payment, pay, refund, dispute)"))?;
    print(format_args!("  Fondy     {fondy} (simulated: see each order, pay, decline, reverse)"))?;
    print(format_args!("  top up    {}", app.addresses.top_up()))?;
    print(format_args!("  mailbox   {url}/mailbox (letters that were sent)"))?;
    print(format_args!("  token     {token}"))?;
    print(format_args!("  for curl  . {}", env_file.display()))?;
    Ok(())
}
