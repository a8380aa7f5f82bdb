//! What every request sees.
use std::{fmt, num::NonZeroU32, path::PathBuf, sync::Arc, time::Duration};

use billing_core::{
    AlertingLedger, Alerts, Clock, Dispatcher, ExchangeRates, Language, Ledger, PaymentStore, Profiles,
    SharedPrices, SystemClock, TopUps,
};
use billing_tower::Mode as PreflightMode;
use tokio::sync::watch;

use crate::{
    BoxError,
    auth::{KeyRing, Sightings, TokenVerifier},
    config::{Config, Preflight, Tokens, Tools, TrustedProxies, Url},
    dashboard::Dashboard,
    events::Board,
    notifications::notifier,
    payment_limit::PaymentLimit,
    rates::rates,
    routes::payments::RecentSyncs,
    sign_in::SignIn,
    store::Store,
    watchful::WatchfulLedger,
};

/// Who decides what to pay looks at several amounts.
const QUOTES_A_PAYMENT: NonZeroU32 = NonZeroU32::new(6).unwrap();

/// The state of a running server.
#[derive(Debug)]
pub struct App {
    pub(crate) store: Store,
    pub(crate) top_ups: TopUps,
    pub(crate) tokens: TokenVerifier,
    pub(crate) keys: KeyRing,
    pub(crate) sightings: Sightings,
    pub(crate) sign_in: SignIn,
    pub(crate) dispatcher: Dispatcher,
    pub(crate) alerts: Alerts,
    pub(crate) rates: Option<Arc<dyn ExchangeRates>>,
    pub(crate) prices: Option<SharedPrices>,
    pub(crate) prices_file: Option<PathBuf>,
    pub(crate) profiles: Profiles,
    /// The ledger of paid calls: it says at once that the database is away, and tells owners of limits that refuse.
    pub(crate) watchful: Arc<dyn Ledger>,
    pub(crate) tools: Option<Tools>,
    pub(crate) addresses: Addresses,
    pub(crate) stripe_publishable_key: Option<String>,
    pub(crate) fondy_origin: Option<String>,
    pub(crate) preflight: Preflight,
    pub(crate) hold_ttl: Duration,
    pub(crate) mode: Mode,
    pub(crate) recent_syncs: RecentSyncs,
    pub(crate) recent_receipts: RecentSyncs,
    pub(crate) payment_limit: PaymentLimit,
    pub(crate) quote_limit: PaymentLimit,
    pub(crate) trusted_proxies: TrustedProxies,
    /// Who listens to what changes.
    pub(crate) board: Arc<Board>,
    pub(crate) clock: Arc<dyn Clock>,
    /// The pages for browsers, where there are some.
    pub(crate) dashboard: Option<Dashboard>,
    /// Of whoever has not chosen one.
    pub(crate) language: Language,
    /// Where people are helped.
    pub(crate) support_email: Option<String>,
    database: watch::Sender<DatabaseState>,
}

/// Whether the database can be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatabaseState {
    /// Not reached yet, or without its tables.
    Starting,
    /// There.
    Ready,
    /// Out of reach since it was last there.
    Away,
}

/// Where the server and its dashboard are.
#[derive(Clone, Debug)]
pub struct Addresses {
    /// Where the world reaches the server.
    pub backend: Url,
    /// Where the dashboard is.
    pub frontend: Url,
    /// The one origin that browsers may call from, beside the server's own.
    pub allowed_origin: Option<String>,
}

impl Addresses {
    /// As configured, else where the server listens.
    pub fn new(config: &Config, listens_on: &Url) -> Self {
        let backend = config.backend_url.as_ref().unwrap_or(listens_on).clone();
        let frontend = config.frontend_url.as_ref().unwrap_or(&backend).clone();
        let allowed_origin = config.frontend_url.as_ref().map(|url| url.origin().to_owned());
        Self { backend, frontend, allowed_origin }
    }

    /// Where a balance is topped up.
    pub fn top_up(&self) -> String {
        self.frontend.join("/topup")
    }
}

/// How the server runs.
#[derive(Clone, Debug)]
pub enum Mode {
    /// For real.
    Serve,
    /// To try it out, with simulated providers.
    Sandbox {
        /// Where the simulated Stripe is.
        stripe: String,
        /// Where the simulated Fondy is.
        fondy: String,
        /// The folder of the letters that were sent.
        mail: PathBuf,
        /// Whether cards are typed into our pages, as with the real Stripe, and not into those of the simulated one.
        card_form: bool,
    },
}

impl Mode {
    /// Whether Stripe's form stands in our pages.
    pub(crate) fn shows_card_form(&self) -> bool {
        !matches!(self, Self::Sandbox { card_form: false, .. })
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Serve => "serve",
            Self::Sandbox { .. } => "sandbox",
        })
    }
}

impl App {
    /// A server as configured, on an opened store.
    ///
    /// # Errors
    /// When a provider's adapter, the source of exchange rates, or the way to tell people can't be set up.
    pub fn new(
        config: &Config,
        tokens: &Tokens,
        store: Store,
        mode: Mode,
        listens_on: &Url,
    ) -> Result<Self, BoxError> {
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let rates = rates(config, &store, &clock)?;
        let addresses = Addresses::new(config, listens_on);
        let backend = addresses.backend.clone();
        let database = watch::Sender::new(DatabaseState::Starting);
        let (ledger, outbox) = (Arc::clone(&store.stores.ledger), Arc::clone(&store.stores.outbox));
        let mut watchful: Arc<dyn Ledger> = Arc::new(WatchfulLedger::new(ledger, database.subscribe()));
        if config.preflight.mode == PreflightMode::Enforce {
            watchful = Arc::new(AlertingLedger::new(watchful, Arc::clone(&outbox), Arc::clone(&clock)));
        }
        let notifications = &config.notifications;
        let dispatcher = Dispatcher::new(
            Arc::clone(&store.deliveries),
            Arc::clone(&store.contacts),
            notifier(notifications, &addresses.frontend)?,
            Arc::clone(&clock),
            notifications.dispatch.clone(),
        );
        let with_stripe = config.stripe.is_some() && mode.shows_card_form();
        Ok(Self {
            top_ups: crate::gateways::top_ups(config, &store, &clock, rates.clone(), &backend)?,
            tokens: TokenVerifier::new(tokens),
            keys: KeyRing::new(Arc::clone(&store.api_keys), Arc::clone(&clock), database.subscribe()),
            sign_in: SignIn::new(&config.sign_in, &tokens.secret, &backend, Arc::clone(&clock))?,
            sightings: Sightings::new(Arc::clone(&store.contacts), database.subscribe()),
            dispatcher,
            alerts: Alerts::new(Arc::clone(&store.alarms), outbox, Arc::clone(&clock)),
            rates,
            preflight: config.preflight.clone(),
            prices: config.prices.clone().map(SharedPrices::new),
            prices_file: config.prices_file.clone(),
            profiles: Profiles::new(Arc::clone(&watchful)).with_clock(Arc::clone(&clock)),
            watchful,
            tools: config.tools.clone(),
            hold_ttl: config.ledger.hold_ttl,
            addresses,
            stripe_publishable_key: config.stripe.as_ref().map(|stripe| stripe.publishable_key.clone()),
            fondy_origin: config.fondy.as_ref().map(|fondy| fondy.api_base.origin().to_owned()),
            mode,
            recent_syncs: RecentSyncs::default(),
            recent_receipts: RecentSyncs::default(),
            payment_limit: PaymentLimit::new(config.payments_per_minute),
            quote_limit: PaymentLimit::new(config.payments_per_minute.saturating_mul(QUOTES_A_PAYMENT)),
            trusted_proxies: config.trusted_proxies.clone(),
            dashboard: Dashboard::open(config.dashboard_dir.as_deref(), with_stripe)?,
            board: Arc::default(),
            clock,
            language: notifications.dispatch.language,
            support_email: notifications.reply_to.clone(),
            database,
            store,
        })
    }

    /// The ledger.
    pub fn ledger(&self) -> &Arc<dyn Ledger> {
        &self.store.stores.ledger
    }

    /// The payments.
    pub fn payments(&self) -> &Arc<dyn PaymentStore> {
        &self.store.stores.payments
    }

    /// Whether the database can be asked, as far as is known.
    pub fn database(&self) -> DatabaseState {
        *self.database.borrow()
    }

    /// What `work` comes to; `None` while the database is away, or when it goes meanwhile.
    pub(crate) async fn while_database_is_there<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut database = self.database.subscribe();
        tokio::select! {
            biased;
            Ok(_) = database.wait_for(|state| *state != DatabaseState::Ready) => None,
            answer = work => Some(answer),
        }
    }

    /// What is known of the database from now on; answers what was known before.
    pub(crate) fn set_database(&self, state: DatabaseState) -> DatabaseState {
        self.database.send_replace(state)
    }
}
